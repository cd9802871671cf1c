"""shopctl doctor looks at the books, and at what stands beside them."""

from typing import Any

import pytest

from backoffice.pictures.names import PictureSize, picture_file
from cli.doctor.books import check_pictures
from cli.doctor.findings import Verdict
from tests.factories import make_product
from tests.pictures import pictures_of, png

pytestmark = pytest.mark.django_db


def test_pictures_are_compared_with_their_files(picture_folder: Any) -> None:
    make_product("MUG-7")
    (picture,) = pictures_of("MUG-7", 1)
    assert check_pictures().state == Verdict.OK

    (picture_folder / f"{'0' * 32}-96.webp").write_bytes(png())
    finding = check_pictures()
    assert (finding.state, finding.detail) == (
        Verdict.OK,
        "every picture has its files; 1 file belongs to none",
    )

    (picture_folder / picture_file(picture.name, PictureSize.THUMB)).unlink()
    finding = check_pictures()
    assert finding.state == Verdict.TROUBLE
    assert finding.detail.startswith("1 discrepancy, such as MUG-7: picture 1 (1.png) lacks")
