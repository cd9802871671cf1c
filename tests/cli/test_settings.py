import pytest

from accounts.models import SettingChange
from accounts.shop.changing import change_settings
from backoffice.shop.in_force import in_force
from backoffice.shop.table import LOGO, SETTINGS
from tests.backoffice.shop.samples import BAD, OTHER
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db
TYPED = [name for name in SETTINGS if name != LOGO]


def test_all_settings_are_listed_with_where_they_come_from(answers: Answers, settings) -> None:
    settings.IN_ENVIRONMENT = frozenset({"SHOP_COUNTRY"})
    answers("settings", "set", "SHOP_NAME", "Tea & Co")

    rows = {row["name"]: row for row in answers("settings", "list")}

    assert list(rows) == list(SETTINGS)
    assert (rows["SHOP_NAME"]["value"], rows["SHOP_NAME"]["comes_from"]) == ("Tea & Co", "set")
    assert rows["SHOP_COUNTRY"]["comes_from"] == "environment"
    assert rows["SHOP_COLOR"]["comes_from"] == "default"


@pytest.mark.parametrize("name", TYPED)
def test_each_is_set_shown_and_reset(answers: Answers, name: str) -> None:
    before = answers("settings", "show", name)["value"]

    assert answers("settings", "set", name.lower(), OTHER[name])["comes_from"] == "set"
    assert answers("settings", "show", name)["value"] == OTHER[name]
    assert answers("settings", "reset", name)["value"] == before


@pytest.mark.parametrize("name", TYPED)
def test_a_bad_value_exits_with_1_and_says_why(shopctl: Shopctl, name: str) -> None:
    result = shopctl("settings", "set", name, BAD[name])

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{name}: ")
    assert SettingChange.objects.count() == 0


def test_no_text_is_taken_for_a_logo_which_can_be_removed(shopctl: Shopctl) -> None:
    refused = shopctl("settings", "set", LOGO, OTHER[LOGO])
    assert refused.exit_code == 2
    assert "chosen on the settings page" in refused.stderr
    change_settings({LOGO: OTHER[LOGO]}, by=CLI)

    assert shopctl("settings", "reset", LOGO).exit_code == 0
    assert in_force().logo is None


@pytest.mark.parametrize("verb", [("set", "SHOP_NAME", "Tea"), ("reset", "SHOP_NAME")])
@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_what_the_environment_gives_is_refused_also_when_rehearsed(
    shopctl: Shopctl, settings, verb: tuple[str, ...], option: list[str]
) -> None:
    settings.IN_ENVIRONMENT = frozenset({"SHOP_NAME"})

    result = shopctl("settings", *verb, *option)

    assert result.exit_code == 1
    assert "The environment gives SHOP_NAME" in result.stderr
    assert in_force().name == "Backoffice"


def test_the_history_has_old_and_new_and_who(answers: Answers) -> None:
    make_user("boss@example.com", role="Manager")
    answers("settings", "set", "SHOP_SHIPPING_FEE", "4.90", "--as", "boss@example.com")

    [row] = answers("settings", "history", "SHOP_SHIPPING_FEE")

    assert (row["before"], row["after"], row["actor"], row["source"]) == (
        *("0.00", "4.90"),
        *("boss@example.com", "cli"),
    )


def test_whoever_may_not_change_them_may_not_see_them_either(shopctl: Shopctl) -> None:
    make_user("view@example.com", role="Viewer")

    for verb in (["list"], ["show", "SHOP_NAME"], ["set", "SHOP_NAME", "Mine"], ["history"]):
        assert shopctl("settings", *verb, "--as", "view@example.com").exit_code == 1
