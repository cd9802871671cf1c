"""Promise 15: in every status, through every door, exactly what the table below allows, and nothing else.

The table is written by hand, apart from the one in orders/status.py. A status, an action, an operation of the
API, a dialog or a verb that it does not know fails these tests.
"""

from collections.abc import Callable
from typing import Any

import pytest
import typer
from django.apps import apps
from django.db import connection
from typer.testing import CliRunner

from backoffice.api.application import api
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.audit import audit_stock
from cli.app import app as shopctl
from cli.orders import app as order_verbs
from orders import status
from orders.admin.order.buttons import OrderActions
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import cancel_order, deliver_order, ship_order
from orders.models import Order, OrderEvent, Shipment
from orders.status import Action, OrderStatus
from tests.contract.client import Api, assert_problem
from tests.contract.doors import (
    DOORS,
    OTHER_EMAIL,
    OTHER_NOTE,
    OTHER_PARCEL,
    OTHER_STREET,
    PATCHES,
    AdminDoor,
    ApiDoor,
    CliDoor,
)
from tests.factories import CLI, make_product, make_promo_code, make_shopper, place
from tests.model.database import rolled_back

pytestmark = pytest.mark.django_db

# Each cell is the status afterwards, or a refusal (no), or a yes by which nothing moves (as is).
TABLE = """
                   | ship    | deliver      | cancel    | return       | comment      | edit
pending            | shipped | no           | cancelled | no           | pending      | pending
part cancelled     | shipped | no           | cancelled | no           | pending      | pending
part-shipped       | shipped | part-shipped | shipped   | part-shipped | part-shipped | part-shipped
first part arrived | shipped | no           | delivered | part-shipped | part-shipped | part-shipped
shipped            | no      | delivered    | no        | shipped      | shipped      | no
the rest cancelled | no      | delivered    | no        | shipped      | shipped      | no
delivered          | no      | no           | no        | delivered    | delivered    | no
cancelled          | no      | no           | as is     | no           | cancelled    | no
"""
# What is done to the first shipment, and to the mail that confirmed the order.
MORE_OF_THE_TABLE = """
                   | correct_shipment | undo_shipment | send_again
pending            | no               | no            | pending
part cancelled     | no               | no            | pending
part-shipped       | part-shipped     | pending       | part-shipped
first part arrived | part-shipped     | no            | part-shipped
shipped            | shipped          | pending       | shipped
the rest cancelled | shipped          | pending       | shipped
delivered          | delivered        | no            | delivered
cancelled          | no               | no            | no
"""
NO, AS_IS = "no", "as is"
# Whether a customer may cancel an order of their own, which is all that they may do to it.
BY_CUSTOMERS = {
    "pending": "cancelled",
    "part cancelled": "cancelled",
    "part-shipped": NO,
    "first part arrived": NO,
    "shipped": NO,
    "the rest cancelled": NO,
    "delivered": NO,
    "cancelled": AS_IS,
}

# Of an order of three A and one B.
SITUATIONS: dict[str, tuple[OrderStatus, Callable[[str], object]]] = {
    "pending": (OrderStatus.PENDING, lambda number: None),
    "part cancelled": (OrderStatus.PENDING, lambda number: cancel_order(number, by=CLI, lines={"A": 1})),
    "part-shipped": (
        OrderStatus.PARTIALLY_SHIPPED,
        lambda number: ship_order(number, by=CLI, lines={"A": 1}),
    ),
    "first part arrived": (
        OrderStatus.PARTIALLY_SHIPPED,
        lambda number: (ship_order(number, by=CLI, lines={"A": 1}), deliver_order(number, by=CLI)),
    ),
    "shipped": (OrderStatus.SHIPPED, lambda number: ship_order(number, by=CLI)),
    "the rest cancelled": (
        OrderStatus.SHIPPED,
        lambda number: (ship_order(number, by=CLI, lines={"A": 1}), cancel_order(number, by=CLI)),
    ),
    "delivered": (
        OrderStatus.DELIVERED,
        lambda number: (ship_order(number, by=CLI), deliver_order(number, by=CLI)),
    ),
    "cancelled": (OrderStatus.CANCELLED, lambda number: cancel_order(number, by=CLI)),
}
WORDS = {
    OrderStatus.PENDING: "pending",
    OrderStatus.PARTIALLY_SHIPPED: "part-shipped",
    OrderStatus.SHIPPED: "shipped",
    OrderStatus.DELIVERED: "delivered",
    OrderStatus.CANCELLED: "cancelled",
}
# As people read it.
SAID = WORDS | {OrderStatus.SHIPPED: "in transit"}
# What is done, as a column of the table; what it adds to the timeline; the mail of which one more goes out.
ACTS: dict[str, tuple[str, str, str]] = {
    "ship": ("ship", "shipped", "order_shipped"),
    "deliver": ("deliver", "delivered", ""),
    "cancel": ("cancel", "cancelled", "order_cancelled"),
    "return": ("return", "returned", "return_received"),
    "correct a shipment": ("correct_shipment", "shipment_corrected", "shipment_corrected"),
    "undo a shipment": ("undo_shipment", "shipment_undone", "shipment_undone"),
    "send a mail again": ("send_again", "email_sent_again", "order_placed"),
    "comment": ("comment", "comment", ""),
    "edit the address": ("edit", "edited", ""),
    "edit the e-mail": ("edit", "edited", "order_placed"),
    "edit the note": ("edit", "edited", ""),
}
REFUSED_AS = {
    "return": "register return",
    "correct_shipment": "correct shipment",
    "undo_shipment": "undo shipment",
}
# Refused for another reason than the status of the order.
OTHER_REASONS = {
    ("first part arrived", "deliver"): "{number} has no such shipment under way.",
    ("first part arrived", "undo a shipment"): "{number}-S1 was delivered: what comes back is a return.",
    (
        "cancelled",
        "send a mail again",
    ): "Nothing of {number} is ordered any more: there is nothing to confirm.",
}


