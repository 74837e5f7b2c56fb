# Kind: a cached property decodes a photo, and the catalogue keeps all photos with what they have cached.
# HOLDER: *photos* | *catalogue*
import random
import time

from gallery.catalogue import Catalogue


def main():
    rng = random.Random(28)
    catalogue = Catalogue(rng, 6000)
    shown = 0
    for name in catalogue.shuffled(rng):
        photo = catalogue.photos[name]
        shown += photo.brightness() > 0.4
        catalogue.preview(name)
        time.sleep(0.002)
    print(shown)


if __name__ == "__main__":
    main()
# ADVICE: *cached_property*
