"""Where pictures are kept: on this machine, or wherever else a storage of Django's puts them."""

from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from backoffice import environment
from backoffice.pictures.files import picture_storage, read_file, stored_files
from backoffice.pictures.names import PictureSize, picture_file, picture_url
from backoffice.settings import VAR_DIR
from catalog.models import ProductPicture
from catalog.pictures import remove_picture
from catalog.pictures.audit import audit_pictures
from tests.factories import CLI, make_product
from tests.pictures import pictures_of

IN_MEMORY = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
BUCKET = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": "shop"}}


@pytest.mark.django_db(transaction=True)
def test_a_storage_without_paths_does_as_well(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "pictures": IN_MEMORY}
    make_product("MUG-7")
    one, two = pictures_of("MUG-7", 2)

    assert isinstance(picture_storage(), InMemoryStorage)
    assert len(stored_files()) == 8
    assert audit_pictures() == []
    answer = Client().get(picture_url(two.name, PictureSize.THUMB))
    assert answer.content == read_file(picture_file(two.name, PictureSize.THUMB))
    remove_picture("MUG-7", one.name, by=CLI)
    assert len(stored_files()) == 4
    assert ProductPicture.objects.get() == two


def test_they_are_kept_below_var_unless_a_bucket_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = environment.picture_storage(VAR_DIR)
    assert kept["BACKEND"] == "django.core.files.storage.FileSystemStorage"
    assert kept["OPTIONS"]["location"] == VAR_DIR / "pictures"  # type: ignore[index]

    monkeypatch.setenv("PICTURES_BUCKET", "shop")
    monkeypatch.setenv("PICTURES_ENDPOINT", "https://s3.example.com")
    monkeypatch.setenv("PICTURES_FOLDER", "pictures")
    assert environment.picture_storage(VAR_DIR) == {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": "shop",
            "endpoint_url": "https://s3.example.com",
            "region_name": None,
            "access_key": None,
            "secret_key": None,
            "location": "pictures",
            "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
        },
    }


def test_a_bucket_without_the_package_for_it_is_told_before_anything_starts(settings: Any) -> None:
    call_command("check", "--tag", "files")
    settings.STORAGES = {**settings.STORAGES, "pictures": BUCKET}
    with pytest.raises(SystemCheckError, match=r"pip install \"django-storages\[s3\]\""):
        call_command("check", "--tag", "files")


def test_pages_name_the_address_that_pictures_are_given_from(settings: Any) -> None:
    assert picture_url("ab", PictureSize.CARD) == "/pictures/ab-320.webp"
    assert picture_url("", PictureSize.CARD) == ""
    settings.PICTURES_URL = "https://cdn.example.com/shop/"
    assert picture_url("ab", PictureSize.SHOP) == "https://cdn.example.com/shop/ab-1200.webp"
