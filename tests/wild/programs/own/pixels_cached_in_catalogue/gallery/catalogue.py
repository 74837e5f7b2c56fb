"""All photos, by name, and the last previews."""

import collections
import io

from PIL import Image

from gallery.photo import Photo


def _encoded(rng):
    image = Image.new("RGB", (400, 300), tuple(rng.randrange(256) for _ in range(3)))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


class Catalogue:
    def __init__(self, rng, count):
        samples = [_encoded(rng) for _ in range(12)]
        self.photos = {f"IMG_{n:05d}": Photo(f"IMG_{n:05d}", samples[n % 12]) for n in range(count)}
        self._previews = collections.OrderedDict()

    def shuffled(self, rng):
        names = list(self.photos)
        rng.shuffle(names)
        return names

    def preview(self, name):
        if name not in self._previews:
            self._previews[name] = self.photos[name].thumbnail()
        while len(self._previews) > 100:
            self._previews.popitem(last=False)
        return self._previews[name]
