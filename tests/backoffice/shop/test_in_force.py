from dataclasses import fields
from threading import Thread

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.shop.changing import change_settings
from backoffice.db.sending import ask
from backoffice.db.transactions import write_transaction
from backoffice.models import ShopSettings
from backoffice.shop import in_force as reading
from backoffice.shop.in_force import ShopNow, heard, in_force, last_known, one_reading, question, shown
from backoffice.shop.table import LOGO, SETTINGS, Setting
from tests.backoffice.shop.samples import OTHER
from tests.factories import CLI

pytestmark = pytest.mark.django_db
ALL = pytest.mark.parametrize("setting", SETTINGS.values(), ids=list(SETTINGS))


def value_of(setting: Setting) -> object:
    return getattr(in_force(), setting.field)


def test_there_is_a_sample_of_every_setting_and_a_field_for_it() -> None:
    assert set(OTHER) == set(SETTINGS)
    assert [each.field for each in SETTINGS.values()] == [each.name for each in fields(ShopNow)]


@ALL
def test_the_default_counts_while_nobody_has_set_it(setting: Setting) -> None:
    assert value_of(setting) == setting.base


@ALL
def test_what_was_set_on_the_page_counts_more_than_the_default(setting: Setting) -> None:
    change_settings({setting.name: OTHER[setting.name]}, by=CLI)

    assert value_of(setting) == setting.kind.value(OTHER[setting.name])
    assert value_of(setting) != setting.base


@pytest.mark.parametrize("setting", [each for each in SETTINGS.values() if each.name != LOGO], ids=str)
def test_what_the_environment_gives_counts_most(setting: Setting, settings) -> None:
    change_settings({setting.name: OTHER[setting.name]}, by=CLI)
    settings.IN_ENVIRONMENT = frozenset({setting.name})

    assert value_of(setting) == setting.base


def test_no_environment_gives_a_logo(settings) -> None:
    change_settings({LOGO: OTHER[LOGO]}, by=CLI)
    settings.IN_ENVIRONMENT = frozenset({LOGO})

    assert str(in_force().logo) == OTHER[LOGO]


@ALL
def test_a_reset_brings_the_default_back(setting: Setting) -> None:
    change_settings({setting.name: OTHER[setting.name]}, by=CLI)
    change_settings({setting.name: None}, by=CLI)

    assert value_of(setting) == setting.base


def test_what_is_kept_and_cannot_be_read_does_not_count() -> None:
    ShopSettings.objects.create(kept={"SHOP_COLOR": "blue", "SHOP_GONE": "x", "SHOP_NAME": "Tea"})

    assert (in_force().color, in_force().name) == ("#2563eb", "Tea")


def test_one_request_asks_once_and_the_next_one_again(manager: Client) -> None:
    for _request in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = manager.get("/admin/")
            assert page.status_code == 200
        assert len([each for each in queries if "shopsettings" in each["sql"]]) == 1


def test_elsewhere_each_call_asks_again() -> None:
    with CaptureQueriesContext(connection) as queries:
        in_force(), in_force()

    assert len(queries) == 2


def test_a_change_within_a_request_is_in_force_in_it() -> None:
    with one_reading():
        assert in_force().name == "Backoffice"
        change_settings({"SHOP_NAME": "Tea"}, by=CLI)
        assert in_force().name == "Tea"


def test_a_write_transaction_reads_for_itself_whatever_the_request_has_read() -> None:
    @write_transaction
    def names() -> tuple[str, str]:
        return in_force().name, in_force().name

    with one_reading():
        in_force()
        ShopSettings.objects.create(kept={"SHOP_NAME": "Tea"})
        with CaptureQueriesContext(connection) as queries:
            assert names() == ("Tea", "Tea")
        assert len([each for each in queries if "shopsettings" in each["sql"]]) == 1


def test_what_was_asked_together_with_others_holds_for_the_transaction() -> None:
    @write_transaction
    def place() -> str:
        asked = question()
        ask(asked)
        heard(asked.answer())
        with CaptureQueriesContext(connection) as queries:
            name = in_force().name
        assert len(queries) == 0
        return name

    assert place() == "Backoffice"


def test_while_the_database_is_away_the_last_known_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    change_settings({"SHOP_NAME": "Tea"}, by=CLI)
    assert in_force().name == "Tea"
    asked = []

    def away() -> None:
        asked.append(1)
        raise DatabaseError

    monkeypatch.setattr(reading, "settings_kept", away)
    monkeypatch.setattr(reading, "_resting_until", 0.0)

    assert [shown().name, shown().name, last_known().name] == ["Tea", "Tea", "Tea"]
    # The second page does not wait for it, too.
    assert len(asked) == 1
    with pytest.raises(DatabaseError):
        in_force()


@pytest.mark.django_db(transaction=True)
def test_a_change_over_another_connection_is_in_force_at_once() -> None:
    names = []

    def other() -> None:
        change_settings({"SHOP_NAME": "Tea"}, by=CLI)
        connection.close()

    for act in (lambda: None, other):
        thread = Thread(target=act)
        thread.start()
        thread.join()
        with one_reading():
            names.append(in_force().name)

    assert names == ["Backoffice", "Tea"]
