"""Pictures for tests, drawn when they are asked for, and hostile ones."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image

from catalog.models import ProductPicture
from catalog.pictures import add_picture, drawn
from tests.factories import CLI


def image(width: int = 40, height: int = 30, *, colour: str = "#b45309", mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height), colour)


def as_file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def jpeg(width: int = 40, height: int = 30, **options: Any) -> bytes:
    return as_file(image(width, height), "JPEG", **options)


def png(width: int = 40, height: int = 30, *, colour: str = "#b45309") -> bytes:
    return as_file(image(width, height, colour=colour))


def moving(kind: str) -> bytes:
    frames = [image(colour=colour) for colour in ("#dc2626", "#16a34a", "#2563eb")]
    return as_file(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def png_that_claims(width: int, height: int) -> bytes:
    """A file of some hundred bytes that would unfold to so many pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + checksum

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pictures_of(sku: str, count: int) -> list[ProductPicture]:
    """Add so many pictures to the product, each of another colour, and return them in their order."""
    return [
        add_picture(sku, drawn(png(colour=colour)), by=CLI, file_name=f"{number}.png")
        for number, colour in zip(range(1, count + 1), _colours(), strict=False)
    ]


def _colours() -> Iterator[str]:
    return (f"#{value:06x}" for value in range(0x102030, 0xFFFFFF, 0x0A0B0C))
