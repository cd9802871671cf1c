"""Units of an order's lines, chosen by SKU, and what they are worth."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from backoffice.errors import Invalid
from orders.fulfilment.units import (
    Units,
    all_open,
    as_credited_facts,
    as_facts,
    by_product,
    open_units,
    returnable_units,
)
from orders.models import OrderLine

pytestmark = pytest.mark.once


def line(sku: str, quantity: int, **counters: int) -> OrderLine:
    """It costs €10.00."""
    return OrderLine(
        product_id=len(sku),
        sku=sku,
        quantity=quantity,
        subtotal=Decimal(10),
        discount=Decimal(0),
        **counters,
    )


TEA, MUG = line("TEA-01", 5, shipped=3, cancelled=1, returned=2), line("Müg", 2)
TEA.name = "Green tea"
LINES = [TEA, MUG]


def told(chosen: list[Units]) -> list[tuple[str, int]]:
    return [(each.line.sku, each.quantity) for each in chosen]


def test_all_that_is_open_leaves_out_lines_with_nothing_left() -> None:
    assert told(all_open([*LINES, line("GONE", 2, shipped=1, cancelled=1)])) == [("TEA-01", 1), ("Müg", 2)]
    assert all_open([]) == []


def test_units_are_chosen_however_the_sku_is_typed() -> None:
    assert told(open_units(LINES, {" tea-01 ": 1, "MÜG": 2})) == [("TEA-01", 1), ("Müg", 2)]


def test_only_what_shipped_and_is_not_back_yet_can_be_returned() -> None:
    assert told(returnable_units(LINES, [("TEA-01", 1)])) == [("TEA-01", 1)]
    with pytest.raises(Invalid, match=r"Only 1 of TEA-01 is to return; 2 were asked for\."):
        returnable_units(LINES, [("TEA-01", 2)])
    with pytest.raises(Invalid, match="Only 0 of Müg"):
        returnable_units(LINES, [("Müg", 1)])


@pytest.mark.parametrize("quantity", [0, -1, 2, 10**12])
def test_none_and_more_than_is_open_are_refused(quantity: int) -> None:
    with pytest.raises(Invalid, match="TEA-01") as refused:
        open_units(LINES, {"TEA-01": quantity})
    assert [fault.pointer for fault in refused.value.faults] == ["/lines/0"]


def test_every_line_that_cannot_be_is_named_at_its_place() -> None:
    wanted = [("NOPE", 1), ("TEA-01", 1), ("tea-01", 1), ("x" * 65, 1)]

    with pytest.raises(Invalid) as refused:
        returnable_units(LINES, wanted)

    faults = refused.value.faults
    assert [(fault.pointer, fault.detail) for fault in faults] == [
        ("/lines/0", "NOPE is not in this order."),
        ("/lines/2", "tea-01 is named twice."),
        ("/lines/3", f"{'x' * 64} is not in this order."),
    ]
    assert faults[0].facts["sku"] == "NOPE"


@pytest.mark.parametrize("choose", [lambda: open_units(LINES, {}), lambda: returnable_units(LINES, [])])
def test_nothing_chosen_is_refused(choose: Callable[[], object]) -> None:
    with pytest.raises(Invalid) as refused:
        choose()
    assert [fault.pointer for fault in refused.value.faults] == ["/lines"]


@pytest.mark.parametrize(
    ("counters", "units", "worth"),
    [
        ({}, 1, "3.33"),
        ({}, 2, "6.67"),
        ({}, 3, "10.00"),
        ({"cancelled": 1}, 1, "3.34"),
        ({"cancelled": 1}, 2, "6.67"),
        ({"cancelled": 1, "shipped": 2, "returned": 1}, 1, "3.33"),
    ],
)
def test_units_are_worth_what_was_paid_for_all_up_to_them_less_what_was_paid_before(
    counters: dict[str, int], units: int, worth: str
) -> None:
    thirds = line("THIRDS", 3, **counters)

    assert Units(thirds, units).credit() == Decimal(worth)


def test_units_are_told_by_product_and_as_facts() -> None:
    chosen = [Units(TEA, 2), Units(MUG, 1)]
    facts = [
        {"sku": "TEA-01", "name": "Green tea", "quantity": 2},
        {"sku": "Müg", "name": "", "quantity": 1},
    ]

    assert by_product(chosen) == {6: 2, 3: 1}
    assert as_facts(chosen) == facts
    assert as_credited_facts(chosen, [Decimal("4.00"), Decimal("0.50")]) == [
        facts[0] | {"credit": "4.00"},
        facts[1] | {"credit": "0.50"},
    ]
    assert as_facts([]) == []
