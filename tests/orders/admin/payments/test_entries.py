"""The page Payments: all entries, found and narrowed, as a file, for those who may see them."""

from decimal import Decimal

import pytest
from django.test import Client

from orders.models import Order, PaymentEntry
from orders.payments.corrections import reverse
from orders.payments.details import PaymentDetails
from orders.payments.recording import record_payment
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db
PAGE = "/admin/orders/paymententry/"


@pytest.fixture
def order() -> Order:
    """Of 50.00: 20.00 by bank, 30.00 by card of which the latter was taken back."""
    make_product("TEA", on_hand=10, price="25.00")
    placed = place({"TEA": 2})
    record_payment(placed.number, Decimal("20.00"), PaymentDetails(reference="NTRF 4711"), by=CLI)
    card = PaymentDetails(method="card", provider="stripe", note="=1+1")
    wrong = record_payment(placed.number, Decimal("30.00"), card, by=CLI).entry
    reverse(wrong.pk, reason="Bounced", by=CLI)
    return placed


def shown(client: Client, query: str = "") -> list[str]:
    changelist = client.get(f"{PAGE}?{query}").context["cl"]
    return [f"{entry.kind} {entry.paid_delta}" for entry in changelist.result_list]


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


def test_all_entries_stand_there_the_newest_first(order: Order) -> None:
    page = signed_in("Support").get(PAGE)

    assert shown(signed_in("Manager")) == ["reversal -30.00", "payment 30.00", "payment 20.00"]
    assert order.number in page.text
    assert "NTRF 4711" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("live=yes", ["payment 20.00"]),
        ("live=no", ["payment 30.00"]),
        ("method__in=card&kind__in=payment", ["payment 30.00"]),
        ("q=ntrf 4711", ["payment 20.00"]),
        ("value_date_from=2030-01-01", []),
        ("value_date_to=2030-01-01&live=yes", ["payment 20.00"]),
        ("q=nothing", []),
    ],
)
def test_entries_are_found_and_narrowed(order: Order, query: str, found: list[str]) -> None:
    assert shown(signed_in("Manager"), query) == found


def test_entries_are_found_by_their_order(order: Order) -> None:
    place({"TEA": 1})
    manager = signed_in("Manager")

    assert len(shown(manager, f"q={order.number.lower()}")) == len(shown(manager, f"q={order.serial}")) == 3


@pytest.mark.parametrize("role", ["Warehouse", "Marketing", "Viewer"])
def test_other_roles_do_not_see_them(order: Order, role: str) -> None:
    assert signed_in(role).get(PAGE).status_code == 403


def test_they_are_handed_out_as_a_file_without_formulas(order: Order) -> None:
    answer = signed_in("Manager").post(f"{PAGE}export/", {"format": "0", "resource": "0"})

    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("id,value_date,order,kind,paid_delta")
    assert len(rows) == 4
    assert "'=1+1" in rows[2]


def test_nobody_changes_or_deletes_one(order: Order) -> None:
    entry = PaymentEntry.objects.latest("pk")
    manager = signed_in("Manager")

    assert manager.post(f"{PAGE}{entry.pk}/delete/", {"post": "yes"}).status_code in (302, 403, 404)
    assert manager.post(f"{PAGE}{entry.pk}/change/", {"note": "x"}).status_code in (302, 403, 404)

    entry.refresh_from_db()
    assert entry.note == "Bounced"


def test_the_page_asks_no_more_of_the_database_for_more_entries(
    order: Order, django_assert_max_num_queries: object
) -> None:
    manager = signed_in("Manager")
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        manager.get(PAGE)
    for _each in range(5):
        record_payment(order.number, Decimal("1.00"), by=CLI)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        manager.get(PAGE)
