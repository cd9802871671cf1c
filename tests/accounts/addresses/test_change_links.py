"""Each mailbox has a link of its own, worth nothing as the other's or as another kind of link."""

import pytest

from accounts.addresses.change import ask_for_own
from accounts.addresses.change_links import NEW, OLD, change_link, change_of, change_token
from accounts.mailing.links import PASSWORD, InvalidLink, user_of
from accounts.models import EmailChange
from tests.accounts.mailbox import context_of_link_sent_to
from tests.factories import CLI, make_shopper, make_user
from tests.factories import PASSWORD as TYPED

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> EmailChange:
    ask_for_own(make_shopper("ana@example.com"), "new@example.com", password=TYPED, by=CLI)
    return EmailChange.objects.get()


def test_a_token_names_its_change_and_its_side(change: EmailChange) -> None:
    for side in (NEW, OLD):
        assert change_of(change_token(change, side)) == (change, side)


@pytest.mark.parametrize("token", ["", "x", "MQ.x", "MQ.cx0abc-0123", "AAAA.BBBB"])
def test_what_was_not_signed_is_refused(change: EmailChange, token: str) -> None:
    with pytest.raises(InvalidLink):
        change_of(token)


def test_a_token_of_one_kind_is_worth_nothing_as_another(change: EmailChange) -> None:
    with pytest.raises(InvalidLink):
        user_of(change_token(change, NEW), PASSWORD)


def test_customers_are_led_to_their_shop_front_and_staff_to_ours(
    change: EmailChange, settings: object
) -> None:
    assert "/account/email/" in context_of_link_sent_to("new@example.com")["secret_link"]
    settings.SHOP_ACCOUNT_URL = "https://tea.example/account"  # type: ignore[attr-defined]
    assert change_link(change, NEW)["secret_link"].startswith("https://tea.example/account?email=")
    change.user = make_user(role="Support")
    assert "/account/email/" in change_link(change, NEW)["secret_link"]
