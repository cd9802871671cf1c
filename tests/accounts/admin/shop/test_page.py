import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import SettingChange, User
from accounts.roles import ROLE_NAMES
from accounts.shop.changing import change_settings
from backoffice.shop.in_force import in_force
from backoffice.shop.table import FIXED, LOGO, SETTINGS
from tests.admin_fixtures import SignIn
from tests.backoffice.shop.samples import BAD, OTHER
from tests.factories import CLI, make_user
from tests.pictures import png, png_that_claims

pytestmark = pytest.mark.django_db
PAGE = "/admin/settings/"

# Their page offers what they can be, and takes nothing else.
CHOSEN = ("SHOP_COUNTRY", "SHOP_LANGUAGE", "SHOP_SHIP_UNPAID", LOGO)


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

    assert "Nothing was changed." in answer.text
    assert SettingChange.objects.count() == 0


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != LOGO])
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


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in CHOSEN])
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


@pytest.mark.parametrize(
    ("typed", "kept"), [("1.000", "1000"), ("1.234,50", "1234.50"), ("4,90", "4.90"), ("1000,5", "1000.50")]
)
def test_an_amount_is_read_as_its_readers_language_writes_it(manager: Client, typed: str, kept: str) -> None:
    User.objects.filter(pk=manager.session["_auth_user_id"]).update(language="de")

    manager.post(PAGE, filled(manager.get(PAGE).text) | {"SHOP_FREE_SHIPPING_FROM": typed})

    assert in_force().free_shipping_from == Decimal(kept)
    shown = filled(manager.get(PAGE).text)
    assert shown["SHOP_FREE_SHIPPING_FROM"] == f"{Decimal(kept):.2f}".replace(".", ",")
    manager.post(PAGE, shown)
    assert SettingChange.objects.count() == 1


@pytest.mark.parametrize("typed", ["1,000", "1e3", "4_90"])
def test_an_amount_that_may_be_another_one_is_refused_beside_its_field(manager: Client, typed: str) -> None:
    User.objects.filter(pk=manager.session["_auth_user_id"]).update(language="de")

    page = manager.post(PAGE, filled(manager.get(PAGE).text) | {"SHOP_FREE_SHIPPING_FROM": typed})

    assert 'id="id_SHOP_FREE_SHIPPING_FROM_error"' in page.text
    assert filled(page.text)["SHOP_FREE_SHIPPING_FROM"] == typed
    assert SettingChange.objects.count() == 0


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


@pytest.mark.parametrize("version", ["", "-1", "x", "²", "9" * 5000])
def test_a_version_that_no_page_has_shown_changes_nothing(manager: Client, version: str) -> None:
    page = manager.post(PAGE, filled(manager.get(PAGE).text) | {"SHOP_NAME": "Tea", "version": version})

    assert "The settings are not those that were shown" in page.text
    assert in_force().name == "Backoffice"


def sent(content: bytes, name: str = "logo.png") -> dict[str, SimpleUploadedFile]:
    return {LOGO: SimpleUploadedFile(name, content)}


@pytest.mark.django_db(transaction=True)
def test_a_logo_is_chosen_replaced_and_removed_with_its_files(manager: Client, picture_folder: Path) -> None:
    fields = filled(manager.get(PAGE).text)
    assert "1 setting changed" in manager.post(PAGE, fields | sent(png()), follow=True).text
    first = in_force().logo
    assert first is not None

    page = manager.get(PAGE).text
    assert f'src="{first.url}"' in page
    assert manager.post(PAGE, filled(page) | sent(png(colour="#000000"))).status_code == 302
    second = in_force().logo
    assert second is not None
    assert [path.name for path in picture_folder.iterdir()] == [second.file]

    page = manager.get(PAGE).text
    assert "Remove the logo" in page
    assert manager.post(PAGE, filled(page) | {f"reset-{LOGO}": "on"}).status_code == 302
    assert in_force().logo is None
    assert list(picture_folder.iterdir()) == []
    history = manager.get(PAGE).text.partition('id="history"')[2]
    assert f'<del class="bo-old">Logo {second.short_name}</del>' in history
    assert f'<ins class="bo-new">Logo {first.short_name}</ins>' in history


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg></svg>", "Choose a JPEG, PNG or WebP file"),
        (png() + b"<script>x()</script>", "Something else is hidden in this file"),
        (png_that_claims(20_000, 20_000), "The picture is too large to be read"),
        (png()[:60], "The file is damaged or incomplete"),
        (bytes(10 * 1_048_576 + 1), "The picture has 10.1 MB; at most 10 are taken."),
    ],
)
def test_a_logo_that_is_no_picture_is_refused_beside_its_field_and_nothing_changes(
    manager: Client, picture_folder: Path, content: bytes, reason: str
) -> None:
    fields = filled(manager.get(PAGE).text) | {"SHOP_NAME": "Tea"}

    page = manager.post(PAGE, fields | sent(content)).text

    assert reason in page.partition(f'id="id_{LOGO}_error"')[2][:400]
    assert filled(page)["SHOP_NAME"] == "Tea"
    assert SettingChange.objects.count() == 0
    assert not picture_folder.exists() or list(picture_folder.iterdir()) == []


def test_where_something_else_is_refused_the_logo_is_neither_kept_nor_forgotten_without_a_word(
    manager: Client, picture_folder: Path
) -> None:
    fields = filled(manager.get(PAGE).text) | {"SHOP_COLOR": "blue"}

    page = manager.post(PAGE, fields | sent(png())).text

    assert "Choose the file again: browsers do not keep it." in page
    assert in_force().logo is None
    assert list(picture_folder.iterdir()) == []


def test_no_text_names_a_logo(manager: Client) -> None:
    page = manager.post(PAGE, filled(manager.get(PAGE).text) | {LOGO: OTHER[LOGO]}, follow=True)

    assert "Nothing was changed." in page.text
    assert in_force().logo is None


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


@pytest.fixture
def german() -> Client:
    client = Client()
    client.force_login(make_user(role="Manager", language="de"))
    return client


def test_amounts_are_shown_and_taken_as_the_readers_language_writes_them(german: Client) -> None:
    change_settings({"SHOP_MAX_OPEN_VALUE": "1234.50"}, by=CLI)
    fields = filled(german.get(PAGE).text)
    assert fields["SHOP_MAX_OPEN_VALUE"] == "1234,50"

    answer = german.post(PAGE, fields | {"SHOP_SHIPPING_FEE": "4,90 €", "SHOP_MAX_OPEN_VALUE": "25.000"})

    assert answer.status_code == 302
    assert (str(in_force().shipping_fee), str(in_force().max_open_value)) == ("4.90", "25000.00")
    german.post(PAGE, filled(german.get(PAGE).text))
    assert SettingChange.objects.count() == 3


def test_an_amount_that_may_be_a_thousand_times_as_much_is_not_guessed(german: Client, settings) -> None:
    settings.SHOP_CURRENCY = "KWD"
    fields = filled(german.get(PAGE).text)

    page = german.post(PAGE, fields | {"SHOP_SHIPPING_FEE": "1.234"})

    assert 'id="id_SHOP_SHIPPING_FEE_error"' in page.text
    assert filled(page.text)["SHOP_SHIPPING_FEE"] == "1.234"
    assert SettingChange.objects.count() == 0