# What an order owes is recorded, given up and asked for in every status: tests/orders/payments/.
ABOUT_MONEY = {
    *("record_payment", "reverse_payment", "move_payment", "write_off", "grant_allowance", "set_due_date"),
    *("remind_of_payment", "pay_back", "change_due_date"),
}


def rows_of(table: str) -> dict[str, dict[str, str]]:
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in table.strip("\n").splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


EXPECTED = {
    situation: row | rows_of(MORE_OF_THE_TABLE)[situation] for situation, row in rows_of(TABLE).items()
}


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All that an action on an order could move, to the last column of the last table."""
    found = {}
    with connection.cursor() as cursor:
        for app in ("orders", "catalog", "outbox"):
            for model in apps.get_app_config(app).get_models():
                table, key = model._meta.db_table, model._meta.pk.column
                cursor.execute(f"SELECT * FROM {table} ORDER BY {key}")
                found[model.__name__] = cursor.fetchall()
    return found


@pytest.fixture
def number() -> str:
    make_product("A", on_hand=10, price="10.00")
    make_product("B", on_hand=10, price="3.33")
    make_promo_code("TEN", max_uses=1)
    number = str(place({"A": 3, "B": 1}, promo_code="TEN").number)
    # What still waits is not sent again.
    EmailMessage.objects.update(state=EmailState.SENT)
    return number


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("situation", EXPECTED)
def test_what_is_done_and_what_is_refused(situation: str, door: str, number: str) -> None:
    expected_status, bring_about = SITUATIONS[situation]
    bring_about(number)
    # What still waits is not sent again, and withdrawn when it is no longer so.
    EmailMessage.objects.update(state=EmailState.SENT)
    order = Order.objects.get()
    assert order.status == expected_status
    through = DOORS[door]()
    before = everything()

    for act in ACTS:
        with rolled_back():
            refusal = through.act(order, act)
            due = EXPECTED[situation][ACTS[act][0]]
            if due in (NO, AS_IS):
                assert refusal == (reason(order, situation, act) if due == NO else None), act
                assert everything() == before, act
            else:
                assert refusal is None, f"{act}: {refusal}"
                assert_done(order, act, before, due)
                newest = OrderEvent.objects.latest("pk")
                assert (newest.source, newest.actor) == (through.source, through.actor), act
                assert audit_stock() == audit_orders() == [], act


def reason(order: Order, situation: str, act: str) -> str:
    if (situation, act) in OTHER_REASONS:
        return OTHER_REASONS[situation, act].format(number=order.number)
    column = ACTS[act][0]
    action = REFUSED_AS.get(column, column)
    return f"{order.number} is {SAID[OrderStatus(order.status)]}: {action} is not possible."


def assert_done(order: Order, act: str, before: dict[str, list[tuple[Any, ...]]], due: str) -> None:
    column, kind, template = ACTS[act]
    added = {name: len(rows) - len(before[name]) for name, rows in everything().items()}
    now = Order.objects.get()
    assert WORDS[OrderStatus(now.status)] == due, act
    assert now.version == order.version + (column not in ("comment", "send_again")), act
    assert (added["OrderEvent"], OrderEvent.objects.latest("pk").kind) == (1, kind), act
    # Of the correction of what has arrived nobody is told.
    is_quiet = column == "correct_shipment" and order.shipments.earliest("pk").delivered_at is not None
    template = "" if is_quiet else template
    assert added["EmailMessage"] == bool(template), act
    assert not template or EmailMessage.objects.latest("pk").template == template, act
    assert added["Shipment"] == (column == "ship"), act
    assert added["Cancellation"] == (column == "cancel"), act
    assert added["Return"] == (column == "return"), act
    assert bool(added["StockMovement"]) == (column in ("ship", "undo_shipment", "cancel", "return")), act
    if column == "correct_shipment":
        assert Shipment.objects.get(reference=f"{order}-S1").tracking_number == OTHER_PARCEL
    if column == "edit":
        whom = OTHER_EMAIL if act == "edit the e-mail" else order.email
        where = OTHER_STREET if act == "edit the address" else order.ship_line1
        what = OTHER_NOTE if act == "edit the note" else order.note
        assert (now.email, now.ship_line1, now.note) == (whom, where, what), act


@pytest.mark.parametrize("situation", EXPECTED)
def test_customers_cancel_what_has_not_shipped_and_do_nothing_else(situation: str, number: str) -> None:
    SITUATIONS[situation][1](number)
    shopper = make_shopper()
    Order.objects.update(customer=shopper.customer)
    before = everything()

    with rolled_back():
        answer = Api(shopper).post(f"orders/{number}/cancel")
        if BY_CUSTOMERS[situation] == NO:
            problem = assert_problem(answer, 409, "illegal_transition")
            assert problem["detail"] == f"Parts of {number} have been shipped: return them instead."
        else:
            assert answer.json()["status"] == Order.objects.get().status == OrderStatus.CANCELLED
        assert (everything() == before) == (BY_CUSTOMERS[situation] in (NO, AS_IS))
    for act in ACTS.keys() - {"cancel"}:
        operation, path, body = ApiDoor.operations[act]
        path = path.format(number=number, email=EmailMessage.objects.earliest("pk").pk)
        method = "PATCH" if operation in PATCHES else "POST"
        refused = Api(shopper).send(method, f"orders/{number}{path}", body)
        assert_problem(refused, 403, "forbidden")
    assert_problem(Api(make_shopper()).post(f"orders/{number}/cancel"), 404, "unknown_order")
    assert everything() == before


@pytest.mark.parametrize("situation", EXPECTED)
def test_a_carriers_file_ships_what_may_be_shipped(situation: str, number: str) -> None:
    SITUATIONS[situation][1](number)
    before = everything()

    rows = f"number,tracking_number\n{number},0034\n"
    result = CliRunner().invoke(shopctl, ["orders", "ship", "--from", "-", "--yes"], input=rows)

    due = EXPECTED[situation]["ship"]
    assert (result.exit_code, everything() == before) == ((1, True) if due == NO else (0, False))
    assert WORDS[OrderStatus(Order.objects.get().status)] == (
        WORDS[SITUATIONS[situation][0]] if due == NO else due
    )


@pytest.mark.parametrize("situation", EXPECTED)
def test_the_admin_offers_what_is_possible_and_nothing_else(situation: str, number: str) -> None:
    SITUATIONS[situation][1](number)

    offered = AdminDoor().offered(Order.objects.get())

    row = EXPECTED[situation]
    assert offered == {act for act, (column, *_) in ACTS.items() if row[column] not in (NO, AS_IS)}


def test_no_status_and_no_action_is_missing_here() -> None:
    assert {found for found, _ in SITUATIONS.values()} == set(OrderStatus) == set(WORDS)
    assert EXPECTED.keys() == SITUATIONS.keys() == BY_CUSTOMERS.keys()
    for situation, row in EXPECTED.items():
        assert row.keys() == set(Action), situation
    assert {column for column, *_ in ACTS.values()} == set(Action)
    for door in (ApiDoor.operations, AdminDoor.dialogs, CliDoor.verbs):
        assert door.keys() == ACTS.keys()


def test_no_way_to_change_an_order_is_missing_here() -> None:
    operations = {
        operation["operationId"]
        for path, methods in api.get_openapi_schema()["paths"].items()
        if "/orders/{number}" in path
        for method, operation in methods.items()
        if method != "get"
    }
    assert operations - ABOUT_MONEY == {operation for operation, *_ in ApiDoor.operations.values()}

    entries = [
        entry["items"] if isinstance(entry, dict) else [entry] for entry in OrderActions.actions_detail
    ]
    printing = {"packing_slip", "order_summary"}
    # Comments are left in a box on the page.
    assert {name for names in entries for name in names} - printing - ABOUT_MONEY | {"comment"} == {
        button for button, _ in AdminDoor.dialogs.values()
    }

    verbs = set(typer.main.get_group(order_verbs).commands)
    assert verbs - {"list", "show", "emails", "place", "export", "allow"} == {
        verb for verb, _ in CliDoor.verbs.values()
    }


def test_a_table_that_allowed_more_would_be_noticed(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with a table in the code that lets delivered orders be edited, their row fails."""
    allowed = {**status.ALLOWED, Action.EDIT: frozenset(OrderStatus)}
    monkeypatch.setattr(status, "ALLOWED", allowed)

    with pytest.raises(AssertionError, match="edit"):
        test_what_is_done_and_what_is_refused("delivered", "shopctl", number)
