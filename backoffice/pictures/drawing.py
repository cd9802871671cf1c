"""What somebody sent as a picture: refused, or drawn anew in every size, with nothing else that was in it.

Nothing that was sent is ever stored or shown. It is told by its content alone what it is, and looked at
before it is decoded; only one is decoded at a time in a process, so that many take no more memory than one.
"""

import logging
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from math import ceil
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from backoffice.errors import Busy, Fault, Invalid, Title
from backoffice.pictures.logo import Logo
from backoffice.pictures.names import PictureSize, picture_file

logger = logging.getLogger(__name__)

MOST_BYTES = 10 * 1_048_576
MOST_PIXELS = 40_000_000
# A progressive JPEG has about ten; each takes a pass over the whole picture, however few bytes it has.
MOST_SCANS = 100
WAIT_SECONDS = 20
QUALITY = 82
# Of a logo: enough for the largest that is shown on a screen with three pixels for one.
LOGO_WITHIN = (720, 240)
FORMATS = ("JPEG", "PNG", "WEBP")
JPEG_SCAN = b"\xff\xda"
# What a browser or a program might take the file for. All are too long to be in a picture by chance.
HIDDEN = (b"<script", b"<!doctype", b"<html", b"<?php", b"<svg ", b"<iframe", b"%pdf-1")
END_OF_ARCHIVE, LONGEST_END_OF_ARCHIVE = b"PK\x05\x06", 65_557
_SRGB = ImageCms.createProfile("sRGB")
_one_at_a_time = threading.BoundedSemaphore(1)


class NoPicture(Invalid):
    code = "no_picture"
    title: ClassVar[Title] = gettext_lazy("This picture cannot be used")

    def __init__(self, detail: str) -> None:
        super().__init__(detail, faults=[Fault("/file", self.code, detail)])


@dataclass(frozen=True, slots=True)
class DrawnPicture:
    """A picture in every size, as WebP; `digest` is that of the file which it was drawn from."""

    files: Mapping[PictureSize, bytes]
    width: int
    height: int
    digest: str

    def files_named(self, name: str) -> Mapping[str, bytes]:
        """Return what is to be stored when the picture has this name."""
        return {picture_file(name, size): content for size, content in self.files.items()}


@dataclass(frozen=True, slots=True)
class DrawnLogo:
    """A logo under a new name, as PNG: there are programs for mail that show nothing else."""

    logo: Logo
    content: bytes


def drawn(content: bytes) -> DrawnPicture:
    """Return the picture upright, in sRGB, as large as each size allows, and without any metadata.

    Raises:
        NoPicture: it is none, is too large, moves, is not whole, or has something else hidden in it.
        Busy: other pictures are being drawn.
    """
    _refuse_what_is_hidden(content)
    with _turn():
        image = _decoded(content)
        files = {}
        for size in sorted(PictureSize, reverse=True):
            image.thumbnail((size, size), Image.Resampling.LANCZOS)
            files[size] = _as_webp(image)
            if size is PictureSize.FULL:
                width, height = image.size
    return DrawnPicture(files, width, height, sha256(content).hexdigest())


def drawn_logo(content: bytes) -> DrawnLogo:
    """Return the logo upright, in sRGB, within `LOGO_WITHIN`, transparent where it was, without any metadata.

    Raises NoPicture and Busy, as `drawn` does.
    """
    _refuse_what_is_hidden(content)
    with _turn():
        image = _decoded(content)
        image.thumbnail(LOGO_WITHIN, Image.Resampling.LANCZOS)
        file = BytesIO()
        image.save(file, "PNG", optimize=True)
    return DrawnLogo(Logo(secrets.token_hex(16), *image.size), file.getvalue())


@contextmanager
def _turn() -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise Busy(_("Other pictures are being read: try again in a moment."), retry_after_seconds=5)
    try:
        yield
    finally:
        _one_at_a_time.release()


def _refuse_what_is_hidden(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise NoPicture(
            _("The picture has %(size)s MB; at most %(most)s are taken.")
            % {"size": f"{ceil(len(content) / 104_857.6) / 10:.1f}", "most": MOST_BYTES // 1_048_576}
        )
    folded = content.lower()
    if any(each in folded for each in HIDDEN) or END_OF_ARCHIVE in content[-LONGEST_END_OF_ARCHIVE:]:
        raise NoPicture(
            _(
                "Something else is hidden in this file, such as a web page or an archive: "
                "save it again as a plain picture."
            )
        )


def _decoded(content: bytes) -> Image.Image:
    image = _opened(content)
    _refuse_unless_sensible(image, content)
    try:
        # A large JPEG is decoded at a fraction of its size, which is still enough for the largest file.
        image.draft(image.mode, (PictureSize.FULL, PictureSize.FULL))
        image.load()
        # First of all, for each of the next steps takes memory and time by the pixel.
        small = _in_full_colours(image)
        small.thumbnail((PictureSize.FULL, PictureSize.FULL), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(small)
        assert upright is not None
        return _in_srgb(upright)
    except Exception as error:
        # Whatever a decoder trips over, it is the file that is wrong.
        logger.info("A picture could not be decoded: %r", error)
        raise _damaged() from error


def _opened(content: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise NoPicture(
            _("Choose a JPEG, PNG or WebP file: this one is something else, or damaged, whatever its name.")
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        logger.info("A picture could not be opened: %r", error)
        raise _damaged() from error


def _refuse_unless_sensible(image: ImageFile.ImageFile, content: bytes) -> None:
    """Look at what the file says of itself, before anything is decoded."""
    scans = content.count(JPEG_SCAN) if _is_jpeg(image) else 0
    if image.width * image.height > MOST_PIXELS or scans > MOST_SCANS:
        raise _too_many_pixels()
    # Phones put a second, smaller picture into the same JPEG; the first one is it.
    if not _is_jpeg(image) and getattr(image, "n_frames", 1) > 1:
        raise NoPicture(_("Animated pictures are not taken: choose a still one."))


def _is_jpeg(image: ImageFile.ImageFile) -> bool:
    return image.format in ("JPEG", "MPO")


def _too_many_pixels() -> NoPicture:
    words = _("The picture is too large to be read: make it smaller than %(most)s million pixels.")
    return NoPicture(words % {"most": MOST_PIXELS // 1_000_000})


def _damaged() -> NoPicture:
    return NoPicture(_("The file is damaged or incomplete: save the picture again, then choose it."))


def _in_full_colours(image: Image.Image) -> Image.Image:
    """Return it without a palette or a colour that stands for nothing: such pixels cannot be mixed."""
    has_alpha = image.has_transparency_data
    if image.mode.startswith("I"):
        # 16 bits a pixel: the upper eight are it.
        image = image.point(lambda value: value / 256).convert("L")
    if has_alpha and image.mode != "RGBA":
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "RGBA", "CMYK") else image.convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the pixels in the colours that every browser assumes, with nothing beside them."""
    if profile := image.info.get("icc_profile"):
        image = _by_profile(image, profile)
    image = image if image.mode == "RGBA" else image.convert("RGB")
    image.info = {}
    return image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGB" if image.mode == "CMYK" else image.mode
    try:
        converted = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), _SRGB, outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that cannot be read: the colours may be a little off.
        return image
    return converted or image


def _as_webp(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return file.getvalue()
