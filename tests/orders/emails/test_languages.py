"""Whatever a customer gets is in the language of the order, else in theirs, else in the shop's."""

from typing import Any

import pytest
from django.utils import translation

from accounts.mailing.account_mails import tell as tell_of_account
from accounts.models import Customer, User
from accounts.people import edit_user
from backoffice.errors import Invalid
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from orders.changing.details import edit_order
from orders.customers.editing import edit_customer
from orders.emails.audience import tell
from orders.emails.contexts import PROMOTIONS_ENDED, Happening
from orders.fulfilment.sending_again import send_again
from orders.models import Order, Promotion
from orders.placing.placement import place_order
from tests.factories import (
    CLI,
    make_customer,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    request_for,
)

pytestmark = pytest.mark.django_db
ENGLISH, GERMAN = "Total: €10.00", "10,00\xa0€"


@pytest.fixture(autouse=True)
def tea() -> None:
    make_product("TEA-01", on_hand=9, price="10.00")


def ordered(email: str = "ann@example.com", *, language: str = "") -> Order:
    return place_order(request_for({"TEA-01": 1}, language=language), email=email, by=CLI)


def mail_about(order: Order) -> EmailMessage:
    deliver_due()
    return EmailMessage.objects.get(about=order.number, template="order_placed", recipient=order.email)


def is_german(mail: EmailMessage) -> bool:
    assert mail.text, mail.error
    assert (GERMAN in mail.text) != (ENGLISH in mail.text)
    assert f'<html lang="{mail.language}">' in mail.html
    assert (GERMAN in mail.html) == (GERMAN in mail.text)
    return GERMAN in mail.text


@pytest.mark.parametrize(
    ("shops", "customers", "orders", "expected"),
    [
        ("en-gb", "", "", False),
        ("de", "", "", True),
        ("en-gb", "de", "", True),
        ("de", "en-gb", "", False),
        ("en-gb", "en-gb", "de", True),
        ("de", "de", "en-gb", False),
    ],
)
def test_the_order_counts_before_the_customer_and_the_customer_before_the_shop(
    settings: Any, shops: str, customers: str, orders: str, expected: bool
) -> None:
    settings.SHOP_LANGUAGE = shops
    edit_customer(make_customer("ann@example.com"), language=customers, by=CLI)

    assert is_german(mail_about(ordered(language=orders))) is expected


@pytest.mark.parametrize("spoken", ["en-gb", "de"])
def test_whoever_places_or_sends_it_does_not_choose_the_language(spoken: str) -> None:
    with translation.override(spoken):
        assert is_german(mail_about(ordered("guest@example.com", language="de")))
        assert not is_german(mail_about(ordered("other@example.com")))


def test_a_guest_chooses_no_language_for_what_others_with_the_address_are_written() -> None:
    ann = make_customer("ann@example.com")

    assert is_german(mail_about(ordered(language="de")))

    ann.refresh_from_db()
    assert ann.language == ""
    assert not is_german(mail_about(ordered()))


def test_a_mail_that_waits_keeps_its_language_whatever_is_chosen_since(settings: Any) -> None:
    order = ordered()
    settings.SHOP_LANGUAGE = "de"
    edit_customer(order.customer, language="de", by=CLI)

    assert not is_german(mail_about(order))
    again = send_again(order.number, EmailMessage.objects.get().pk, by=CLI)
    deliver_due()
    assert is_german(EmailMessage.objects.get(pk=again.pk))


def test_an_order_that_becomes_another_persons_is_told_in_theirs() -> None:
    edit_customer(make_customer("jan@example.com"), language="de", by=CLI)
    order = ordered()
    edit_order(order.number, email="jan@example.com", by=CLI)

    assert is_german(mail_about(Order.objects.get()))


def test_a_language_that_there_is_not_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(Invalid, match="'xx' is not a language of this shop") as refused:
        ordered(language="xx")
    assert [fault.pointer for fault in refused.value.faults] == ["/language"]
    with pytest.raises(Invalid, match="There are: en-gb, de"):
        edit_customer(make_customer("ann@example.com"), name="Ann", language="klingon", by=CLI)
    assert not Order.objects.exists()
    assert list(Customer.objects.values_list("name", "language")) == [("", "")]


def test_who_has_an_account_chooses_once_for_all_mails() -> None:
    shopper = make_shopper("ada@example.com")
    customer = ordered(shopper.email).customer
    edit_user(User.objects.get(pk=shopper.pk), language="de", by=CLI)
    customer.refresh_from_db()
    assert customer.language == "de"
    assert is_german(EmailMessage.objects.get(pk=_queued_anew(shopper.email)))

    edit_customer(customer, language="en-gb", by=CLI)
    assert User.objects.get(pk=shopper.pk).language == "en-gb"


def _queued_anew(email: str) -> int:
    order = ordered(email)
    deliver_due()
    return EmailMessage.objects.get(about=order.number).pk


def test_each_colleague_is_written_to_in_their_own_language(settings: Any) -> None:
    settings.SHOP_LANGUAGE = "de"
    for email, language in (("dora@example.com", ""), ("emma@example.com", "en-gb")):
        User.objects.filter(pk=make_user(email, role="Marketing").pk).update(language=language)
    make_promo_code("TEN", percent_off="12.5", max_discount="1234.50")
    promotion = Promotion.objects.get()

    tell(Happening(PROMOTIONS_ENDED, promotion.created_at, {"promotions": [promotion.pk]}))
    deliver_due()

    mails = {mail.recipient: mail.text for mail in EmailMessage.objects.all()}
    assert "12.5 %, up to €1,234.50" in mails["emma@example.com"]
    assert "12,5\xa0%" in mails["dora@example.com"]
    assert "1.234,50\xa0€" in mails["dora@example.com"]


def test_a_note_about_an_account_is_in_its_language() -> None:
    User.objects.filter(pk=make_user("dora@example.com", role="Viewer").pk).update(language="de")
    tell_of_account("dora@example.com", "no_account", {})
    tell_of_account("new@example.com", "no_account", {}, language="de")
    tell_of_account("stranger@example.com", "no_account", {})

    languages = dict(EmailMessage.objects.values_list("recipient", "language"))
    assert languages == {"dora@example.com": "de", "new@example.com": "de", "stranger@example.com": "en-gb"}
