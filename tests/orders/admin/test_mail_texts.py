import html
import re

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import ROLE_NAMES
from accounts.shop.mail_texts import change_mail_text
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from backoffice.shop.mail_texts import MAILS, OwnText, own_text
from orders.admin.mail_texts import TESTS_PER_HOUR
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db
PAGE = "/admin/settings/mails/order_placed/?language=en-gb"


def letter(page: str) -> str:
    [source] = re.findall(r'srcdoc="([^"]*)"', page)
    return html.unescape(source)


def test_what_is_saved_is_in_the_next_mail(manager: Client) -> None:
    words = {"version": "0", "opening": "Dear {name},\r\n\r\nhurray!", "closing": "Yours, {shop}"}

    answer = manager.post(PAGE, words, follow=True)

    assert "Saved: the next mail says it." in answer.text
    assert "hurray!" in letter(answer.text)
    make_product("TEA-01", on_hand=1)
    place({"TEA-01": 1})
    deliver_due()
    mail = EmailMessage.objects.get()
    assert mail.text.startswith("Dear Theo Jansen,\n\nhurray!")
    assert "Yours, Backoffice" in mail.html


@pytest.mark.parametrize("template", MAILS)
@pytest.mark.parametrize("language", ["en-gb", "de"])
def test_each_mail_is_shown_in_each_language_and_cannot_run_anything(
    manager: Client, template: str, language: str
) -> None:
    page = manager.get(f"/admin/settings/mails/{template}/?language={language}")

    assert page.status_code == 200
    assert f'<html lang="{language}">' in letter(page.text)
    assert 'sandbox="allow-same-origin"' in page.text
    assert "allow-scripts" not in page.text


def test_a_preview_shows_what_was_typed_and_keeps_nothing(manager: Client) -> None:
    typed = {
        "version": "0",
        "opening": "<img src=x onerror=alert(1)> {number}",
        "closing": "",
        "do": "preview",
    }

    page = manager.post(PAGE, typed)

    assert "&lt;img src=x onerror=alert(1)&gt;" in letter(page.text)
    assert "<img" not in letter(page.text)
    assert 'name="opening"' in page.text
    assert "&lt;img src=x onerror=alert(1)&gt; {number}</textarea>" in page.text
    assert own_text("order_placed", "en-gb") == OwnText()


def test_what_was_previewed_may_be_saved_and_what_is_saved_already_sleeps(manager: Client) -> None:
    words = {"version": "0", "opening": "Dear {name}!", "closing": ""}
    assert "data-unsaved" not in manager.get(PAGE).text
    assert "data-unsaved" in manager.post(PAGE, words | {"do": "preview"}).text
    manager.post(PAGE, words)
    assert "data-unsaved" not in manager.post(PAGE, words | {"do": "preview"}).text


def test_a_script_gets_the_mail_alone_or_what_is_wrong(manager: Client) -> None:
    good = manager.post(PAGE, {"opening": "Moin", "do": "preview"}, headers={"X-Part": "preview"}).json()
    bad = manager.post(PAGE, {"opening": "{who}", "do": "preview"}, headers={"X-Part": "preview"}).json()

    assert "<p>Moin</p>" in good["html"]
    assert good["faults"] == {}
    assert bad["html"] == ""
    assert bad["faults"]["opening"].startswith("{who} stands for nothing")


def test_a_bad_text_is_told_beside_its_field_and_nothing_that_was_typed_is_lost(manager: Client) -> None:
    page = manager.post(PAGE, {"version": "0", "opening": "Dear {who}", "closing": "Kept"}).text

    assert "{who} stands for nothing. There are: {name}, {number}, {placed_on}, {shop}." in page
    assert "Dear {who}</textarea>" in page
    assert "Kept</textarea>" in page
    assert own_text("order_placed", "en-gb") == OwnText()


def test_the_later_of_two_is_told_keeps_their_text_and_may_save_again(manager: Client) -> None:
    change_mail_text("order_placed", "en-gb", OwnText("Theirs", ""), by=CLI)

    page = manager.post(PAGE, {"version": "0", "opening": "Mine", "closing": ""}).text
    assert "System has just changed this text." in page
    assert "Mine</textarea>" in page

    [version] = re.findall(r'name="version" value="(\d+)"', page)
    manager.post(PAGE, {"version": version, "opening": "Mine", "closing": ""})
    assert own_text("order_placed", "en-gb").opening == "Mine"


def test_a_version_that_is_no_number_of_a_page_is_told_as_an_old_one(manager: Client) -> None:
    for version in (5_000 * "9", "²", ""):
        page = manager.post(PAGE, {"version": version, "opening": "Mine", "closing": ""})
        assert (page.status_code, own_text("order_placed", "en-gb")) == (200, OwnText())


def test_a_test_mail_goes_to_oneself_alone_says_what_is_saved_and_not_too_often(manager: Client) -> None:
    change_mail_text("order_placed", "en-gb", OwnText("Saved", ""), by=CLI)
    typed = {"version": "1", "opening": "Typed", "closing": "", "do": "test", "to": "x@example.com"}

    page = manager.post(PAGE, typed).text
    assert "A test mail is on its way to " in page
    assert "Typed</textarea>" in page
    deliver_due()
    mail = EmailMessage.objects.get()
    assert (mail.recipient, mail.state) == (User.objects.get().email, "sent")
    assert mail.text.startswith("Saved")

    for _again in range(TESTS_PER_HOUR):
        last = manager.post(PAGE, typed)
    assert "Too many" in last.text
    assert EmailMessage.objects.count() == TESTS_PER_HOUR


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_managers_alone_find_the_page_and_may_use_it(sign_in: SignIn, role: str) -> None:
    client = sign_in(role)
    may = role == "Manager"

    assert ('href="/admin/settings/mails/"' in client.get("/admin/").text) is may
    for page in (PAGE, "/admin/settings/mails/"):
        assert client.get(page).status_code == (200 if may else 403)
    for wish in ("save", "preview", "test"):
        answer = client.post(PAGE, {"version": "0", "opening": "Mine", "do": wish})
        assert (answer.status_code == 403) is not may
    assert own_text("order_placed", "en-gb").opening == ("Mine" if may else "")


@pytest.mark.parametrize("page", ["invitation/", "order_placed/?language=fr", "nothing/"])
def test_no_other_mail_and_no_other_language_is_found(manager: Client, page: str) -> None:
    assert manager.get(f"/admin/settings/mails/{page}").status_code == 404
