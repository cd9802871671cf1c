"""Some units of an order's lines, chosen by SKU."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backoffice.db.fields import folded
from backoffice.errors import Fault, Invalid
from orders.models import OrderLine
from orders.pricing import credit_of


@dataclass(frozen=True, slots=True)
class Units:
    """A number of units of one line."""

    line: OrderLine
    quantity: int

    def credit(self) -> Decimal:
        """What they are worth; to be asked before the line's counters change."""
        line = self.line
        return credit_of(
            paid=line.total,
            credited=line.credited,
            quantity=line.quantity,
            credited_units=line.cancelled + line.returned,
            units=self.quantity,
        )


def all_open(lines: Sequence[OrderLine]) -> list[Units]:
    return [Units(line, line.open) for line in lines if line.open]


def open_units(lines: Sequence[OrderLine], wanted: Mapping[str, int]) -> list[Units]:
    """Open units by SKU.

    Raises:
        Invalid: naming every SKU that is not in the order or of which fewer are open.
    """
    return _chosen(lines, wanted.items(), lambda line: line.open, "still to ship")


def returnable_units(lines: Sequence[OrderLine], wanted: Iterable[tuple[str, int]]) -> list[Units]:
    """Shipped units that have not come back yet, by SKU. Raises Invalid as `open_units` does."""
    return _chosen(lines, wanted, lambda line: line.shipped - line.returned, "to return")


def by_product(units: Iterable[Units]) -> dict[int, int]:
    return {each.line.product_id: each.quantity for each in units}


def as_facts(units: Iterable[Units]) -> list[dict[str, Any]]:
    """As a timeline keeps them."""
    return [{"sku": each.line.sku, "name": each.line.name, "quantity": each.quantity} for each in units]


def as_credited_facts(units: Iterable[Units], worth: Iterable[Decimal]) -> list[dict[str, Any]]:
    """The same, each with what its units are worth."""
    return [{**fact, "credit": str(credit)} for fact, credit in zip(as_facts(units), worth, strict=True)]


def _chosen(
    lines: Sequence[OrderLine],
    wanted: Iterable[tuple[str, int]],
    at_most: Callable[[OrderLine], int],
    what_for: str,
) -> list[Units]:
    by_key = {folded(line.sku): line for line in lines}
    chosen: dict[str, Units] = {}
    faults: list[Fault] = []
    for index, (sku, quantity) in enumerate(wanted):
        line = by_key.get(folded(sku))
        problem = _problem(line, sku, quantity, at_most, what_for)
        if line is None or problem or folded(sku) in chosen:
            detail = problem or f"{sku.strip()} is named twice."
            faults.append(Fault(f"/lines/{index}", "validation", detail, {"sku": sku}))
            continue
        chosen[folded(sku)] = Units(line, quantity)
    if faults:
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)
    if not chosen:
        raise Invalid("Choose at least one unit.", faults=[Fault("/lines", "validation", "Empty.")])
    return list(chosen.values())


def _problem(
    line: OrderLine | None, sku: str, quantity: int, at_most: Callable[[OrderLine], int], what_for: str
) -> str:
    if line is None:
        return f"{sku.strip()[:64]} is not in this order."
    if quantity < 1:
        return f"Choose at least one unit of {line.sku}."
    if quantity > at_most(line):
        return f"Only {at_most(line)} of {line.sku} are {what_for}; {quantity} were asked for."
    return ""
