"""What the page of a carrier's file shows, before its parcels leave and afterwards."""

import base64
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.admin.file_check import Actions, CellChange, Figure, ShownProblem, ShownRow
from backoffice.numbers import grouped
from backoffice.sheets.csv_lines import UTF8_MARK
from backoffice.sheets.plans import Outcome, PlannedRow, RowPlan
from orders.admin import counted
from orders.admin.shipping.bulk_file import Carried, units_in_row
from orders.fulfilment.dispatch import rejected_parcels_csv
from orders.fulfilment.parcels import ParcelFile, ParcelRow
from orders.models import Order

IMPORTANCE = (Outcome.PROBLEM, Outcome.NEW, Outcome.SAME)


def shown(file: ParcelFile, plan: RowPlan, seen: Carried | None = None) -> dict[str, Any]:
    """Return the page's context, problems first; with `seen` it says what was done."""
    rows = _rows(file, plan, seen)
    units = [int(row.changes[0].before) for row in rows if row.changes]
    figures = {
        "problems": len(plan.problems),
        "due": len(units),
        "due_units": sum(units),
        "known": len(rows) - len(plan.problems) - len(units),
    }
    is_planned = seen is None
    return {
        **figures,
        "title": _("Check before you apply") if is_planned else _shipped(len(units)),
        "file_name": file.name or _("Pasted rows"),
        "facts": [_counted_rows(len(rows)), _("matched by order number"), _("all that is left leaves")],
        "cards": _cards(**figures, is_planned=is_planned),
        "rows": rows,
        "is_planned": is_planned,
        "is_applied": not is_planned,
        "ignored_columns": file.ignored_columns,
        "remarks": file.remarks,
        "actions": _actions(file, plan, len(units) if is_planned else 0),
        "rejects_name": "not-shipped.csv",
        "consequence": _consequence(figures["due_units"], len(plan.problems), is_planned=is_planned),
        "name_head": _("Order"),
        "what_head": _("Parcel"),
        "another_words": _("Ship more"),
    }


def _rows(file: ParcelFile, plan: RowPlan, seen: Carried | None) -> list[ShownRow]:
    keys = _keys_of(file)
    pairs = sorted(zip(file.rows, plan.rows, strict=True), key=lambda pair: IMPORTANCE.index(pair[1].outcome))
    units = {row.row: units_in_row(row) for row in plan.rows} if seen is None else seen.seen_units
    return [_row(parcel, row, units[row.row], keys) for parcel, row in pairs]


def _row(parcel: ParcelRow, row: PlannedRow, units: int, keys: Mapping[str, int]) -> ShownRow:
    key = keys.get(parcel.number.upper())
    has_change = bool(units) and not row.problem
    return ShownRow(
        row=parcel.row,
        name=parcel.number,
        url=reverse("admin:orders_order_change", args=[key]) if key else "",
        what=" ".join(filter(None, (parcel.carrier[:60], parcel.tracking_number[:80]))),
        changes=[CellChange(_("Units to ship"), f"{units}", "0")] if has_change else [],
        problems=[ShownProblem(_("Parcel"), row.problem)] if row.problem else [],
        idle=_("Had left with this parcel already"),
    )


def _keys_of(file: ParcelFile) -> dict[str, int]:
    numbers = {each.number.upper() for each in file.rows if not each.problem}
    return dict(Order.objects.filter(number__in=numbers).values_list("number", "pk"))


def _cards(*, problems: int, due: int, due_units: int, known: int, is_planned: bool) -> list[Figure]:
    left_out = _("will be left out") if is_planned else _("were left out")
    return [
        Figure(_("Will ship") if is_planned else _("Shipped"), grouped(due), counted.units(due_units)),
        Figure(_("Known already"), grouped(known), _("had left with these parcels")),
        Figure(
            _("Problems"),
            grouped(problems),
            left_out if problems else _("every row was understood"),
            "bad" if problems else "",
        ),
    ]


def _actions(file: ParcelFile, plan: RowPlan, due: int) -> Actions:
    ship = ngettext("Ship %(count)s order", "Ship %(count)s orders", due) % {"count": grouped(due)}
    return Actions(
        may_act=True,
        choose_url=reverse("admin:orders_order_ship_many"),
        apply_url=reverse("admin:orders_order_ship_file"),
        rejects_url=_as_download(rejected_parcels_csv(file, plan)) if plan.problems else "",
        apply=ship if due else "",
        applying=_("Shipping …"),
        nothing=_("No row of this file ships anything."),
    )


def _consequence(units: int, problems: int, *, is_planned: bool) -> str:
    if not is_planned:
        return _("The customers get their tracking numbers.")
    leaves = _("%(units)s leave, and the customers get their tracking numbers.")
    told = [leaves % {"units": counted.units(units)}]
    if problems:
        words = ngettext("%(count)s problem is left out.", "%(count)s problems are left out.", problems)
        told.append(words % {"count": grouped(problems)})
    return " ".join(told)


def _shipped(count: int) -> str:
    return ngettext("%(count)s order shipped", "%(count)s orders shipped", count) % {"count": grouped(count)}


def _counted_rows(count: int) -> str:
    return ngettext("%(rows)s row", "%(rows)s rows", count) % {"rows": grouped(count)}


def _as_download(content: str) -> str:
    """Return the file as a data: URL; the byte order mark makes Excel read it as UTF-8."""
    encoded = base64.b64encode(f"{UTF8_MARK}{content}".encode()).decode()
    return f"data:text/csv;charset=utf-8;base64,{encoded}"
