"""Coming in by a link from a mail, and finding out what a role may do."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.recovery import request_password_link
from accounts.registration import register
from backoffice.outbox.models import EmailMessage
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.factories import PASSWORD, make_user

ADA = "ada@example.com"


def path_sent_to(email: str) -> str:
    link: str = EmailMessage.objects.filter(recipient=email).latest("pk").context["secret_link"]
    return link.removeprefix("http://127.0.0.1:8000")


def test_a_customer_confirms_an_address_and_later_chooses_a_new_password(open_page: OpenPage) -> None:
    register(ADA, PASSWORD, address="192.0.2.1")
    page = open_page(None, path_sent_to(ADA), viewport=PHONE)
    page.get_by_label("The password you chose").fill("a guess")
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_text("made with another password")).to_be_visible()
    page.get_by_label("The password you chose").fill(PASSWORD)
    page.get_by_role("button", name="Confirm my address").click()
    expect(page.get_by_role("status")).to_contain_text("Your address is confirmed")
    assert overflow(page) == 0

    request_password_link(ADA, address="192.0.2.1")
    page.goto(path_sent_to(ADA))
    page.get_by_label("New password").fill("a quiet morning in may")
    page.get_by_label("Repeat password").fill("a quiet morning in may")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Other devices have to sign in again")
    assert User.objects.get().check_password("a quiet morning in may")


@pytest.mark.parametrize("dark", [False, True])
def test_the_list_of_users_leads_to_the_roles_in_words(open_page: OpenPage, dark: bool) -> None:
    page = open_page(make_user(role="Manager"), "/admin/accounts/user/", dark=dark)
    page.get_by_role("link", name="Roles in words").click()
    row = page.get_by_role("row", name="see promo codes")
    expect(row.get_by_role("img", name="yes")).to_have_count(4)
    expect(row.get_by_role("img", name="no")).to_have_count(1)
    page.set_viewport_size(PHONE)
    assert overflow(page) == 0
