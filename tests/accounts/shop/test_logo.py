"""The shop's logo: its file is there exactly as long as the settings name it."""

from pathlib import Path

import pytest

from accounts.actors import Actor
from accounts.models import SettingChange, Source
from accounts.shop.changing import change_settings
from accounts.shop.logo import change_settings_and_logo
from backoffice.errors import Forbidden, Invalid, Stale
from backoffice.models import ShopSettings
from backoffice.shop.in_force import in_force
from backoffice.shop.table import LOGO
from tests.factories import CLI, make_user
from tests.pictures import png

pytestmark = pytest.mark.django_db(transaction=True)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def kept() -> str:
    return str(ShopSettings.objects.get().kept[LOGO])


def test_it_is_set_together_with_what_else_was_changed(picture_folder: Path) -> None:
    changes = change_settings_and_logo({"SHOP_NAME": "Tea"}, png(), by=CLI)

    assert {each.name for each in changes} == {"SHOP_NAME", LOGO}
    assert in_force().name == "Tea"
    assert files(picture_folder) == [f"{kept()}.png"]


def test_the_file_of_one_that_was_replaced_or_removed_goes(picture_folder: Path) -> None:
    change_settings_and_logo({}, png(), by=CLI)
    first = kept()
    change_settings_and_logo({}, png(), by=CLI)

    assert kept() != first
    assert files(picture_folder) == [f"{kept()}.png"]
    change_settings({"SHOP_NAME": "Tea"}, by=CLI)
    assert files(picture_folder) == [f"{kept()}.png"]
    change_settings({LOGO: None}, by=CLI)
    assert files(picture_folder) == []


def test_a_refused_change_keeps_the_logo_that_there_was_and_leaves_no_file(picture_folder: Path) -> None:
    change_settings_and_logo({}, png(), by=CLI)
    before = files(picture_folder)

    with pytest.raises(Stale):
        change_settings_and_logo({}, png(), by=CLI, version=0)
    with pytest.raises(Invalid):
        change_settings_and_logo({"SHOP_COLOR": "blue"}, png(), by=CLI)

    assert files(picture_folder) == before == [f"{kept()}.png"]
    assert SettingChange.objects.count() == 1


def test_whoever_may_not_is_refused_before_the_file_is_looked_at(picture_folder: Path) -> None:
    viewer = Actor(make_user(role="Viewer"), Source.ADMIN)

    with pytest.raises(Forbidden):
        change_settings_and_logo({}, b"no picture", by=viewer)

    assert files(picture_folder) == []
