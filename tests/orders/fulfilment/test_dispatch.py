"""Many parcels marked as shipped by a carrier's file: all of it looked at, each order sent off on its own."""

import io
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from backoffice.outbox.models import EmailMessage
from backoffice.sheets.plans import RowPlan, RowsChanged, RowsHaveProblems
from catalog.audit import audit_stock
from catalog.models import Product
from orders.audit import audit_orders
from orders.fulfilment.dispatch import dispatch, plan_dispatch, rejected_parcels_csv
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.fulfilment.parcels import ParcelFile, read_parcels
from orders.fulfilment.shipments import undo_shipment
from orders.models import Order, Shipment
from tests.factories import CLI, make_product, place
from tests.races.harness import race

LABEL = "Scan or type the number on the parcel's label."
pytestmark = pytest.mark.django_db


def read(*lines: str, carrier: str = "") -> ParcelFile:
    return read_parcels(io.BytesIO("\n".join(lines).encode()), file_name="parcels.csv", carrier=carrier)


def ship(file: ParcelFile, *, by: Actor = CLI, skip_invalid: bool = False) -> RowPlan:
    return dispatch(file, by=by, seen=plan_dispatch(file), skip_invalid=skip_invalid)


def outcomes(plan: RowPlan) -> list[tuple[str, str]]:
    return [(row.outcome.value, row.problem) for row in plan.rows]


@pytest.fixture
def numbers() -> list[str]:
    make_product("A", on_hand=100)
    make_product("B", on_hand=100)
    return [place({"A": 1, "B": 2}).number for _ in range(3)]


def test_every_order_of_the_file_leaves_with_its_parcel(numbers: list[str]) -> None:
    file = read(
        "Order number;Tracking;Courier", *(f"{each};00{index};DHL" for index, each in enumerate(numbers))
    )

    plan = plan_dispatch(file)
    assert [dict(row.changes) for row in plan.rows][:1] == [
        {"units": ("", 3), "tracking_number": ("", "000"), "carrier": ("", "DHL")}
    ]
    assert not Shipment.objects.exists()

    ship(file)
    assert list(
        Shipment.objects.order_by("pk").values_list("order__number", "tracking_number", "carrier")
    ) == [(each, f"00{index}", "DHL") for index, each in enumerate(numbers)]
    assert set(Order.objects.values_list("status", flat=True)) == {"shipped"}
    assert EmailMessage.objects.filter(template="order_shipped").count() == 3
    assert set(Product.objects.values_list("on_hand", "reserved")) == {(97, 0), (94, 0)}
    assert audit_stock() == audit_orders() == []


def test_the_same_file_again_changes_nothing(numbers: list[str]) -> None:
    file = read("order,tracking", f"{numbers[0]},1", f"{numbers[1].lower()},2")
    ship(file)

    again = ship(file)

    assert outcomes(again) == [("same", ""), ("same", "")]
    assert Shipment.objects.count() == 2


def test_what_cannot_be_shipped_is_told_row_by_row_and_holds_up_no_other(numbers: list[str]) -> None:
    first, second, third = numbers
    cancel_order(third, by=CLI)
    file = read(
        "number,tracking_number,carrier",
        f"{first},1,",
        f"{first},2,",
        f"{third},3,",
        "B-1,4,",
        f"{second},,",
        f"{second},3.40434E+17,",
        f"{second},{'x' * 81},",
        ",5,",
        f"{second},{first},",
        f"{second},6,UPS",
    )

    plan = plan_dispatch(file)
    assert outcomes(plan) == [
        ("new", ""),
        ("problem", f"Row 2 sends off all that is left of {first}."),
        ("problem", f"{third} is cancelled: nothing is left to ship."),
        ("problem", "There is no order B-1."),
        ("problem", "The tracking number is missing."),
        (
            "problem",
            (
                "tracking_number: A spreadsheet has rounded it (3.40434E+17). "
                "Format the column as text and type it again."
            ),
        ),
        ("problem", "tracking_number: at most 80 characters, without control characters."),
        ("problem", "The order number is missing."),
        (
            "problem",
            f"{first} is order {first}, not a tracking number. {LABEL}",
        ),
        ("new", ""),
    ]
    with pytest.raises(RowsHaveProblems, match="8 of 10 rows"):
        dispatch(file, by=CLI, seen=plan)
    assert not Shipment.objects.exists()

    dispatch(file, by=CLI, seen=plan, skip_invalid=True)

    assert list(Shipment.objects.order_by("pk").values_list("tracking_number", "carrier")) == [
        ("1", ""),
        ("6", "UPS"),
    ]
    header, *rejected = rejected_parcels_csv(file, plan).splitlines()
    assert header == "number,tracking_number,carrier,row,problem"
    assert rejected[2] == "B-1,4,,5,There is no order B-1."
    assert len(rejected) == 8


