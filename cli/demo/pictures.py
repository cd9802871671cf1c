"""Pictures for the demo's best sold products: simple shapes in calm colours, the same in every run."""

import io
from collections.abc import Callable, Iterator, Sequence
from random import Random

from PIL import Image, ImageDraw

from accounts.actors import Actor
from catalog.models import Product
from catalog.pictures import add_picture, drawn
from catalog.products import products_with_skus

MOST = 48
SIDE = 480
# A ground and two inks each.
COLOURS = (
    ("#f2e8dc", "#b98b5e", "#9a6f45"),
    ("#e3eaf3", "#5b7ea8", "#3d5f8a"),
    ("#e6efe3", "#6f9a68", "#4f7a4a"),
    ("#f6e4e1", "#c46a5f", "#a14a40"),
    ("#efe7f3", "#8b6aa8", "#6c4c8a"),
    ("#fbf0d2", "#d1a22f", "#a97e17"),
    ("#e0f0ee", "#4d9990", "#2f7a72"),
)

type Draw = Callable[[ImageDraw.ImageDraw, str, str], None]


def draw_cup(draw: ImageDraw.ImageDraw, ink: str, dark: str) -> None:
    draw.ellipse((300, 200, 400, 310), outline=dark, width=22)
    draw.rounded_rectangle((120, 150, 340, 360), 40, fill=ink)
    draw.rectangle((120, 150, 340, 190), fill=dark)


def draw_bag(draw: ImageDraw.ImageDraw, ink: str, dark: str) -> None:
    draw.arc((180, 90, 300, 250), 180, 360, fill=dark, width=18)
    draw.polygon([(120, 180), (360, 180), (390, 400), (90, 400)], fill=ink)
    draw.rectangle((112, 180, 368, 214), fill=dark)


def draw_light(draw: ImageDraw.ImageDraw, ink: str, dark: str) -> None:
    draw.rectangle((205, 210, 275, 390), fill=ink)
    draw.ellipse((205, 195, 275, 225), fill=dark)
    draw.polygon([(240, 80), (275, 165), (240, 200), (205, 165)], fill=dark)
    draw.rounded_rectangle((150, 380, 330, 410), 12, fill=dark)


def draw_heart(draw: ImageDraw.ImageDraw, ink: str, dark: str) -> None:
    draw.ellipse((105, 120, 255, 270), fill=ink)
    draw.ellipse((225, 120, 375, 270), fill=ink)
    draw.polygon([(115, 232), (365, 232), (240, 390)], fill=ink)
    draw.ellipse((270, 155, 320, 205), fill=dark)


def draw_box(draw: ImageDraw.ImageDraw, ink: str, dark: str) -> None:
    draw.rectangle((110, 190, 370, 380), fill=ink)
    draw.rectangle((95, 140, 385, 200), fill=dark)
    draw.rectangle((222, 140, 258, 380), fill=dark)


def draw_clock(draw: ImageDraw.ImageDraw, ink: str, dark: str) -> None:
    draw.ellipse((100, 100, 380, 380), fill=ink)
    draw.line((240, 240, 240, 145), fill=dark, width=18)
    draw.line((240, 240, 310, 270), fill=dark, width=18)


def draw_bowl(draw: ImageDraw.ImageDraw, ink: str, dark: str) -> None:
    draw.chord((90, 60, 390, 360), 0, 180, fill=ink)
    draw.rectangle((90, 200, 390, 232), fill=dark)
    draw.rectangle((190, 355, 290, 385), fill=dark)


# By words of the product's name; all others are bowls.
SHAPES: tuple[tuple[str, Draw], ...] = (
    ("mug cup teacup tea coffee jug teapot", draw_cup),
    ("bag bags lunch jumbo shopper", draw_bag),
    ("light lights lantern candle t-light holder lamp candlestick", draw_light),
    ("heart hearts love", draw_heart),
    ("box tin tins case cases drawer cabinet cake cakestand", draw_box),
    ("clock alarm doormat sign frame", draw_clock),
)


def make_pictures(skus: Sequence[str], by: Actor) -> Iterator[int]:
    """Give each of these products that has none a picture, and some a second one; yield one for each."""
    for place, product in enumerate(products_with_skus(skus)):
        if not product.picture:
            for content in pictures_for(product, 2 if place % 4 == 0 else 1):
                add_picture(product.sku, drawn(content), by=by, file_name=f"{product.sku.lower()}.png")
        yield 1


def pictures_for(product: Product, count: int) -> Iterator[bytes]:
    dice = Random(product.sku)  # noqa: S311
    words = set(product.name.casefold().split())
    shape = next((draw for known, draw in SHAPES if words & set(known.split())), draw_bowl)
    for ground, ink, dark in dice.sample(COLOURS, count):
        image = Image.new("RGB", (SIDE, SIDE), ground)
        shape(ImageDraw.Draw(image), ink, dark)
        file = io.BytesIO()
        image.save(file, "PNG")
        yield file.getvalue()
