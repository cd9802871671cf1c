import pytest

from accounts.shop.changing import change_settings
from accounts.shop.looking import ComesFrom, kept_in_vain, setting_changes, settings_now
from backoffice.models import ShopSettings
from tests.factories import CLI

pytestmark = pytest.mark.django_db


def test_each_setting_tells_where_its_value_comes_from(settings) -> None:
    change_settings({"SHOP_NAME": "Tea", "SHOP_SHIPPING_FEE": "4.90", "SHOP_COUNTRY": "AT"}, by=CLI)
    change_settings({"SHOP_COUNTRY": None}, by=CLI)
    settings.IN_ENVIRONMENT = frozenset({"SHOP_NAME"})

    now = settings_now().by_name

    assert now["SHOP_NAME"].comes_from == ComesFrom.ENVIRONMENT
    assert (now["SHOP_NAME"].text, now["SHOP_NAME"].last) == ("Backoffice", None)
    assert now["SHOP_SHIPPING_FEE"].comes_from == ComesFrom.SET
    assert now["SHOP_SHIPPING_FEE"].as_data()["set_by"] == "System"
    assert now["SHOP_SHIPPING_FEE"].words == "€4.90"
    assert now["SHOP_COUNTRY"].comes_from == ComesFrom.DEFAULT
    assert settings_now().version == 2


def test_the_history_of_one_setting_or_of_all_is_told_the_newest_first() -> None:
    change_settings({"SHOP_NAME": "Tea"}, by=CLI)
    change_settings({"SHOP_COUNTRY": "AT"}, by=CLI)
    change_settings({"SHOP_NAME": "Tea & Co"}, by=CLI)

    assert [each.after for each in setting_changes()] == ["Tea & Co", "AT", "Tea"]
    assert [each.after for each in setting_changes("SHOP_NAME")] == ["Tea & Co", "Tea"]


def test_what_is_kept_and_does_not_count_is_named(settings) -> None:
    assert list(kept_in_vain()) == []
    kept = {"SHOP_GONE": "x", "SHOP_COLOR": "blue", "SHOP_NAME": "Tea", "SHOP_COUNTRY": "AT"}
    ShopSettings.objects.create(kept=kept)
    settings.IN_ENVIRONMENT = frozenset({"SHOP_NAME"})

    assert dict(kept_in_vain()) == {
        "SHOP_GONE": "unknown",
        "SHOP_COLOR": "unreadable",
        "SHOP_NAME": "overridden",
    }
