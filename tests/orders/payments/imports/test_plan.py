"""A file is looked at line by line: which order each means, and whether it settles what is due."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.held_order import UnknownOrder
from orders.models import Order, PaymentEntry, PaymentImport
from orders.payments.details import PaymentDetails
from orders.payments.imports import (
    UnknownImportRow,
    give_order,
    plan_payments,
    row_in_words,
    sweep_payment_plans,
)
from orders.payments.recording import record_payment
from tests.factories import CLI, make_product, place
from tests.orders.payments.imports.files import outcomes, planned
from tests.orders.payments.statements.test_reading import FIXTURES

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Of 50.00, nothing paid."""
    make_product("TEA", on_hand=100, price="25.00")
    return place({"TEA": 2})


def test_a_line_that_names_the_order_with_what_is_due_settles_it(order: Order) -> None:
    found = planned(f"50.00;{order.number}", f"30.00;{order.number} thanks", "50.00;no number")

    assert outcomes(found) == ["settles", "differs", "none"]
    assert (found.rows_count, found.changes, found.differing, found.unmatched) == (3, 1, 1, 1)
    assert PaymentEntry.objects.count() == 0


@pytest.mark.parametrize("written", ["b {serial}", "B{serial}", "order {serial}!", "Best.Nr. B - {serial}"])
def test_a_number_may_be_typed_in_many_ways(order: Order, written: str) -> None:
    found = planned(f"50.00;{written.format(serial=order.serial)}")
    assert outcomes(found) == ["settles"]


def test_a_line_that_names_two_orders_is_left_to_a_person(order: Order) -> None:
    other = place({"TEA": 1})
    found = planned(f"50.00;{order.number} and {other.number}")

    (row,) = found.rows.all()
    assert row.outcome == "several"
    assert row_in_words(row.outcome, row.problem_code, row.facts) == (
        f"It names 2 orders: {order.number}, {other.number}. Give it the right one."
    )


def test_an_amount_alone_names_no_order(order: Order) -> None:
    found = planned(f"50.00;thanks;{order.ship_name}")
    assert outcomes(found) == ["none"]


def test_the_second_line_for_one_order_finds_nothing_due(order: Order) -> None:
    assert outcomes(planned(f"50.00;{order.number};;1", f"50.00;{order.number};;2")) == ["settles", "differs"]


def test_money_out_pays_back_at_most_what_is_owed(order: Order) -> None:
    record_payment(order.number, Decimal("60.00"), by=CLI)

    assert outcomes(planned(f"-10.00;{order.number}")) == ["negative"]
    assert outcomes(planned(f"-4.00;{order.number}")) == ["negative"]
    assert outcomes(planned(f"-10.01;{order.number}")) == ["differs"]


def test_a_line_that_was_booked_by_hand_is_known(order: Order) -> None:
    details = PaymentDetails(reference="TX-1")
    record_payment(order.number, Decimal("50.00"), details, by=CLI)

    assert outcomes(planned(f"50.00;{order.number};;tx-1")) == ["known"]
    found = planned(f"50.01;{order.number};;tx-1")
    assert outcomes(found) == ["problem"]
    row = found.rows.get()
    assert f"was booked on {order.number} with another amount, €50.00" in row_in_words(
        row.outcome, row.problem_code, row.facts
    )


def test_a_line_that_the_file_has_twice_is_one(order: Order) -> None:
    assert outcomes(planned(*[f"50.00;{order.number};;TX-1"] * 2)) == ["settles", "known"]


def test_a_line_is_given_its_order_by_hand(order: Order) -> None:
    found = planned("50.00;no number", "49.00;none either")

    assert give_order(found.pk, 2, f" {order.number.lower()} ", by=CLI).outcome == "settles"
    assert give_order(found.pk, 3, order.number, by=CLI).outcome == "differs"
    found.refresh_from_db()
    assert (found.changes, found.differing, found.unmatched) == (1, 1, 0)


def test_an_order_or_a_row_that_does_not_exist_is_refused(order: Order) -> None:
    found = planned("50.00;no number", "0;zero")

    with pytest.raises(UnknownOrder):
        give_order(found.pk, 2, "B-1", by=CLI)
    for row in (3, 4):
        with pytest.raises(UnknownImportRow):
            give_order(found.pk, row, order.number, by=CLI)
    assert outcomes(found) == ["none", "problem"]


def test_a_plan_takes_few_statements_however_long_it_is(
    order: Order, django_assert_max_num_queries: object
) -> None:
    rows = [f"{each}.00;{order.number};;T{each}" for each in range(1, 200)]
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        planned(*rows)


def test_plans_that_nobody_applied_are_deleted_after_a_day(order: Order) -> None:
    planned(f"50.00;{order.number}")
    assert sweep_payment_plans(timezone.now() + timedelta(hours=23)) == 0
    assert sweep_payment_plans(timezone.now() + timedelta(hours=25)) == 1
    assert not PaymentImport.objects.exists()


def test_a_statement_of_every_kind_is_planned(order: Order) -> None:
    for path in FIXTURES.iterdir():
        with path.open("rb") as file:
            found = plan_payments(file, file_name=path.name, by=CLI)
        assert set(outcomes(found)) <= {"none", "problem"}, path.name
