# Kind: every rendered page kept as a PIL image before any is written. HOLDER: *pages
import os
import random
import tempfile

from PIL import Image, ImageDraw


def render(number):
    rng = random.Random(number)
    page = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(page)
    for line in range(60):
        pen.text((80, 60 + 26 * line), "page %d line %d %x" % (number, line, rng.getrandbits(160)), fill="black")
    return page


def ink(page):
    return sum(page.convert("L").histogram()[:128])


def convert(count):
    pages, dark = [], 0
    for number in range(count):
        page = render(number)
        dark += ink(page)
        pages.append(page)  # CULPRIT
    return pages, dark


def write(pages, folder):
    size = 0
    for number, page in enumerate(pages):
        path = os.path.join(folder, "%04d.png" % number)
        page.save(path, compress_level=1)
        size += os.path.getsize(path)
    return size


def main():
    pages, dark = convert(300)
    with tempfile.TemporaryDirectory() as folder:
        print(write(pages, folder), dark)


main()
# ADVICE: *close()* | *write it out*
