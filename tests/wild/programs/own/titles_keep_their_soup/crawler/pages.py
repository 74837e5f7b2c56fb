"""Pages, as a server would send them."""

import random


def download(number):
    rng = random.Random(number)
    paragraphs = "".join(
        f'<div class="p"><p>{rng.getrandbits(6000):x}</p><a href="/{rng.randrange(20000)}">more</a></div>' for _ in range(60)
    )
    return f"<html><head><title>Story {number}</title></head><body>{paragraphs}</body></html>"
