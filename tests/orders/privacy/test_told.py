"""Whoever asks is told everything that is kept of them, and nothing of others."""

import json
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pydantic_core import to_json

from accounts.actors import Actor
from accounts.addresses.change import ask_for_own, confirm_email_change
from accounts.addresses.change_links import NEW, OLD, change_token
from accounts.models import AccountEvent, BrowserSession, Customer, EmailChange, Source, TokenFamily, User
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage
from orders.models import CustomerEvent, Order, PaymentEntry
from orders.payments.corrections import reverse
from orders.payments.details import PaymentDetails
from orders.payments.recording import record_payment
from orders.privacy.document import DATA, PAGE, as_archive, as_page
from orders.privacy.erasing import erase_customer
from orders.privacy.handing_out import hand_out
from orders.privacy.person import person_of
from orders.privacy.told import person_of_user, tell_person
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, PASSWORD, make_product, make_shopper, make_user, place
from tests.orders.privacy.canary import shop_with_person

pytestmark = pytest.mark.django_db

TOLD = (
    *("canary-one@example.com", "canary-two@example.com", "Canary-Name", "Canary-Account", "Canary-Street 2"),
    *("Canary-Yard", "Canary-Town", "0221 7654321", "Canary-Note two", "Canary-Comment", "Canary-Cancel"),
    *("Canary-Purpose", "Canary-Payer"),
    *("Canary-Return", "Canary-Remark", "JD7000000000000017", "SPRING20", "203.0.113.77", "TEA-01"),
)


def test_everything_is_told_but_who_did_it(shopctl: Shopctl) -> None:
    customer, _user = shop_with_person(shopctl)
    told = to_json(tell_person(person_of(customer)).content).decode()
    assert [each for each in TOLD if each not in told] == []
    assert "boss@example.com" not in told
    assert "password" not in json.loads(told)["accounts"][0]


def test_the_file_is_a_page_to_read_and_the_same_as_data(shopctl: Shopctl) -> None:
    customer, _user = shop_with_person(shopctl)
    with ZipFile(BytesIO(as_archive(hand_out(customer, by=CLI)))) as archive:
        page, data = archive.read(PAGE).decode(), json.loads(archive.read(DATA))
    assert [each for each in TOLD if each not in page] == []
    numbers = list(Order.objects.order_by("pk").values_list("number", flat=True))
    assert "boss@example.com" not in page
    assert (f"Order {numbers[0]} of" in page, "€50.00" in page) == (True, True)
    assert [order["number"] for order in data["orders"]] == numbers
    assert CustomerEvent.objects.latest("pk").kind == "data_handed_out"


