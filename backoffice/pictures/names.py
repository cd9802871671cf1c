"""What the files of pictures are called, and the public address of each."""

from enum import IntEnum

from django.conf import settings


class PictureSize(IntEnum):
    """A file of a picture: neither side is longer than so many pixels."""

    FULL = 2400
    SHOP = 1200
    CARD = 320
    THUMB = 96


def picture_file(name: str, size: PictureSize) -> str:
    return f"{name}-{size.value}.webp"


def picture_url(name: str, size: PictureSize) -> str:
    """Return the address of a file of the picture with this name; "" where there is no picture."""
    return url_of(picture_file(name, size)) if name else ""


def url_of(file: str) -> str:
    """Return where browsers load this file from."""
    return f"{settings.PICTURES_URL}{file}"
