"""The chosen orders as files: from the list, for those alone who may export."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from orders.admin.order import exporting
from orders.fulfilment import lifecycle
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, place

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"


def choose(client: Client, action: str, *orders: Order, across: bool = False, query: str = "") -> Any:
    chosen = {"action": action, "_selected_action": [order.pk for order in orders]}
    return client.post(ORDERS + query, {**chosen, "select_across": "1" if across else "0"})


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def numbers_in(answer: Any) -> list[str]:
    rows = csv.DictReader(io.StringIO(content(answer).decode("utf-8-sig")))
    return [row["number"] for row in rows]


@pytest.fixture
def orders() -> list[Order]:
    make_product("TEA-01", on_hand=20)
    return [place({"TEA-01": 1}) for _ in range(3)]


def test_the_chosen_orders_are_sent_as_csv(manager: Client, orders: list[Order]) -> None:
    answer = choose(manager, "export_csv", orders[2], orders[0])

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="orders-20')
    assert numbers_in(answer) == [orders[0].number, orders[2].number]


def test_all_that_a_tab_and_the_filters_leave_are_sent(manager: Client, orders: list[Order]) -> None:
    lifecycle.ship_order(orders[1].number, by=CLI)

    to_ship = choose(manager, "export_csv", orders[0], across=True, query="?view=to_ship")
    shipped = choose(manager, "export_csv", orders[1], across=True, query="?status__in=shipped")

    assert numbers_in(to_ship) == [orders[0].number, orders[2].number]
    assert numbers_in(shipped) == [orders[1].number]


def test_the_chosen_orders_are_sent_as_a_workbook(manager: Client, orders: list[Order]) -> None:
    answer = choose(manager, "export_xlsx", orders[1])

    sheet = load_workbook(io.BytesIO(content(answer))).active
    assert sheet is not None
    assert (sheet["A1"].value, sheet["A2"].value, sheet.max_row) == ("number", orders[1].number, 2)


def test_a_workbook_that_would_be_too_long_is_refused_with_a_way_out(
    manager: Client, orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)

    answer = choose(manager, "export_xlsx", *orders)

    assert answer.status_code == 302
    [message] = manager.get(ORDERS).context["messages"]
    assert str(message).endswith("Export them as CSV, or fewer orders at once.")


@pytest.mark.parametrize("role", ["Warehouse", "Support", "Marketing", "Viewer"])
def test_orders_leave_the_house_by_managers_alone(role: str, sign_in: SignIn, orders: list[Order]) -> None:
    client = sign_in(role)

    for action in ("export_csv", "export_xlsx"):
        answer = choose(client, action, *orders)
        assert (answer.status_code, answer.headers["Location"]) == (302, ORDERS)
        assert f'value="{action}"' not in client.get(ORDERS).text


def test_exporting_changes_nothing(manager: Client, orders: list[Order]) -> None:
    before = list(Order.objects.order_by("pk").values())

    content(choose(manager, "export_csv", *orders))
    content(choose(manager, "export_xlsx", *orders))

    assert list(Order.objects.order_by("pk").values()) == before
