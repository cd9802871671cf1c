"""Orders as rows of a file, whoever asks for them."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from backoffice.sheets.writing import exported_csv
from orders import exports
from orders.exports import OrderExport, write_orders_workbook
from orders.fulfilment import lifecycle
from orders.models import Order
from tests.factories import ADDRESS, CLI, make_customer, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 11, 0, 5, 250_000, tzinfo=UTC)


def rows_of(lines: Iterable[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines), newline="")))


def exported(orders: object = None) -> list[dict[str, str]]:
    return rows_of(exported_csv(OrderExport(Order.objects.all() if orders is None else orders)))  # type: ignore[arg-type]


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=20, price="10.00", name="Green tea")
    make_product("MUG-7", on_hand=9, price="4.00", name="Mug")
    make_promo_code("SPRING20", percent_off="20")
    return place(
        {"TEA-01": 3, "MUG-7": 1},
        customer=make_customer("ada@example.com", name="Ada Byron"),
        promo_code="SPRING20",
        note="First line\nsecond",
        at=NOON,
    )


def test_each_line_is_a_row_with_its_own_amounts_and_those_of_its_order(order: Order) -> None:
    lifecycle.ship_order(order.number, by=CLI, lines={"TEA-01": 2}, carrier="DHL", tracking_number="0034")
    lifecycle.ship_order(order.number, by=CLI, lines={"TEA-01": 1}, carrier="DHL", tracking_number="0035")
    lifecycle.cancel_order(order.number, by=CLI, lines={"MUG-7": 1})

    tea, mug = exported()

    assert tea == {
        "number": order.number,
        "placed_at": "2026-11-22 12:00:05",
        "status": "shipped",
        "source": "cli",
        "email": "ada@example.com",
        "customer": "Ada Byron",
        "shipping_address_name": "Theo Jansen",
        "shipping_address_line1": "Seeweg 56",
        "shipping_address_line2": "",
        "shipping_address_postcode": "34878",
        "shipping_address_city": "Köln",
        "shipping_address_region": "",
        "shipping_address_country": "DE",
        "shipping_address_phone": "'+49 221 1234",
        "promo_code": "SPRING20",
        "sku": "TEA-01",
        "name": "Green tea",
        "quantity": "3",
        "unit_price": "10.00",
        "line_subtotal": "30.00",
        "line_discount": "6.00",
        "line_total": "24.00",
        "line_credited": "0.00",
        "shipped": "3",
        "delivered": "0",
        "cancelled": "0",
        "returned": "0",
        "currency": "EUR",
        "order_subtotal": "34.00",
        "order_discount": "6.80",
        "order_shipping": "0.00",
        "order_total": "27.20",
        "order_credited": "3.20",
        "order_net": "24.00",
        "order_paid": "0.00",
        "order_waived": "0.00",
        "order_due": "24.00",
        "payment_due_on": "",
        "note": "First line\nsecond",
        "tracking_numbers": "0034; 0035",
    }
    own = ("sku", "name", "quantity", "unit_price", "line_subtotal", "line_discount", "line_total")
    assert [mug[name] for name in own] == ["MUG-7", "Mug", "1", "4.00", "4.00", "0.80", "3.20"]
    changing = {*own, "line_credited", "shipped", "cancelled"}
    assert {name for name in tea if tea[name] != mug[name]} == changing


def test_a_workbook_has_the_same_rows_with_numbers_and_moments_as_such(order: Order) -> None:
    place({"TEA-01": 1}, at=NOON + timedelta(days=1))
    file = io.BytesIO()

    write_orders_workbook(file, OrderExport(Order.objects.all()))

    sheet = load_workbook(file).active
    assert sheet is not None
    heading, *rows = sheet.iter_rows(values_only=True)
    first = dict(zip(heading, rows[0], strict=True))
    assert len(rows) == 3
    assert first["placed_at"] == datetime(2026, 11, 22, 12, 0, 5)  # noqa: DTZ001
    assert (first["quantity"], Decimal(str(first["order_total"]))) == (3, Decimal("27.2"))
    assert (first["shipping_address_postcode"], first["note"]) == ("34878", "First line\nsecond")
    assert first["shipping_address_line2"] is None
    assert list(heading) == list(exported()[0])


def test_no_cell_can_be_taken_for_a_formula_nor_break_the_workbook() -> None:
    make_product("=1+1", on_hand=5, name="@SUM(A1)")
    place({"=1+1": 1}, customer=make_customer("=a@example.com", name="+Ada"))
    # As it was taken over from elsewhere: nobody may type such a note here.
    Order.objects.update(note="-2\x0b<&>")
    file = io.BytesIO()

    write_orders_workbook(file, OrderExport(Order.objects.all()))

    sheet = load_workbook(file).active
    assert sheet is not None
    in_workbook = dict(zip(*sheet.iter_rows(values_only=True), strict=True))
    [in_csv] = exported()
    told = {"sku": "'=1+1", "name": "'@SUM(A1)", "note": "'-2\ufffd<&>", "customer": "'+Ada"}
    assert {name: in_csv[name] for name in told} == told
    assert {name: in_workbook[name] for name in told} == told


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("Manager", set()),
        ("Marketing", {*exports.PERSONAL, *exports.OF_PAYMENT, "note", "tracking_numbers"}),
        ("Warehouse", {"promo_code"}),
    ],
)
def test_a_file_has_no_column_that_its_reader_may_not_know(role: str, hidden: set[str], order: Order) -> None:
    lines = "".join(exported_csv(OrderExport.told_to(make_user(role=role), Order.objects.all())))

    whole = OrderExport(Order.objects.all()).columns
    assert list(rows_of([lines])[0]) == [name for name in whole if name not in hidden]
    assert ("ada@example.com" in lines) == ("email" not in hidden)
    assert (ADDRESS.name in lines) == ("shipping_address_name" not in hidden)
    assert ("SPRING20" in lines) == ("promo_code" not in hidden)


def test_many_orders_are_read_part_by_part_with_three_statements_each(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ORDERS_AT_ONCE", 2)
    # Recorded later, placed earlier: the file follows the record.
    numbers = [order.number, *(place({"MUG-7": 1}, at=NOON - timedelta(days=day)).number for day in range(4))]

    with CaptureQueriesContext(connection) as captured:
        rows = exported()

    assert list(dict.fromkeys(row["number"] for row in rows)) == numbers
    assert len(captured) == 3 * 3 + 1


def test_what_is_narrowed_stays_narrowed_in_every_part(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "ORDERS_AT_ONCE", 1)
    kept = [place({"TEA-01": 2}), place({"TEA-01": 2})]

    rows = exported(Order.objects.filter(units=2).order_by("-placed_at"))

    assert [row["number"] for row in rows] == [each.number for each in kept]


def test_more_rows_than_a_workbook_holds_are_refused_before_anything_is_written(
    order: Order,
) -> None:
    file = io.BytesIO()

    with pytest.raises(exports.TooManyRows, match="may have 1 rows here; these are 2"):
        write_orders_workbook(file, OrderExport(Order.objects.all()), most_rows=1)

    assert file.getvalue() == b""


def test_without_orders_there_is_a_heading_alone() -> None:
    assert list(exported_csv(OrderExport(Order.objects.none()))) == [
        ",".join(OrderExport(Order.objects.none()).columns) + "\r\n"
    ]
