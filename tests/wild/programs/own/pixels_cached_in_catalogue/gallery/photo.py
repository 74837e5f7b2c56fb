"""One photo."""

import functools
import io

from PIL import Image


class Photo:
    def __init__(self, name, data):
        self.name = name
        self.data = data

    @functools.cached_property  # EQUAL
    def pixels(self):
        image = Image.open(io.BytesIO(self.data))
        return image.convert("RGB")  # CULPRIT

    def thumbnail(self):
        image = Image.open(io.BytesIO(self.data))
        image.thumbnail((40, 30))
        return image.convert("L")

    def brightness(self):
        small = self.pixels.resize((8, 8))
        return sum(small.convert("L").tobytes()) / 64 / 255
