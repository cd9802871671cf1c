"""Some units of an order's lines, chosen by SKU."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, repeat
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.errors import Fault, Invalid
from backoffice.money import places
from backoffice.text import identity_key
from catalog.earlier_skus import products_named
from orders.models import OrderLine
from orders.pricing import credit_of, credit_of_rest


@dataclass(frozen=True, slots=True)
class Units:
    """A number of units of one line."""

    line: OrderLine
    quantity: int

    def credit(self) -> Decimal:
        """Return what the units are worth; call it before the line's counters change."""
        line, units = self.line, self.quantity
        done = line.cancelled + line.returned
        if line.allowed:
            left = line.quantity - done
            return credit_of_rest(remaining=line.remaining, left=left, units=units, places=places())
        return credit_of(paid=line.total, quantity=line.quantity, done=done, units=units, places=places())


def all_open(lines: Sequence[OrderLine]) -> list[Units]:
    return [Units(line, line.open) for line in lines if line.open]


def open_units(lines: Sequence[OrderLine], wanted: Mapping[str, int]) -> list[Units]:
    """Return the wanted units, by SKU, of those still open.

    Raises:
        Invalid: naming every SKU that is not in the order or of which fewer are open.
    """
    return _chosen_units(
        lines,
        wanted.items(),
        lambda line: line.open,
        lambda count: ngettext(
            "Only %(count)s of %(sku)s is still to ship; %(wanted)s were asked for.",
            "Only %(count)s of %(sku)s are still to ship; %(wanted)s were asked for.",
            count,
        ),
    )


def returnable_units(
    lines: Sequence[OrderLine], wanted: Iterable[tuple[str, int]], fates: Iterable[bool] = ()
) -> list[Units]:
    """Return the wanted units, by SKU, of those shipped and not returned yet. Raises Invalid.

    A SKU may be wanted once for each fate: some of its units restocked, others written off.
    """
    return _chosen_units(
        lines,
        wanted,
        lambda line: line.shipped - line.returned,
        lambda count: ngettext(
            "Only %(count)s of %(sku)s is to return; %(wanted)s were asked for.",
            "Only %(count)s of %(sku)s are to return; %(wanted)s were asked for.",
            count,
        ),
        fates,
    )


def by_product(units: Iterable[Units]) -> dict[int, int]:
    return {each.line.product_id: each.quantity for each in units}


def as_facts(units: Iterable[Units]) -> list[dict[str, Any]]:
    """Return the units as facts of a timeline entry."""
    return [{"sku": each.line.sku, "name": each.line.name, "quantity": each.quantity} for each in units]


def as_credited_facts(units: Iterable[Units], worth: Iterable[Decimal]) -> list[dict[str, Any]]:
    """Return the same facts, each with the credit for its units."""
    return [{**fact, "credit": str(credit)} for fact, credit in zip(as_facts(units), worth, strict=True)]


def lines_named(lines: Sequence[OrderLine], skus: Sequence[str]) -> list[OrderLine]:
    """Return the lines of these SKUs, each once, in the order of the lines.

    Raises:
        Invalid: naming every SKU that is not in the order; or none is named.
    """
    by_key = _lines_by_sku(lines, skus)
    faults = [
        Fault(f"/skus/{index}", "validation", _not_in_order(sku), {"sku": sku})
        for index, sku in enumerate(skus)
        if identity_key(sku) not in by_key
    ]
    if not skus:
        faults = [Fault("/skus", "validation", _("Name at least one line, or leave them out for all."))]
    if faults:
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)
    named = {by_key[identity_key(sku)].position for sku in skus}
    return [line for line in lines if line.position in named]


def _lines_by_sku(lines: Sequence[OrderLine], skus: Iterable[str]) -> dict[str, OrderLine]:
    """Return the lines by the key of the SKU they were ordered by, and of those of `skus` that mean them.

    A product that was renamed is meant by its present SKU, and by any earlier one.
    """
    by_key = {identity_key(line.sku): line for line in lines}
    by_product = {line.product_id: line for line in lines if line.pk}
    others = [sku for sku in skus if identity_key(sku) not in by_key]
    if not (others and by_product):
        return by_key
    named = products_named(others)
    return by_key | {key: by_product[each.pk] for key, each in named.items() if each.pk in by_product}


def _chosen_units(
    lines: Sequence[OrderLine],
    wanted: Iterable[tuple[str, int]],
    at_most: Callable[[OrderLine], int],
    too_many: Callable[[int], str],
    fates: Iterable[bool] = (),
) -> list[Units]:
    wanted = list(wanted)
    by_key = _lines_by_sku(lines, [sku for sku, _quantity in wanted])
    chosen: dict[tuple[str, bool], Units] = {}
    taken: Counter[str] = Counter()
    faults: list[Fault] = []
    for index, ((sku, quantity), fate) in enumerate(zip(wanted, chain(fates, repeat(True)), strict=False)):
        line = by_key.get(identity_key(sku))
        key = line.sku if line else ""
        problem = (
            _("%(sku)s is named twice.") % {"sku": sku.strip()}
            if (key, fate) in chosen
            else _problem_with_units(line, sku, quantity, taken[key], at_most, too_many)
        )
        if line is None or problem:
            faults.append(Fault(f"/lines/{index}", "validation", problem, {"sku": sku}))
            continue
        taken[key] += quantity
        chosen[key, fate] = Units(line, quantity)
    if faults:
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)
    if not chosen:
        raise Invalid(_("Choose at least one unit."), faults=[Fault("/lines", "validation", _("Empty."))])
    return list(chosen.values())


def _problem_with_units(
    line: OrderLine | None,
    sku: str,
    quantity: int,
    taken: int,
    at_most: Callable[[OrderLine], int],
    too_many: Callable[[int], str],
) -> str:
    if line is None:
        return _not_in_order(sku)
    if quantity < 1:
        return _("Choose at least one unit of %(sku)s.") % {"sku": line.sku}
    if taken + quantity > at_most(line):
        return too_many(at_most(line)) % {"count": at_most(line), "sku": line.sku, "wanted": taken + quantity}
    return ""


def _not_in_order(sku: str) -> str:
    return _("%(sku)s is not in this order.") % {"sku": sku.strip()[:64]}
