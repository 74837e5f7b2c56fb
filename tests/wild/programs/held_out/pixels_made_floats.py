# Kind: pictures are made into numbers from nought to one before they are compared, and one is a panorama: one step.
# HOLDER: none | *pixels* | *values* | *image*
import collections
import math
import random
import time

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


class Camera:
    """Stands for a folder of pictures: sky, hills, a few houses."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def picture(self, width, height):
        image = Image.new("RGB", (width, height), (150, 190, 230))
        draw = ImageDraw.Draw(image)
        hills = [(x, height * (0.6 + 0.1 * math.sin(x / width * 9))) for x in range(0, width + 40, 40)]
        draw.polygon([(0, height), *hills, (width, height)], fill=(90, 140, 70))
        for _ in range(12):
            left, top = self.rng.randrange(width), self.rng.randrange(height // 2, height)
            draw.rectangle((left, top, left + width // 40, top + height // 30), fill=(170, 60, 50))
        return image


class Fingerprint:
    def __init__(self, name, brightness, contrast, warmth):
        self.name = name
        self.brightness = brightness
        self.contrast = contrast
        self.warmth = warmth

    def distance(self, other):
        return abs(self.brightness - other.brightness) + abs(self.contrast - other.contrast) + abs(self.warmth - other.warmth)


def thumbnail(image):
    small = image.copy()
    small.thumbnail((160, 160))
    return small.filter(ImageFilter.SMOOTH)


def normalised(image):
    """Pixels from 0 to 1."""
    return np.asarray(image) / 255.0  # CULPRIT


def fingerprint(name, image):
    pixels = normalised(image)
    brightness = float(pixels.mean())
    contrast = float(pixels[..., 1].std())
    warmth = float(pixels[..., 0].mean() - pixels[..., 2].mean())
    return Fingerprint(name, brightness, contrast, warmth)


class Gallery:
    def __init__(self):
        self.prints = []
        self.thumbnails = collections.OrderedDict()

    def add(self, name, image):
        self.prints.append(fingerprint(name, image))
        self.thumbnails[name] = thumbnail(image)
        if len(self.thumbnails) > 20:
            self.thumbnails.popitem(last=False)

    def alike(self, most=0.02):
        for place, one in enumerate(self.prints):
            for other in self.prints[place + 1 :]:
                if one.distance(other) < most:
                    yield one.name, other.name


def sizes():
    yield from [("IMG_%04d" % number, 1600, 1200) for number in range(1, 9)]
    yield "PANO_0009", 9200, 2600
    yield from [("IMG_%04d" % number, 1600, 1200) for number in range(10, 14)]


def main():
    camera, gallery = Camera(17), Gallery()
    for name, width, height in sizes():
        image = camera.picture(width, height)
        gallery.add(name, image)
        print(name, image.size, round(gallery.prints[-1].brightness, 3), flush=True)
        time.sleep(0.3)
    print(sorted(gallery.alike())[:5])


if __name__ == "__main__":
    main()
# ADVICE: *float32* | *in pieces*
