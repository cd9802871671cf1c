import re

import pytest
from django.test import Client

from accounts.models import SettingChange
from accounts.roles import ROLE_NAMES
from accounts.shop.changing import change_settings
from backoffice.shop.in_force import in_force
from backoffice.shop.table import FIXED, SETTINGS
from tests.admin_fixtures import SignIn
from tests.backoffice.shop.samples import BAD, OTHER
from tests.factories import CLI

pytestmark = pytest.mark.django_db
PAGE = "/admin/settings/"


def filled(page: str) -> dict[str, str]:
    """The form as a browser would send it back untouched."""
    form = page[page.index('id="settings_form"') : page.index("</form>", page.index('id="settings_form"'))]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox" and "name" in attributes:
            fields[attributes["name"]] = attributes.get("value", "").replace("&amp;", "&")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        fields[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return fields


def test_saving_what_nobody_touched_changes_nothing(manager: Client) -> None:
    answer = manager.post(PAGE, filled(manager.get(PAGE).text), follow=True)

    assert "It was so already." in answer.text
    assert SettingChange.objects.count() == 0


@pytest.mark.parametrize("name", SETTINGS)
def test_each_is_changed_told_and_given_back_to_its_default(manager: Client, name: str) -> None:
    setting = SETTINGS[name]
    fields = filled(manager.get(PAGE).text)

    answer = manager.post(PAGE, fields | {name: OTHER[name]}, follow=True)
    assert "1 setting changed, in force at once." in answer.text
    assert getattr(in_force(), setting.field) == setting.kind.value(OTHER[name])

    reset = filled(manager.get(PAGE).text) | {f"reset-{name}": "on"}
    assert manager.post(PAGE, reset).status_code == 302
    assert getattr(in_force(), setting.field) == setting.base
    assert [each.is_reset for each in SettingChange.objects.order_by("id")] == [False, True]


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in ("SHOP_COUNTRY", "SHOP_LANGUAGE")])
def test_a_bad_value_is_told_beside_its_field_and_nothing_that_was_typed_is_lost(
    manager: Client, name: str
) -> None:
    other = "SHOP_NAME" if name != "SHOP_NAME" else "SHOP_SHIPPING_FEE"
    fields = filled(manager.get(PAGE).text) | {name: BAD[name], other: OTHER[other]}

    page = manager.post(PAGE, fields)

    assert SettingChange.objects.count() == 0
    assert page.status_code == 200
    assert f'id="id_{name}_error"' in page.text
    assert filled(page.text)[name] == BAD[name]
    assert filled(page.text)[other] == OTHER[other]


def test_amounts_are_shown_and_typed_as_their_reader_writes_them(manager: Client, settings) -> None:
    settings.SHOP_LANGUAGE = "de"
    change_settings({"SHOP_MAX_OPEN_VALUE": "25000.50"}, by=CLI)
    fields = filled(manager.get(PAGE).text)
    assert fields["SHOP_MAX_OPEN_VALUE"] == "25000,50"

    typed = {"SHOP_SHIPPING_FEE": "4,90", "SHOP_FREE_SHIPPING_FROM": "1.050,00 €"}
    assert manager.post(PAGE, fields | typed).status_code == 302
    assert [str(in_force().shipping_fee), str(in_force().free_shipping_from)] == ["4.90", "1050.00"]
    assert str(in_force().max_open_value) == "25000.50"

    page = manager.post(PAGE, filled(manager.get(PAGE).text) | {"SHOP_SHIPPING_FEE": "4,9x"}).text
    assert "4,90" in page[page.index('id="id_SHOP_SHIPPING_FEE_error"') :][:200]
    assert filled(page)["SHOP_SHIPPING_FEE"] == "4,9x"


def test_an_amount_that_may_be_read_in_two_ways_is_asked_again(manager: Client, settings) -> None:
    settings.SHOP_CURRENCY = "KWD"
    fields = filled(manager.get(PAGE).text) | {"SHOP_SHIPPING_FEE": "1,234", "SHOP_NAME": "Tea"}

    page = manager.post(PAGE, fields).text

    assert "may be read in two ways" in page
    assert filled(page)["SHOP_SHIPPING_FEE"] == "1,234"
    assert (in_force().name, in_force().shipping_fee) == ("Backoffice", 0)


def test_the_later_of_two_managers_is_told_and_saves_what_they_typed_alone(manager: Client) -> None:
    fields = filled(manager.get(PAGE).text)
    change_settings({"SHOP_SHIPPING_FEE": "4.90"}, by=CLI)

    page = manager.post(PAGE, fields | {"SHOP_NAME": "Tea"})
    assert "System has just changed “Shipping fee”." in page.text
    assert "data-unsaved" in page.text
    assert in_force().name == "Backoffice"

    assert manager.post(PAGE, filled(page.text)).status_code == 302
    assert (in_force().name, str(in_force().shipping_fee)) == ("Tea", "4.90")


def test_what_the_environment_gives_is_shown_locked_by_name_and_has_no_field(
    manager: Client, settings
) -> None:
    fields = filled(manager.get(PAGE).text)
    settings.IN_ENVIRONMENT = frozenset({"SHOP_NAME"})

    page = manager.get(PAGE).text
    assert "Locked: SHOP_NAME is set in the environment." in page
    assert "SHOP_NAME" not in filled(page)
    # Sent all the same, by a page that was open before.
    assert "SHOP_NAME" not in [c.name for c in SettingChange.objects.all()]
    manager.post(PAGE, fields | {"SHOP_NAME": "Tea"})
    assert in_force().name == "Backoffice"


def test_what_stays_in_the_environment_is_told(manager: Client) -> None:
    page = manager.get(PAGE).text

    assert [each.name for each in FIXED if f"{each.name}." not in page] == []
    assert "<dd>Offered<small>SHOP_MFA." in page


def test_the_history_shows_old_and_new_in_words_who_and_the_door(manager: Client) -> None:
    change_settings({"SHOP_SHIPPING_FEE": "4.90", "SHOP_MAX_OPEN_ORDERS": ""}, by=CLI)

    history = manager.get(PAGE).text.partition('id="history"')[2]

    assert '<del class="bo-old">€0.00</del>' in history
    assert '<ins class="bo-new">€4.90</ins>' in history
    assert '<ins class="bo-new">No limit</ins>' in history
    assert "System · Command line" in history


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_managers_alone_find_the_page_and_may_open_it(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    may = role == "Manager"

    assert (f'href="{PAGE}"' in client.get("/admin/").text) is may
    assert client.get(PAGE).status_code == (200 if may else 403)
    assert client.post(PAGE, {"SHOP_NAME": "Mine", "version": "0"}).status_code == (302 if may else 403)
    assert in_force().name == ("Mine" if may else "Backoffice")


def test_customers_and_strangers_are_sent_to_sign_in(sign_in: SignIn) -> None:
    for client in (Client(), sign_in(None)):
        assert client.get(PAGE).headers["Location"].startswith("/admin/login/?next=")


def test_it_takes_few_queries_whatever_was_set(manager: Client, django_assert_max_num_queries) -> None:
    change_settings({name: OTHER[name] for name in SETTINGS if name != "SHOP_LANGUAGE"}, by=CLI)
    manager.get(PAGE)

    with django_assert_max_num_queries(12):
        manager.get(PAGE)
