"""The ledger of payments as rows of a file, read part by part: the memory stays the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actors import name_told_to
from accounts.models import User
from backoffice.sheets.writing import Row, exported_cell
from orders.models import PaymentEntry
from orders.models.payments import NEWEST_FIRST

ENTRIES_AT_ONCE = 1_000
# Columns are named as in JSON.
OF_ENTRY = {
    "id": "id",
    "value_date": "value_date",
    "order": "order__number",
    "kind": "kind",
    "paid_delta": "paid_delta",
    "waived_delta": "waived_delta",
    "currency": "order__currency",
    "method": "method",
    "provider": "provider",
    "reference": "reference",
    "settles": "settles",
    "note": "note",
    "paid_after": "paid_after",
    "waived_after": "waived_after",
    "reverses": "reverses_id",
    "reversed_by": "reversed_by__id",
    "source": "source",
    "at": "at",
}
PERSONAL = {"customer": "order__customer__name", "email": "order__email"}
ACTOR = "actor"


@dataclass(frozen=True, slots=True)
class PaymentExport:
    """Entries, the newest first; whoever may not know customers lacks their columns."""

    entries: QuerySet[PaymentEntry]
    reader: User | None = None

    @property
    def columns(self) -> list[str]:
        return [*self._read, ACTOR]

    @property
    def _read(self) -> Mapping[str, str]:
        may_know = self.reader is None or self.reader.has_perm("accounts.view_customer")
        return OF_ENTRY | PERSONAL if may_know else OF_ENTRY

    def parts(self) -> Iterator[list[Row]]:
        """Yield rows in parts; a slow reader keeps no transaction open."""
        names = (*self._read.values(), "actor__email", "actor__is_staff")
        rows = self.entries.order_by(*NEWEST_FIRST).values_list(*names)
        part = list(rows[:ENTRIES_AT_ONCE])
        while part:
            yield [self._row(*row) for row in part]
            pk, day, *_rest = part[-1]
            part = list(rows.filter(_after(pk, day))[:ENTRIES_AT_ONCE])

    def _row(self, *values: Any) -> Row:
        *told, email, is_staff = values
        actor = name_told_to(self.reader, email, is_staff=bool(is_staff))
        return tuple(map(exported_cell, (*told, actor)))


def _after(pk: int, day: date) -> Q:
    """Whether an entry comes after this one, in words that an index of both columns answers."""
    return Q(value_date__lte=day) & (Q(value_date__lt=day) | Q(pk__lt=pk))
