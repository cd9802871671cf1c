"""Files that nothing names are swept, those of pictures and of the logo never."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.shop.logo import change_settings_and_logo
from backoffice.models import ShopSettings
from backoffice.pictures.files import needed_files, stored_files
from catalog.models import ProductPicture
from catalog.pictures.audit import audit_pictures
from catalog.pictures.sweeping import sweep_picture_files
from tests.factories import CLI, make_product
from tests.pictures import pictures_of, png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _product(picture_folder: Any) -> None:
    make_product("MUG-7")


def test_what_a_dead_process_left_is_swept_after_a_day_and_before_it_is_old() -> None:
    (picture,) = pictures_of("MUG-7", 1)
    kept = needed_files([picture.name])
    ProductPicture.objects.all().delete()
    now = timezone.now()

    assert sweep_picture_files(now + timedelta(hours=23)) == 0
    assert sweep_picture_files(now + timedelta(days=9)) == 0
    assert stored_files() == kept
    assert sweep_picture_files(now + timedelta(days=2)) == 4
    assert stored_files() == set()


def test_what_a_picture_names_is_never_swept() -> None:
    pictures_of("MUG-7", 1)

    assert sweep_picture_files(timezone.now() + timedelta(days=2)) == 0
    assert audit_pictures() == []


def test_the_logo_is_never_swept_while_it_is_one() -> None:
    later = timezone.now() + timedelta(days=2)
    change_settings_and_logo({}, png(), by=CLI)
    assert sweep_picture_files(later) == 0

    ShopSettings.objects.all().delete()
    assert sweep_picture_files(later) == 1
    assert stored_files() == set()
