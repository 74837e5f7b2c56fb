# Kind: a jinja2 environment is made with cache_size=-1, and every customer's letter is a template of its own.
# HOLDER: *cache*
# ADVICE: *cache_size*
import collections
import random
import time

import jinja2


class Letters:
    """Stands for the table of letters, as the customers' branches have written them."""

    WORDS = ("order", "parcel", "invoice", "thanks", "again", "soon", "please", "note")

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.prose = " ".join(self.rng.choices(self.WORDS, k=40_000))

    def text(self, name):
        parts = []
        for number in range(3):
            start = self.rng.randrange(150_000)
            words = self.prose[start : start + 50_000]
            parts.append(f"{{% if customer.row == {number} %}}{words} {{{{ customer.name|upper }}}}{{% endif %}}")
        return "\n".join([f"Letter {name}", *parts])


class Post:
    def __init__(self, letters):
        self.letters = letters
        self.templates = jinja2.Environment(loader=jinja2.FunctionLoader(letters.text), cache_size=-1)  # CULPRIT
        self.sizes = collections.Counter()
        self.sent = collections.deque(maxlen=50)

    def send(self, number):
        template = self.templates.get_template(f"branch{number % 90}/letter{number}")  # EQUAL
        text = template.render(customer={"name": f"customer {number}", "row": number % 4})
        self.sizes[len(text) // 10_000] += 1
        self.sent.append(text)


def main():
    post = Post(Letters(3))
    started = time.monotonic()
    for number in range(30_000):
        post.send(number)
        if number % 50 == 0:
            print(number, "letters,", dict(post.sizes), round(time.monotonic() - started, 1), "s", flush=True)


if __name__ == "__main__":
    main()
