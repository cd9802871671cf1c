"""The audit of pictures sees what is missing."""

from typing import Any

import pytest

from accounts.shop.logo import change_settings_and_logo
from backoffice.pictures.names import PictureSize, picture_file
from catalog.models import Product, ProductPicture
from catalog.pictures.audit import audit_pictures
from tests.factories import CLI, make_product
from tests.pictures import pictures_of, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture(picture_folder: Any) -> ProductPicture:
    make_product("CUP-1")
    make_product("MUG-7")
    return pictures_of("MUG-7", 2)[0]


def test_all_is_well(picture: ProductPicture) -> None:
    assert audit_pictures() == []


def test_a_file_that_is_gone_is_named(picture: ProductPicture, picture_folder: Any) -> None:
    (picture_folder / picture_file(picture.name, PictureSize.CARD)).unlink()

    (found,) = audit_pictures()
    assert (found.subject, found.check) == ("MUG-7", "picture")
    assert found.detail == f"picture 1 (1.png) lacks {picture.name}-320.webp"


def test_a_folder_that_is_gone_is_seen(picture: ProductPicture, picture_folder: Any, settings: Any) -> None:
    picture_folder.rename(picture_folder.with_name("elsewhere"))

    assert [each.subject for each in audit_pictures()] == ["MUG-7", "MUG-7"]


def test_a_product_that_names_another_picture_than_its_first_is_named(picture: ProductPicture) -> None:
    Product.objects.filter(sku="MUG-7").update(picture="")
    Product.objects.filter(sku="CUP-1").update(picture=picture.name)

    assert [(each.subject, each.detail) for each in audit_pictures()] == [
        ("CUP-1", f"lists show picture {picture.name}; the first is none"),
        ("MUG-7", f"lists show picture none; the first is {picture.name}"),
    ]


def test_a_logo_without_its_file_is_named(picture_folder: Any) -> None:
    change_settings_and_logo({}, png(), by=CLI)
    assert audit_pictures() == []
    (file,) = picture_folder.iterdir()
    file.unlink()

    (found,) = audit_pictures()
    assert (found.subject, found.detail) == ("SHOP_LOGO", f"the shop's logo lacks {file.name}")