def test_the_page_tells_where_they_are_signed_in_and_what_addresses_they_asked_for(client: Client) -> None:
    ada = make_shopper("ada@example.com")
    client.force_login(ada)
    BrowserSession.objects.update(user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0", address="192.0.2.1")
    TokenFamily.objects.create(
        user=ada, auth_version=ada.auth_version, user_agent="curl/8.5.0", expires_at=timezone.now()
    )
    EmailChange.objects.create(user=ada, email="ada.new@example.com", needs_old=True, source=Source.API)

    page = as_page(tell_person(person_of_user(ada)))

    for told in ("Firefox 140 on Linux, 192.0.2.1", "A program (curl)", "ada.new@example.com"):
        assert told in page


def test_the_page_is_in_the_readers_language(shopctl: Shopctl) -> None:
    customer, _user = shop_with_person(shopctl)
    with override("de"), ZipFile(BytesIO(as_archive(hand_out(customer, by=CLI)))) as archive:
        page = archive.read(PAGE).decode()
    assert '<html lang="de">' in page
    # A mail that is not written yet has no subject.
    assert ("Bestellung eingegangen" in page, "Order placed" in page) == (True, False)


def test_payments_are_told_with_what_the_bank_said_of_those_that_stand(shopctl: Shopctl) -> None:
    customer, _user = shop_with_person(shopctl)
    order = Order.objects.earliest("pk")
    by_file = PaymentEntry.objects.get(order=order)
    card = PaymentDetails(method="card", reference="ch_1", note="On the phone")
    record_payment(order.number, Decimal("2.00"), card, by=CLI)

    told = tell_person(person_of(customer))
    [first, second] = told.content["orders"][0]["payments"]
    assert (first["paid_delta"], first["bank_line"]["name"]) == (1, "Canary-Payer")
    assert (second["reference"], second["note"], second["bank_line"]) == ("ch_1", "On the phone", None)
    assert not {"actor", "source"} & set(second)
    page = as_page(told)
    assert [each for each in ("Payment", "€1.00", "Canary-Payer", "ch_1", "€2.00") if each not in page] == []

    # What was booked here by mistake was somebody else's, and so is what their bank said.
    reverse(by_file.pk, reason="Another order's", by=CLI)
    told_then = to_json(tell_person(person_of(customer)).content).decode()
    assert "Canary-Payer" not in told_then


def test_the_page_says_what_is_to_be_paid_back() -> None:
    make_product("TEA", on_hand=1, price="5.00")
    ada = make_shopper("ada@example.com")
    order = place({"TEA": 1}, customer=Customer.objects.get(user=ada))
    record_payment(order.number, order.total + 3, by=CLI)

    page = as_page(tell_person(person_of_user(ada)))

    assert ("To pay back" in page, "€3.00" in page, "-€3.00" in page) == (True, True, False)


def test_somebody_who_never_ordered_is_told_of_the_account() -> None:
    user = make_user("ada@example.com", name="Ada")
    content = tell_person(person_of_user(user)).content
    assert (content["customer"], content["orders"]) == ([], [])
    assert content["accounts"][0]["name"] == "Ada"


def test_customers_get_their_own_and_managers_anybodys_which_is_noted() -> None:
    ada, bob = make_shopper("ada@example.com"), make_shopper("bob@example.com")
    own = Api(ada).get("users/me/data.json")
    assert (own.json()["customer"][0]["email"], own["Cache-Control"]) == ("ada@example.com", "no-store")
    boss = make_user(role="Manager")
    path = f"customers/{Customer.objects.get(user=bob).pk}/data.json"
    assert Api(boss).get(path).json()["customer"][0]["email"] == "bob@example.com"
    assert AccountEvent.objects.get(user=boss, kind="data_handed_out")
    for other in (ada, make_user(role="Support")):
        assert_problem(Api(User.objects.get(pk=other.pk)).get(path), 403, "forbidden")


def test_who_asks_for_an_address_that_somebody_gave_up_is_told_none_of_their_mails() -> None:
    make_product("A", on_hand=2)
    ada, eve = make_shopper("ada@example.com"), make_shopper("eve@example.com")
    order = place({"A": 1}, customer=Customer.objects.get(user=ada))
    deliver_due()
    _give(ada, "ada@example.org")
    asked = Api(eve).post("auth/email/change", {"email": "ada@example.com", "password": PASSWORD})
    assert asked.status_code == 202
    deliver_due()

    told = Api(eve).get("users/me/data.json").json()

    assert {mail["recipient"] for mail in told["emails"]} == {"eve@example.com"}
    assert order.number in Api(User.objects.get(pk=ada.pk)).get("users/me/data.json").text
    erase_customer(Customer.objects.get(user=eve), by=CLI)
    mail = EmailMessage.objects.get(about=order.number)
    assert (mail.recipient, mail.forgotten_at) == ("ada@example.com", None)


def _give(user: User, email: str) -> None:
    """Have both mailboxes confirm another address."""
    ask_for_own(user, email, password=PASSWORD, by=Actor(user, Source.API))
    change = EmailChange.objects.get(user=user)
    for side in (NEW, OLD):
        confirm_email_change(change_token(change, side), by=Actor(None, Source.API), address="192.0.2.1")
