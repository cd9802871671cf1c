"""A carrier's file on the bulk shipping page: looked at first, applied as it was seen."""

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from backoffice.outbox.models import EmailMessage
from orders.admin.shipping.bulk_file import MOST_PARCELS
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.models import Order, Shipment
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db
PAGE = "/admin/orders/order/ship-many/"
FILE = f"{PAGE}file/"


@pytest.fixture
def warehouse(sign_in: SignIn) -> Client:
    return sign_in("Warehouse")


@pytest.fixture
def orders() -> list[Order]:
    """Three, the oldest first: 3, 1 and 2 units."""
    make_product("TEA-01", on_hand=100)
    make_product("MUG-01", on_hand=100)
    placed = [place(lines) for lines in ({"TEA-01": 2, "MUG-01": 1}, {"MUG-01": 1}, {"TEA-01": 2})]
    return list(Order.objects.filter(pk__in=[each.pk for each in placed]).order_by("pk"))


def parcels() -> list[tuple[str, str, str]]:
    rows = Shipment.objects.order_by("pk")
    return list(rows.values_list("order__number", "tracking_number", "carrier"))


def look_at(client: Client, *lines: str, **fields: Any) -> Any:
    return client.post(FILE, {"carrier": "DHL", "pasted": "\n".join(lines), **fields})


def previewed(answer: Any) -> list[tuple[int, str, int, str]]:
    return [
        (
            row.row,
            row.name,
            int(row.changes[0].before) if row.changes else 0,
            row.problems[0].sentence if row.problems else "",
        )
        for row in answer.context["rows"]
    ]


def rejects(answer: Any) -> str:
    head, _, content = answer.context["actions"].rejects_url.partition(",")
    assert head == "data:text/csv;charset=utf-8;base64"
    return base64.b64decode(content).decode()


def test_a_file_is_looked_at_then_applied_as_it_was_seen(warehouse: Client, orders: list[Order]) -> None:
    first, second, third = orders
    ship_order(str(third), by=CLI, carrier="GLS", tracking_number="old")

    look = look_at(
        warehouse,
        "Reference;Tracking no;Courier;Weight",
        f"{first};0034;GLS;1",
        f"{third};old;;2",
        "B-404;0035;;3",
        f"{second};0036;;4",
    )

    assert previewed(look) == [
        (4, "B-404", 0, "There is no order B-404."),
        (2, str(first), 3, ""),
        (5, str(second), 1, ""),
        (3, str(third), 0, ""),
    ]
    figures = ("problems", "due", "due_units", "known", "ignored_columns")
    assert [look.context[name] for name in figures] == [1, 2, 4, 1, ("Weight",)]
    assert rejects(look) == (
        "\ufeffnumber,tracking_number,carrier,row,problem\r\nB-404,0035,DHL,4,There is no order B-404.\r\n"
    )
    assert len(parcels()) == 1

    done = warehouse.post(FILE, {"parcels": look.context["carried"]})
    assert [done.context[name] for name in figures[:4]] == [1, 2, 4, 1]
    assert "2 orders shipped" in done.text
    assert parcels()[1:] == [(str(first), "0034", "GLS"), (str(second), "0036", "DHL")]
    assert rejects(done) == rejects(look)


def test_a_preview_sent_twice_ships_once_and_tells_the_same(warehouse: Client, orders: list[Order]) -> None:
    look = look_at(warehouse, "order,tracking", *(f"{each},{each.pk}" for each in orders), "B-404,1")

    once, again = (warehouse.post(FILE, {"parcels": look.context["carried"]}) for _ in range(2))

    assert previewed(once) == previewed(again)
    assert (again.context["is_applied"], again.context["due"]) == (True, 3)
    assert len(parcels()) == 3
    assert EmailMessage.objects.filter(template="order_shipped").count() == 3


