"""The ledger of payments as a file: its columns, its order, and who is told what."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from orders.models import Order, PaymentEntry
from orders.payments import exports
from orders.payments.details import PaymentDetails
from orders.payments.exports import PaymentExport
from orders.payments.recording import record_payment
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer, make_product, make_user, place

pytestmark = pytest.mark.django_db
PAYMENTS = "/admin/orders/paymententry/"


@pytest.fixture
def order() -> Order:
    """With three payments, recorded in another order than that of their days."""
    make_product("TEA", on_hand=10, price="25.00")
    placed = place({"TEA": 4}, customer=make_customer("lena@example.com", name="Lena Brandt"))
    for day, amount, note in ((2, "20.00", "=1+1"), (3, "30.00", ""), (1, "10.00", "")):
        details = PaymentDetails(
            method="card", reference=f"ch_{day}", value_date=date(2026, 3, day), note=note
        )
        record_payment(placed.number, Decimal(amount), details, by=CLI)
    return placed


def choose(client: Client, action: str, *entries: int, query: str = "") -> Any:
    across = "0" if entries else "1"
    first = entries or (PaymentEntry.objects.latest("pk").pk,)
    return client.post(
        PAYMENTS + query, {"action": action, "_selected_action": first, "select_across": across}
    )


def rows_in(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_all_that_the_filters_leave_is_sent_newest_first(manager: Client, order: Order) -> None:
    rows = rows_in(choose(manager, "export_csv", query="?value_date_from=2026-03-02"))

    assert [(row["value_date"], row["paid_delta"], row["order"]) for row in rows] == [
        ("2026-03-03", "30.00", order.number),
        ("2026-03-02", "20.00", order.number),
    ]
    assert (rows[0]["customer"], rows[0]["email"]) == ("Lena Brandt", "lena@example.com")
    assert (rows[0]["method"], rows[0]["reference"], rows[0]["actor"]) == ("card", "ch_3", "System")


def test_the_chosen_entries_alone_are_sent(manager: Client, order: Order) -> None:
    chosen = PaymentEntry.objects.get(paid_delta=20)

    [row] = rows_in(choose(manager, "export_csv", chosen.pk))

    # A note that a spreadsheet would take for a formula is text there.
    assert (row["paid_delta"], row["note"]) == ("20.00", "'=1+1")


def test_a_workbook_has_days_and_numbers(manager: Client, order: Order) -> None:
    answer = choose(manager, "export_xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    heading, first, *_rest = sheet.iter_rows(values_only=True)
    told = dict(zip(heading, first, strict=True))

    assert (told["value_date"].date(), told["paid_delta"]) == (date(2026, 3, 3), 30)


@pytest.mark.parametrize("entries_at_once", [1, 2, 3, 4])
def test_each_entry_is_told_once_however_many_are_read_at_once(
    order: Order, monkeypatch: pytest.MonkeyPatch, entries_at_once: int
) -> None:
    monkeypatch.setattr(exports, "ENTRIES_AT_ONCE", entries_at_once)
    same_day = PaymentDetails(value_date=date(2026, 3, 2))
    record_payment(order.number, Decimal("5.00"), same_day, by=CLI)

    told = PaymentExport(PaymentEntry.objects.all())
    column = told.columns.index("paid_delta")
    amounts = [row[column] for part in told.parts() for row in part]

    assert amounts == [Decimal(text) for text in ("30.00", "5.00", "20.00", "10.00")]


def test_whoever_may_not_know_customers_reads_nothing_of_them(order: Order) -> None:
    told = PaymentExport(PaymentEntry.objects.all(), make_user(role="Marketing"))

    assert not {"customer", "email"} & set(told.columns)
    assert "Lena" not in str(list(told.parts()))


def test_seeing_the_list_is_not_permission_enough(sign_in: SignIn, order: Order) -> None:
    support = sign_in("Support")

    assert "export_csv" not in support.get(PAYMENTS).text
    assert not choose(support, "export_csv").has_header("Content-Disposition")
