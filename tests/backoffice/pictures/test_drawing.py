"""What is taken as a picture, what is refused, and what is left of it."""

import io
import threading
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from backoffice.errors import Busy
from backoffice.pictures import drawing
from backoffice.pictures.drawing import NoPicture, drawn, drawn_logo
from backoffice.pictures.names import PictureSize
from tests.pictures import as_file, image, jpeg, moving, png, png_that_claims

pytestmark = pytest.mark.once


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def pixel_of(picture: Image.Image, place: tuple[int, int] = (5, 5)) -> Any:
    return picture.getpixel(place)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_drawn_anew_in_every_size_as_webp(kind: str) -> None:
    picture = drawn(as_file(image(3_000, 1_500), kind))

    assert {size: opened(content).size for size, content in picture.files.items()} == {
        PictureSize.FULL: (2_400, 1_200),
        PictureSize.SHOP: (1_200, 600),
        PictureSize.CARD: (320, 160),
        PictureSize.THUMB: (96, 48),
    }
    assert {opened(content).format for content in picture.files.values()} == {"WEBP"}
    assert (picture.width, picture.height) == (2_400, 1_200)


def test_a_small_one_is_not_blown_up() -> None:
    picture = drawn(png(50, 40))

    assert {opened(content).size for content in picture.files.values()} == {(50, 40)}


def test_it_stays_transparent_where_it_was() -> None:
    clear = Image.new("RGBA", (40, 30), (255, 0, 0, 0))
    thumb = opened(drawn(as_file(clear)).files[PictureSize.THUMB])

    assert thumb.mode == "RGBA"
    assert pixel_of(thumb)[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_it_is_taken_however_its_pixels_are_kept(mode: str) -> None:
    kept = Image.new(mode, (40, 30))
    picture = drawn(as_file(kept, "JPEG" if mode == "CMYK" else "PNG"))

    assert opened(picture.files[PictureSize.FULL]).size == (40, 30)


def test_sixteen_bits_of_grey_become_the_upper_eight() -> None:
    grey = Image.new("I;16", (40, 30), 0x8000)

    pixel = pixel_of(opened(drawn(as_file(grey)).files[PictureSize.FULL]).convert("L"))
    assert pixel == pytest.approx(0x80, abs=2)


def test_one_that_a_phone_held_sideways_stands_upright() -> None:
    lying = image(40, 20)
    ImageDraw.Draw(lying).rectangle((0, 0, 19, 19), fill="#2563eb")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    upright = opened(drawn(as_file(lying, "JPEG", exif=exif, quality=95)).files[PictureSize.FULL])

    assert upright.size == (20, 40)
    blue = pixel_of(upright.convert("RGB"), (10, 5))
    assert blue[2] > 180 > blue[0]


def test_nothing_of_what_stood_beside_the_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-DESCRIPTION"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET-TEXT")
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>SECRET-XMP</x:xmpmeta>")
    sent = [
        jpeg(
            exif=exif,
            icc_profile=profile,
            comment=b"SECRET-COMMENT",
            xmp=b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>",
        ),
        as_file(image(), "PNG", pnginfo=text, exif=exif, icc_profile=profile),
        as_file(image(), "WEBP", exif=exif, icc_profile=profile, xmp=b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>"),
    ]
    for content in sent:
        assert b"SECRET" in content or b"iTXt" in content
        for stored in drawn(content).files.values():
            for never in (b"SECRET", b"Exif", b"EXIF", b"GPS", b"xmp", b"XMP", b"ICCP", b"sRGB", b"acsp"):
                assert never not in stored
            assert not {"exif", "icc_profile", "xmp"} & set(opened(stored).info)


def test_its_colours_are_those_that_its_profile_says() -> None:
    """In a profile in which red and blue have changed places, red is what browsers call blue."""
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, blue = swapped.index(b"rXYZ"), swapped.index(b"bXYZ")
    profile = bytearray(swapped)
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"

    content = as_file(image(colour="#ff0000"), icc_profile=bytes(profile))
    pixel = pixel_of(opened(drawn(content).files[PictureSize.FULL]).convert("RGB"))
    assert pixel[2] > 200 > 60 > pixel[0]


def test_a_profile_that_cannot_be_read_is_left_out() -> None:
    assert drawn(as_file(image(), icc_profile=b"no profile")).width == 40


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "Choose a JPEG, PNG or WebP file", id="nothing"),
        pytest.param(b"hello", "Choose a JPEG, PNG or WebP file", id="text"),
        pytest.param(as_file(image(), "GIF"), "Choose a JPEG, PNG or WebP file", id="gif"),
        pytest.param(as_file(image(), "BMP"), "Choose a JPEG, PNG or WebP file", id="bmp"),
        pytest.param(as_file(image(), "TIFF"), "Choose a JPEG, PNG or WebP file", id="tiff"),
        pytest.param(
            SVG.replace(b"<script>alert(1)</script>", b"").replace(b"<svg ", b"<svg\n"),
            "Choose a JPEG",
            id="svg",
        ),
        pytest.param(SVG, "Something else is hidden", id="svg-with-a-script"),
        pytest.param(b"<!DOCTYPE html><p>", "Something else is hidden", id="page"),
        pytest.param(
            jpeg(comment=b"<ScRiPt>alert(1)</script>"), "Something else is hidden", id="page-in-a-comment"
        ),
        pytest.param(jpeg() + b"<html><body>", "Something else is hidden", id="page-behind-a-jpeg"),
        pytest.param(
            png() + b"PK\x05\x06" + bytes(18), "Something else is hidden", id="archive-behind-a-png"
        ),
        pytest.param(jpeg() + b"%PDF-1.7", "Something else is hidden", id="pdf-behind-a-jpeg"),
        pytest.param(moving("PNG"), "Animated pictures", id="moving-png"),
        pytest.param(moving("WEBP"), "Animated pictures", id="moving-webp"),
        pytest.param(jpeg(400, 300)[:-500], "damaged or incomplete", id="truncated-jpeg"),
        pytest.param(png(400, 300)[:-60], "damaged or incomplete", id="truncated-png"),
        pytest.param(as_file(image(400, 300), "WEBP")[:-60], "damaged or", id="truncated-webp"),
        pytest.param(png_that_claims(60_000, 60_000), "smaller than 40 million", id="bomb"),
        pytest.param(png_that_claims(8_000, 8_000), "smaller than 40 million", id="large"),
        pytest.param(png_that_claims(400, 400), "damaged or incomplete", id="too-few-pixels"),
        pytest.param(jpeg() + b"\xff\xda" * 101, "smaller than 40 million", id="too-many-scans"),
        pytest.param(bytes(10 * 1_048_576 + 1), "has 10.1 MB; at most 10", id="too-many-bytes"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_content(content: bytes, why: str) -> None:
    with pytest.raises(NoPicture, match=why):
        drawn(content)


def test_a_file_that_a_decoder_trips_over_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(drawing, "_in_srgb", trip)
    with pytest.raises(NoPicture, match="damaged"):
        drawn(png())


def test_only_one_is_decoded_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "WAIT_SECONDS", 0.01)
    refusals = []

    def draw() -> None:
        try:
            drawn(png())
        except Busy as refusal:
            refusals.append(refusal)

    with drawing._turn():
        other = threading.Thread(target=draw)
        other.start()
        other.join()
    assert len(refusals) == 1
    # Whoever was refused holds up nobody else.
    assert drawn(png()).width == 40