def test_when_things_changed_since_the_look_nothing_ships_and_one_looks_again(
    warehouse: Client, orders: list[Order]
) -> None:
    first, second, third = orders
    look = look_at(warehouse, "order,tracking", f"{first},1", f"{second},2", f"{third},3")
    cancel_order(str(first), by=CLI, lines={"MUG-01": 1})
    ship_order(str(third), by=CLI, tracking_number="another")

    again = warehouse.post(FILE, {"parcels": look.context["carried"]})

    assert "nothing was shipped. This is what it would do now." in again.text
    assert not again.context["is_applied"]
    assert previewed(again) == [
        (4, str(third), 0, f"{third} is in transit: nothing is left to ship."),
        (2, str(first), 2, ""),
        (3, str(second), 1, ""),
    ]
    assert len(parcels()) == 1

    warehouse.post(FILE, {"parcels": again.context["carried"]})
    assert parcels()[1:] == [(str(first), "1", "DHL"), (str(second), "2", "DHL")]


def test_what_had_a_problem_when_it_was_seen_does_not_ship_unseen(
    warehouse: Client, orders: list[Order]
) -> None:
    make_product("CUP-01", on_hand=5)
    serial = orders[-1].serial + 1
    look = look_at(warehouse, "order,tracking", f"{orders[0].prefix}{serial},1")
    assert look.context["problems"] == 1
    assert str(place({"CUP-01": 1}).serial) == str(serial)

    again = warehouse.post(FILE, {"parcels": look.context["carried"]})

    assert (again.context["is_applied"], again.context["due"]) == (False, 1)
    assert parcels() == []


@pytest.mark.once
def test_a_workbook_is_taken_too(warehouse: Client, orders: list[Order]) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Order", "Tracking"])
    book.active.append([str(orders[1]), "0034"])
    content = BytesIO()
    book.save(content)

    look = warehouse.post(
        FILE, {"carrier": "DHL", "file": SimpleUploadedFile("dhl.xlsx", content.getvalue())}
    )

    assert previewed(look) == [(2, str(orders[1]), 1, "")]


@pytest.mark.once
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose a file, or paste its rows with their header."),
        ({"pasted": "B-1 0034"}, "Needed: number and tracking_number"),
        ({"pasted": "order,tracking"}, "The file has no rows."),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "The file has no rows."),
        ({"file": SimpleUploadedFile("a.xlsx", b"no workbook")}, "named like a workbook"),
        (
            {"pasted": "order,tracking\n" + "B-1,1\n" * (MOST_PARCELS + 1)},
            "1,001 rows; this page takes 1,000",
        ),
        ({"parcels": "{}"}, "The preview did not arrive whole; nothing was shipped."),
        ({"parcels": '{"columns": ["version"], "ignored_columns": [], "rows": []}'}, "did not arrive whole"),
    ],
)
def test_what_cannot_be_taken_is_told(
    warehouse: Client, orders: list[Order], fields: dict[str, Any], told: str
) -> None:
    answer = warehouse.post(FILE, {"carrier": "DHL", **fields})

    assert told in answer.text.replace("&#x27;", "'")
    assert len(answer.context["rows"]) == 3
    assert parcels() == []


@pytest.mark.once
def test_cells_too_long_to_be_carried_are_refused(warehouse: Client, orders: list[Order]) -> None:
    lines = "\n".join(f"{orders[0]},{'9' * 90_000}" for _ in range(10))
    file = SimpleUploadedFile("long.csv", f"order,tracking\n{lines}".encode())

    assert "The file has very long cells." in warehouse.post(FILE, {"file": file}).text


@pytest.mark.once
def test_a_thousand_problems_come_back_as_one_file(warehouse: Client, orders: list[Order]) -> None:
    look = look_at(warehouse, "order,tracking", *(f"B-X{number},1" for number in range(MOST_PARCELS)))

    assert look.context["problems"] == MOST_PARCELS
    assert rejects(look).count("There is no order") == MOST_PARCELS
    assert len(json.loads(look.context["carried"])["rows"]) == MOST_PARCELS
    assert 'name="parcels"' not in look.text


def test_asking_for_the_file_by_its_address_leads_to_the_page(warehouse: Client) -> None:
    assert warehouse.get(FILE).headers["Location"] == PAGE


def test_pasted_rows_that_are_refused_stay_in_their_field(warehouse: Client, orders: list[Order]) -> None:
    answer = look_at(warehouse, "colour", "red", carrier="GLS")

    assert "colour\nred</textarea>" in answer.text
    assert '<option value="GLS" selected>' in answer.text