def test_only_what_is_left_of_an_order_leaves(numbers: list[str]) -> None:
    ship_order(numbers[0], by=CLI, lines={"B": 1}, tracking_number="1")
    file = read("order,tracking", f"{numbers[0]},2")

    ship(file)

    quantities = (
        Shipment.objects.get(tracking_number="2").lines.order_by("pk").values_list("quantity", flat=True)
    )
    assert list(quantities) == [1, 1]


def test_nothing_but_what_was_seen_is_shipped(numbers: list[str]) -> None:
    file = read("order,tracking", *(f"{each},T{each}" for each in numbers))
    seen = plan_dispatch(file)
    ship_order(numbers[0], by=CLI, lines={"B": 1})

    with pytest.raises(RowsChanged):
        dispatch(file, by=CLI, seen=seen)

    assert Shipment.objects.count() == 1


def test_planning_asks_as_often_for_many_orders_as_for_one(numbers: list[str]) -> None:
    def asked(file: ParcelFile) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            plan_dispatch(file)
        return len(queries)

    many = read("order,tracking", *(f"{each},1" for each in numbers))
    assert asked(many) == asked(read("order,tracking", f"{numbers[0]},1")) == 9


def test_a_carrier_may_be_named_once_for_the_whole_file(numbers: list[str]) -> None:
    ship(read("order,tracking,carrier", f"{numbers[0]},1,", f"{numbers[1]},2,GLS", carrier="DPD"))
    assert list(Shipment.objects.order_by("pk").values_list("carrier", flat=True)) == ["DPD", "GLS"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_file_sent_off_by_many_at_once_ships_each_order_once() -> None:
    make_product("A", on_hand=100)
    numbers = [place({"A": 1}).number for _ in range(6)]
    file = read("order,tracking", *(f"{each},T{each}" for each in numbers))
    seen = plan_dispatch(file)

    found = race(8, [partial(dispatch, file, by=CLI, seen=seen) for _ in range(8)])

    done = [each for each in found if isinstance(each, RowPlan)]
    assert len(done) + sum(isinstance(each, RowsChanged) for each in found) == 8
    assert sum(plan.changes for plan in done) == 6
    assert Shipment.objects.count() == 6
    assert audit_stock() == audit_orders() == []


def test_a_products_code_in_the_column_of_tracking_numbers_is_told_at_its_row(numbers: list[str]) -> None:
    plan = plan_dispatch(read("order,tracking", f"{numbers[0]},a", f"{numbers[1]},0034"))
    assert outcomes(plan) == [("problem", f"a is Product A (A), not a tracking number. {LABEL}"), ("new", "")]


def test_what_was_undone_is_not_known_already_and_ships_again_by_the_same_file(numbers: list[str]) -> None:
    file = read("order,tracking", f"{numbers[0]},0034")
    ship(file)
    assert outcomes(plan_dispatch(file)) == [("same", "")]
    undo_shipment(numbers[0], f"{numbers[0]}-S1", by=CLI)
    assert outcomes(plan_dispatch(file)) == [("new", "")]
    ship(file)
    assert Shipment.objects.that_left().get().reference == f"{numbers[0]}-S2"
