import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.actors import Actor
from accounts.models import SettingChange, Source
from accounts.shop.changing import LockedSetting, UnknownSetting, change_settings
from backoffice.errors import Forbidden, Invalid, Stale
from backoffice.models import ShopSettings
from backoffice.shop.in_force import in_force
from backoffice.shop.table import SETTINGS
from tests.backoffice.shop.samples import BAD, OTHER
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db


def version() -> int:
    return ShopSettings.objects.get().version


def history() -> list[tuple[str, str, str, bool]]:
    rows = SettingChange.objects.order_by("id")
    return list(rows.values_list("name", "before", "after", "is_reset"))


def test_the_history_tells_old_and_new_who_and_by_which_door() -> None:
    boss = make_user("boss@example.com", role="Manager")
    change_settings({"SHOP_SHIPPING_FEE": "4.9"}, by=Actor(boss, Source.ADMIN))
    change_settings({"SHOP_SHIPPING_FEE": "5.90"}, by=CLI)
    change_settings({"SHOP_SHIPPING_FEE": None}, by=CLI)

    assert history() == [
        ("SHOP_SHIPPING_FEE", "0.00", "4.90", False),
        ("SHOP_SHIPPING_FEE", "4.90", "5.90", False),
        ("SHOP_SHIPPING_FEE", "5.90", "0.00", True),
    ]
    assert [(each.by, each.source) for each in SettingChange.objects.order_by("id")] == [
        ("boss@example.com", "admin"),
        ("System", "cli"),
        ("System", "cli"),
    ]


def test_what_is_so_already_is_no_change() -> None:
    assert change_settings({"SHOP_NAME": None}, by=CLI) == []
    assert len(change_settings({"SHOP_NAME": "Tea"}, by=CLI)) == 1
    assert change_settings({"SHOP_NAME": " Tea "}, by=CLI) == []
    assert (version(), len(history())) == (1, 1)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_bad_value_is_refused_with_the_reason_at_its_name_and_nothing_changes(name: str) -> None:
    good = next(each for each in SETTINGS if each != name)
    before = in_force()

    with pytest.raises(Invalid) as refused:
        change_settings({good: OTHER[good], name: BAD[name]}, by=CLI)

    assert [fault.pointer for fault in refused.value.faults] == [f"/{name}"]
    assert refused.value.faults[0].detail
    assert in_force() == before
    assert history() == []


def test_every_bad_value_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        change_settings(BAD, by=CLI)

    assert [fault.pointer[1:] for fault in refused.value.faults] == list(BAD)


def test_what_the_environment_gives_is_not_changed_nor_anything_with_it(settings) -> None:
    settings.IN_ENVIRONMENT = frozenset({"SHOP_NAME"})

    for text in ("Tea", None):
        with pytest.raises(LockedSetting, match="The environment gives SHOP_NAME"):
            change_settings({"SHOP_NAME": text, "SHOP_COUNTRY": "AT"}, by=CLI)

    assert in_force().country == "DE"
    assert history() == []


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownSetting, match="There is no setting 'SHOP_CURRENCY'"):
        change_settings({"SHOP_CURRENCY": "USD"}, by=CLI)


def test_whoever_may_not_is_refused() -> None:
    viewer = Actor(make_user(role="Viewer"), Source.ADMIN)

    with pytest.raises(Forbidden):
        change_settings({"SHOP_NAME": "Mine"}, by=viewer)

    assert history() == []


def test_of_two_who_saw_the_same_version_the_later_one_is_told_who_was_first() -> None:
    boss = Actor(make_user("boss@example.com", role="Manager"), Source.ADMIN)
    change_settings({"SHOP_NAME": "Tea"}, by=CLI)
    seen = version()
    change_settings({"SHOP_NAME": "Tea & Co"}, by=boss, version=seen)

    with pytest.raises(Stale, match=r"boss@example\.com has just changed “Name”"):
        change_settings({"SHOP_COUNTRY": "AT"}, by=CLI, version=seen)

    assert (in_force().name, in_force().country) == ("Tea & Co", "DE")


@pytest.mark.django_db(transaction=True)
def test_a_line_of_the_security_log_tells_of_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "backoffice.security"):
        change_settings({"SHOP_NAME": "Tea"}, by=CLI)

    [line] = [each.getMessage() for each in caplog.records]
    assert 'door="cli" by="System"' in line
    assert 'detail="SHOP_NAME: Backoffice → Tea"' in line


def saves_at_once(versions: list[int | None]) -> list[str]:
    """What becomes of saves that begin at the same moment, each with a name of its own."""
    barrier = Barrier(len(versions))

    def save(number: int, version: int | None) -> str:
        try:
            barrier.wait()
            change_settings({"SHOP_NAME": f"Tea {number}"}, by=CLI, version=version)
        except Stale:
            return "told"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(len(versions)) as threads:
        return sorted(threads.map(save, range(len(versions)), versions))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_first", [True, False])
def test_of_saves_at_the_same_moment_one_wins_and_all_others_are_told(is_first: bool) -> None:
    if not is_first:
        change_settings({"SHOP_COUNTRY": "AT"}, by=CLI)
    seen = 0 if is_first else version()

    assert saves_at_once([seen] * 4) == ["saved", "told", "told", "told"]
    assert [name for name, *_values in history()].count("SHOP_NAME") == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_a_version_every_save_is_kept_one_after_the_other() -> None:
    assert saves_at_once([None] * 4) == ["saved"] * 4

    changes = [(before, after) for _name, before, after, _reset in history()]
    assert len(changes) == 4
    # Each began where the one before ended.
    befores, afters = zip(*changes, strict=True)
    assert befores == ("Backoffice", *afters[:-1])
    assert version() == 4