def test_colours_are_converted_once_it_is_small_for_each_step_takes_memory_by_the_pixel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    convert, converted = drawing._by_profile, []

    def told(picture: Image.Image, profile: bytes) -> Image.Image:
        converted.append(picture.size)
        return convert(picture, profile)

    monkeypatch.setattr(drawing, "_by_profile", told)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    drawn(as_file(image(3_000, 1_500, mode="RGBA"), icc_profile=profile))

    assert converted == [(2_400, 1_200)]


@pytest.mark.parametrize(
    ("sent", "drawn_as"), [((3_000, 500), (720, 120)), ((900, 900), (240, 240)), ((50, 40), (50, 40))]
)
def test_a_logo_is_drawn_within_its_limits_as_png(sent: tuple[int, int], drawn_as: tuple[int, int]) -> None:
    found = drawn_logo(jpeg(*sent))

    picture = opened(found.content)
    assert (picture.format, picture.size) == ("PNG", drawn_as)
    assert (found.logo.width, found.logo.height) == drawn_as


def test_a_logo_stays_transparent_and_has_nothing_else_of_the_file() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "somebody")
    sent = as_file(Image.new("RGBA", (40, 30), (255, 0, 0, 0)), pnginfo=told, dpi=(72, 72))

    picture = opened(drawn_logo(sent).content)
    assert pixel_of(picture)[3] == 0
    assert picture.info == {}


def test_each_drawing_of_a_logo_has_a_name_that_nobody_guesses() -> None:
    names = {drawn_logo(png()).logo.name for _each in range(3)}

    assert len(names) == 3
    assert {len(name) for name in names} == {32}


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='x'/>", png() + b"<script>x()</script>", moving("WEBP"), b""]
)
def test_what_is_no_picture_is_no_logo(content: bytes) -> None:
    with pytest.raises(NoPicture):
        drawn_logo(content)
