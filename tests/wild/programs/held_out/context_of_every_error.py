# Kind: the last error is raised anew from the one before, so that a chain of all errors hangs on it.
# HOLDER: *last_error* | *.error*
import random
import time


class Fetcher:
    def __init__(self):
        self.rng = random.Random(7)
        self.last_error = None
        self.failures = 0

    def download(self, number):
        page = bytes(self.rng.randrange(5_000, 20_000))
        if self.rng.random() < 0.5:
            raise TimeoutError(f"page {number} took too long")
        return page

    def attempt(self, number):
        try:
            return self.download(number)
        except TimeoutError as error:
            error.__cause__ = self.last_error
            self.last_error = error  # CULPRIT
            self.failures += 1
            return b""


def main():
    fetcher = Fetcher()
    sizes = []
    for number in range(500_000):
        sizes.append(len(fetcher.attempt(number)))
        if len(sizes) > 50:
            sizes.clear()
        time.sleep(0.0003)


main()
# ADVICE: *traceback* | *__context__* | *str(error)* | *cut the link* | *from None*
