"""The list of all payments: what it tells, finds and sums up, and that nobody changes any of it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Order, PaymentEntry
from orders.payments.corrections import reverse, write_off
from orders.payments.details import PaymentDetails
from orders.payments.recording import pay_back, record_payment
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer, make_product, make_user, place

pytestmark = pytest.mark.django_db
PAYMENTS = "/admin/orders/paymententry/"
CARD = PaymentDetails(method="card", reference="ch_1", value_date=date(2026, 3, 2), note="By phone")
BANK = PaymentDetails(reference="NTRF 4711", value_date=date(2026, 3, 1))


@pytest.fixture
def order() -> Order:
    """Of 50.00, of which 30.00 came in by card, then 25.00 by bank; 5.00 went back, as too much."""
    make_product("TEA", on_hand=10, price="25.00")
    placed = place({"TEA": 2}, customer=make_customer("lena@example.com", name="Lena Brandt"))
    record_payment(placed.number, Decimal("30.00"), CARD, by=CLI)
    record_payment(placed.number, Decimal("25.00"), BANK, by=CLI)
    pay_back(placed.number, details=PaymentDetails(value_date=date(2026, 3, 5)), by=CLI)
    return placed


def listed(client: Client, query: str = "") -> list[Decimal]:
    """The amounts that the list shows, from its top."""
    page = client.get(f"{PAYMENTS}?{query}")
    return [entry.paid_delta or entry.waived_delta for entry in page.context["cl"].result_list]


def row_of(client: Client, entry: PaymentEntry) -> str:
    """What the list says of the kind of an entry that came in by bank."""
    page = client.get(f"{PAYMENTS}?kind__exact={entry.kind}&method__exact={entry.method}").text
    return page.partition('class="field-what')[2].partition("</td>")[0]


def amounts(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


def test_entries_are_listed_by_the_day_on_the_statement_the_newest_first(
    manager: Client, order: Order
) -> None:
    assert listed(manager) == amounts("-5.00", "30.00", "25.00")


def test_a_line_tells_what_a_bookkeeper_asks_for_and_leads_to_the_order(
    manager: Client, order: Order
) -> None:
    page = manager.get(f"{PAYMENTS}?kind__exact=payment&method__exact=card").text

    for told in (order.number, "Lena Brandt", "+€30.00", "ch_1", "By phone", "2 Mar 2026"):
        assert told in page
    assert f"/admin/orders/order/{order.pk}/change/#money" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind__exact=refund", ["-5.00"]),
        ("method__exact=card", ["30.00"]),
        ("value_date_from=2026-03-01&value_date_to=2026-03-02", ["30.00", "25.00"]),
        ("value_date_from=2026-03-02", ["-5.00", "30.00"]),
        ("value_date_to=2026-03-01", ["25.00"]),
        ("paid_delta_from=5&paid_delta_to=5", ["-5.00"]),
        ("paid_delta_from=25.00&paid_delta_to=25.00", ["25.00"]),
        ("paid_delta_from=20", ["30.00", "25.00"]),
        ("paid_delta_to=20", ["-5.00"]),
        ("paid_delta_from=4&paid_delta_to=26", ["-5.00", "25.00"]),
        ("q=4711", []),
        ("q=ntrf+4711", ["25.00"]),
        ("q=NTRF+4711", ["25.00"]),
        ("q=by+PHONE", ["30.00"]),
        ("q=nobody", []),
    ],
)
def test_entries_are_found_by_what_they_say(
    manager: Client, order: Order, query: str, found: list[str]
) -> None:
    assert listed(manager, query) == amounts(*found)


def test_entries_are_found_by_the_number_of_their_order(manager: Client, order: Order) -> None:
    other = place({"TEA": 1})
    record_payment(other.number, Decimal("1.00"), by=CLI)

    assert listed(manager, f"q={order.number}") == amounts("-5.00", "30.00", "25.00")
    assert listed(manager, f"q={other.number.removeprefix('B-')}") == amounts("1.00")


def test_entries_are_found_by_who_wrote_them(sign_in: SignIn, order: Order) -> None:
    colleague = make_user(role="Support")

    assert listed(sign_in("Manager"), f"actor__id__exact={colleague.pk}") == []


def test_what_was_written_off_is_found_by_its_amount_and_no_smaller_range_finds_it(manager: Client) -> None:
    make_product("TEA", on_hand=1, price="0.80")
    write_off(place({"TEA": 1}).number, reason="Too little to ask for", by=CLI)

    assert listed(manager, "paid_delta_from=0.80&paid_delta_to=0.80") == amounts("0.80")
    assert listed(manager, "paid_delta_to=0.79") == []
    assert listed(manager, "paid_delta_from=0.81") == []


def test_what_was_reversed_is_left_out_on_request(manager: Client, order: Order) -> None:
    wrong = record_payment(order.number, Decimal("9.00"), PaymentDetails(reference="Typo 1"), by=CLI).entry
    reverse(wrong.pk, reason="Another shop's", by=CLI)

    assert listed(manager, "live=yes") == amounts("-5.00", "30.00", "25.00")
    assert listed(manager, "live=no") == amounts("9.00")
    # No line is booked by it any more, but it is found as it was typed.
    assert listed(manager, "q=Typo+1") == amounts("-9.00", "9.00")


def test_an_entry_that_was_taken_back_says_so(manager: Client, order: Order) -> None:
    wrong = PaymentEntry.objects.filter(paid_delta=25).get()
    assert "reversed" not in row_of(manager, wrong)
    reverse(wrong.pk, reason="Another shop's", by=CLI)
    assert "reversed" in row_of(manager, wrong)


def test_a_narrowed_list_says_what_came_in_and_went_out(sign_in: SignIn, order: Order) -> None:
    wrong = record_payment(order.number, Decimal("9.00"), by=CLI).entry
    reverse(wrong.pk, reason="Another shop's", by=CLI)
    told = "Came in €55.00, went out €5.00, net €50.00"

    assert told in sign_in("Manager").get(f"{PAYMENTS}?q={order.number}").text
    assert told not in sign_in("Manager").get(PAYMENTS).text
    # Support takes payments, but is not told what the shop earns.
    assert told not in sign_in("Support").get(f"{PAYMENTS}?q={order.number}").text


@pytest.mark.parametrize(
    ("role", "may_see"),
    [("Manager", True), ("Support", True), ("Warehouse", False), ("Marketing", False), ("Viewer", False)],
)
def test_the_list_is_for_those_who_see_payments(sign_in: SignIn, role: str, may_see: bool) -> None:
    client = sign_in(role)

    assert client.get(PAYMENTS).status_code == (200 if may_see else 403)
    assert (PAYMENTS in client.get("/admin/").text) is may_see


def test_an_entry_leads_to_its_order_and_nobody_adds_changes_or_deletes_any(
    manager: Client, order: Order
) -> None:
    entry = PaymentEntry.objects.earliest("pk")
    address = f"{PAYMENTS}{entry.pk}/change/"

    for answer in (manager.get(address), manager.post(address, {"note": "rewritten"})):
        assert answer["Location"] == f"/admin/orders/order/{order.pk}/change/#money"
    assert manager.get(f"{PAYMENTS}999/change/").status_code == 404
    assert manager.post(f"{PAYMENTS}add/").status_code == 403
    assert manager.post(f"{PAYMENTS}{entry.pk}/delete/").status_code == 403
    assert "delete_selected" not in manager.get(PAYMENTS).text
    entry.refresh_from_db()
    assert entry.note == "By phone"


def test_the_list_asks_as_much_for_many_entries_as_for_three(manager: Client, order: Order) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            manager.get(PAYMENTS)
        return len(captured)

    asked()
    few = asked()
    for _ in range(5):
        record_payment(place({"TEA": 1}).number, Decimal("1.00"), by=CLI)

    assert asked() == few
