# Kind: a decorator keeps the arguments and the result of every call, for an audit that nobody reads.
# HOLDER: *calls* | *.history* | *audit*
import functools
import random
import time


def audited(function):
    @functools.wraps(function)
    def wrapper(*arguments, **named):
        result = function(*arguments, **named)
        wrapper.history.append((arguments, named, result))  # CULPRIT
        return result

    wrapper.history = []
    return wrapper


@audited
def price(basket, discount=0.0):
    lines = [f"{name}: {amount * cost * (1 - discount):.2f}" for name, amount, cost in basket]
    return "\n".join(lines)


def basket(rng):
    return [(f"article {rng.randrange(10**6)}", rng.randrange(1, 9), rng.random() * 100) for _ in range(20)]


def main():
    rng = random.Random(26)
    longest = 0
    for number in range(500_000):
        bill = price(basket(rng), discount=rng.choice((0.0, 0.1)))
        longest = max(longest, len(bill))
        if number % 3 == 0:
            time.sleep(0.0005)
    print(longest)


main()
# ADVICE: *maxlen* | *write it out*
