"""What an entry of the ledger of payments and an allowance look like as data, and the filters of a list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.actors import name_told_to
from accounts.models import User
from backoffice.text import identity_key
from orders.models import Allowance, AllowanceLine, Order, PaymentEntry
from orders.models.order import normalised_number
from orders.payments.ledger import Recorded

COLUMNS = {
    "id": "id",
    "order": "order__number",
    "kind": "kind",
    "paid_delta": "paid_delta",
    "waived_delta": "waived_delta",
    "paid_after": "paid_after",
    "waived_after": "waived_after",
    "method": "method",
    "provider": "provider",
    "reference": "reference",
    "settles": "settles",
    "reverses": "reverses_id",
    "reversed_by": "reversed_by__id",
    "value_date": "value_date",
    "note": "note",
    "actor": "actor__email",
    "source": "source",
    "at": "at",
}
ENTRY_FIELDS = tuple(COLUMNS)
# What colleagues say among themselves; customers get null.
AMONG_STAFF = ("note", "actor", "source")
ALLOWANCE_COLUMNS = ("id", "reference", "amount", "shipping", "reason", "at")
ALLOWANCE_FIELDS = ("reference", "amount", "shipping", "reason", "at", "lines")
BALANCE_FIELDS = ("number", "total", "credited", "net", "paid", "waived", "due")


def entry_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of PaymentEntry that these fields are read from."""
    columns = [COLUMNS[name] for name in fields]
    return [*columns, "actor__is_staff"] if "actor__email" in columns else columns


def entry_as_data(row: Mapping[str, Any], fields: Iterable[str], *, to: User | None) -> dict[str, Any]:
    """Return these fields of a row that holds their columns; `to` None is the system, which sees all."""
    entry = {name: row[COLUMNS[name]] for name in fields}
    if to is not None and not to.is_staff:
        return entry | {name: None for name in AMONG_STAFF if name in entry}
    if "actor" in entry:
        entry["actor"] = name_told_to(to, entry["actor"], is_staff=bool(row["actor__is_staff"]))
    return entry


def entry_data(pk: int, *, to: User | None) -> dict[str, Any]:
    """Return all fields of one entry."""
    row = PaymentEntry.objects.values(*entry_columns(ENTRY_FIELDS)).get(pk=pk)
    return entry_as_data(row, ENTRY_FIELDS, to=to)


def entries_as_data(entries: QuerySet[PaymentEntry], *, to: User | None) -> Iterator[dict[str, Any]]:
    """Yield the entries in the order of the queryset, reading them as they are needed."""
    rows = entries.values(*entry_columns(ENTRY_FIELDS)).iterator(2_000)
    return (entry_as_data(row, ENTRY_FIELDS, to=to) for row in rows)


def balance_data(order: Order) -> dict[str, Any]:
    """Return what the order is worth, what of that was paid, and what is due."""
    return {name: getattr(order, name) for name in BALANCE_FIELDS} | {"payment": order.payment_state}


def recorded_data(recorded: Recorded, *, to: User | None) -> dict[str, Any]:
    """Return the entry, the order's balance after it, and what came in beyond what was owed."""
    return {
        "entry": entry_data(recorded.entry.pk, to=to),
        "order": balance_data(recorded.order),
        "overpaid_by": recorded.overpaid_by,
    }


def allowance_data(allowance: Allowance) -> dict[str, Any]:
    """Return all fields of one allowance."""
    rows = Allowance.objects.filter(pk=allowance.pk).values(*ALLOWANCE_COLUMNS)
    return allowances_as_data(list(rows), ALLOWANCE_FIELDS)[0]


def allowances_as_data(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return these fields of rows that hold ALLOWANCE_COLUMNS."""
    lines = _allowed_lines([row["id"] for row in rows]) if "lines" in fields else {}
    return [{name: lines[row["id"]] if name == "lines" else row[name] for name in fields} for row in rows]


def _allowed_lines(allowances: Sequence[int]) -> Mapping[int, list[dict[str, Any]]]:
    lines: dict[int, list[dict[str, Any]]] = {pk: [] for pk in allowances}
    found = AllowanceLine.objects.filter(allowance__in=allowances).order_by("order_line__position")
    for allowance, sku, amount in found.values_list("allowance", "order_line__sku", "amount"):
        lines[allowance].append({"sku": sku, "amount": amount})
    return lines


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """The filters of a list of entries: both days are included; `is_live` leaves out what was taken back.

    Of all entries with a `reference` the one is found that counts, by its claim.
    """

    kind: str | None = None
    method: str | None = None
    from_day: date | None = None
    until_day: date | None = None
    is_live: bool = False
    order: str | None = None
    reference: str | None = None

    def of(self, entries: QuerySet[PaymentEntry]) -> QuerySet[PaymentEntry]:
        if self.is_live:
            entries = entries.filter(reverses=None, reversed_by=None)
        lookups = {
            "order__number": self.order and normalised_number(self.order),
            "claim__reference": self.reference and identity_key(self.reference),
            "kind": self.kind,
            "method": self.method,
            "value_date__gte": self.from_day,
            "value_date__lte": self.until_day,
        }
        return entries.filter(**{lookup: value for lookup, value in lookups.items() if value is not None})
