"""Many orders marked as shipped at once: every parcel looked at first, then each sent off on its own.

A parcel that has left cannot be called back, so one that is refused holds up no other; and since a parcel
that is known already changes nothing, the same file may be sent again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import batched

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.errors import Refusal
from backoffice.languages import inside_a_sentence
from backoffice.sheets.plans import Changes, OnRow, Outcome, PlannedRow, RowPlan, rejected_csv
from backoffice.shop.in_force import ShopNow, in_force
from orders.fulfilment.holding import is_held, why_held
from orders.fulfilment.lifecycle import ship_order
from orders.fulfilment.parcels import ParcelFile, ParcelRow
from orders.fulfilment.tracking_numbers import problems_with_tracking_numbers
from orders.models import Order, OrderLine, Shipment
from orders.models.order_line import OPEN_UNITS
from orders.status import Action, OrderStatus, is_allowed

ORDERS_AT_ONCE = 500
SUBJECT = "number"


def plan_dispatch(file: ParcelFile, *, on_row: OnRow | None = None) -> RowPlan:
    """Return what marking these orders as shipped would do, changing nothing; 9 statements for 500 rows."""
    rows = tuple(row for row, _order in _plan(file.rows, on_row))
    return RowPlan(SUBJECT, rows, file.ignored_columns, file.remarks)


def dispatch(
    file: ParcelFile, *, by: Actor, seen: RowPlan, skip_invalid: bool = False, on_row: OnRow | None = None
) -> RowPlan:
    """Ship what was seen, each order in a transaction of its own; the customers get their e-mails.

    Returns what became of each row: an order that somebody else changed meanwhile has a problem now, and the
    others have left. Within another transaction a refusal would leave half an order behind: call it outside.

    Raises:
        RowsHaveProblems, RowsChanged: naming rows; nothing was shipped.
    """
    planned = list(_plan(file.rows))
    plan = RowPlan(SUBJECT, tuple(row for row, _order in planned), file.ignored_columns, file.remarks)
    plan.refuse_unless(seen, skip_invalid=skip_invalid)
    rows = []
    for parcel, (row, order) in zip(file.rows, planned, strict=True):
        if on_row:
            on_row()
        is_due = row.outcome is Outcome.NEW and order is not None
        rows.append(_ship_row(row, parcel, order.version, by) if is_due and order else row)
    return replace(plan, rows=tuple(rows))


def rejected_parcels_csv(file: ParcelFile, plan: RowPlan) -> str:
    """Return the rows with problems as a CSV file to correct and import again."""
    rows = ((each.row, [getattr(each, name) for name in file.columns]) for each in file.rows)
    return rejected_csv(plan, file.columns, rows)


def _plan(
    parcels: Sequence[ParcelRow], on_row: OnRow | None = None
) -> Iterator[tuple[PlannedRow, Order | None]]:
    taken: dict[str, int] = {}
    shop = in_force()
    for part in batched(parcels, ORDERS_AT_ONCE):
        sound = [each for each in part if not each.problem]
        orders = {order.number: order for order in Order.objects.filter(number__in=_numbers_of(sound))}
        units, sent = _units_left(orders.values()), _sent_already(orders.values())
        refused = problems_with_tracking_numbers(each.tracking_number for each in sound)
        for parcel in part:
            if on_row:
                on_row()
            order = orders.get(parcel.number.upper())
            is_sent = (parcel.number.upper(), parcel.tracking_number) in sent
            known_problem = parcel.problem or refused.get(parcel.tracking_number, "")
            problem = "" if is_sent else known_problem or _problem_with_parcel(parcel, orders, taken, shop)
            if problem:
                yield PlannedRow(parcel.row, parcel.number, Outcome.PROBLEM, {}, problem), order
            elif order is None or is_sent:
                yield PlannedRow(parcel.row, parcel.number, Outcome.SAME, {}), order
            else:
                taken[order.number] = parcel.row
                yield _row_to_ship(parcel, order, units[order.pk]), order


def _row_to_ship(parcel: ParcelRow, order: Order, units: int) -> PlannedRow:
    told = {"tracking_number": parcel.tracking_number, "carrier": parcel.carrier}
    changes: Changes = {"units": ("", units)} | {name: ("", text) for name, text in told.items() if text}
    return PlannedRow(parcel.row, order.number, Outcome.NEW, changes)


def _problem_with_parcel(
    parcel: ParcelRow, orders: Mapping[str, Order], taken: Mapping[str, int], shop: ShopNow
) -> str:
    order = orders.get(parcel.number.upper())
    if order is None:
        return _("There is no order %(number)s.") % {"number": parcel.number}
    if order.number in taken:
        text = _("Row %(row)s sends off all that is left of %(order)s.")
        return text % {"row": taken[order.number], "order": order.number}
    if not is_allowed(Action.SHIP, order.status):
        facts = {"order": order.number, "status": inside_a_sentence(OrderStatus(order.status).label)}
        return _("%(order)s is %(status)s: nothing is left to ship.") % facts
    return why_held(order) if is_held(order, shop) else ""


def _ship_row(row: PlannedRow, parcel: ParcelRow, version: int, by: Actor) -> PlannedRow:
    try:
        ship_order(
            row.name,
            by=by,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            expected_version=version,
        )
    except Refusal as refusal:
        if (row.name, parcel.tracking_number) in _sent_already(Order.objects.with_number(row.name)):
            # Somebody sent the same parcel off at this very moment.
            return replace(row, outcome=Outcome.SAME, changes={})
        return replace(row, outcome=Outcome.PROBLEM, changes={}, problem=refusal.detail)
    return row


def _numbers_of(parcels: Iterable[ParcelRow]) -> set[str]:
    return {each.number.upper() for each in parcels}


def _units_left(orders: Iterable[Order]) -> dict[int, int]:
    lines = OrderLine.objects.filter(order__in=[order.pk for order in orders]).order_by()
    return dict(lines.values_list("order").annotate(left=Sum(OPEN_UNITS)))


def _sent_already(orders: Iterable[Order]) -> set[tuple[str, str]]:
    """Return pairs of an order's number and the tracking number of one of its parcels."""
    shipments = Shipment.objects.that_left().filter(order__in=[order.pk for order in orders])
    numbered = shipments.exclude(tracking_number="")
    return set(numbered.values_list("order__number", "tracking_number"))
