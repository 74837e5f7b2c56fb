# Kind: a picture is enlarged to the size of a printed poster, a hundred times what a page takes: one step.
# HOLDER: none | *image* | *picture* | *poster*
import io
import time
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageEnhance, ImageOps


@dataclass(frozen=True)
class Product:
    name: str
    width_mm: int
    height_mm: int
    dpi: int

    def pixels(self):
        return round(self.width_mm / 25.4 * self.dpi), round(self.height_mm / 25.4 * self.dpi)


PRODUCTS = {
    "card": Product("card", 85, 55, 300),
    "postcard": Product("postcard", 148, 105, 300),
    "a4": Product("a4", 210, 297, 200),
    "banner": Product("banner", 2000, 1000, 150),
}


def upload(number):
    """A customer's photo, as it comes: a JPEG."""
    image = Image.new("RGB", (1200, 800), (40, number * 30 % 255, 120))
    pen = ImageDraw.Draw(image)
    for step in range(0, 800, 20):
        pen.line((0, step, 1200, 800 - step), fill=(step % 255, 200, 90), width=3)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def opened(data):
    image = Image.open(io.BytesIO(data))
    return ImageOps.exif_transpose(image).convert("RGB")


def improved(image):
    image = ImageOps.autocontrast(image, cutoff=1)
    return ImageEnhance.Sharpness(image).enhance(1.3)


def thumbnail(image):
    small = image.copy()
    small.thumbnail((200, 200))
    return small


def fitted(image, product):
    """Cut to the product's proportions and brought to its size."""
    width, height = product.pixels()
    wanted = width / height
    if image.width / image.height > wanted:
        keep = round(image.height * wanted)
        left = (image.width - keep) // 2
        image = image.crop((left, 0, left + keep, image.height))
    else:
        keep = round(image.width / wanted)
        top = (image.height - keep) // 2
        image = image.crop((0, top, image.width, top + keep))
    return image.resize((width, height), Image.Resampling.LANCZOS)  # CULPRIT


def as_print_file(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, dpi=(300, 300))
    return len(out.getvalue())


def produce(number, kind):
    picture = improved(opened(upload(number)))
    preview = thumbnail(picture)
    return preview.size, as_print_file(fitted(picture, PRODUCTS[kind]))


def main():
    orders = ["card", "postcard", "card", "a4", "card", "postcard", "banner", "card"]
    for number, kind in enumerate(orders):
        size, length = produce(number, kind)
        print("order", number, kind, size, length)
        time.sleep(0.4)


if __name__ == "__main__":
    main()
# ADVICE: *smaller* | *strips*
