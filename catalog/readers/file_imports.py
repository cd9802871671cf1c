"""What an import of a file looks like as data, whatever it imports, and the filters of a list of imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from accounts.actors import name_told_to
from accounts.models import User
from backoffice.sheets.remarks import remarks_as_data, remarks_kept

HISTORY = {
    "problems": "problems",
    "ignored_columns": "ignored_columns",
    "remarks": "remarks",
    "source": "source",
    "created_at": "created_at",
    "created_by": "created_by__email",
    "applied_at": "applied_at",
    "applied_by": "applied_by__email",
    "undone_at": "undone_at",
    "undone_by": "undone_by__email",
}
"""The fields that all imports end with."""
# Each field that says who did it, with the time column that says whether it was done at all.
PEOPLE = {"created_by": "created_at", "applied_by": "applied_at", "undone_by": "undone_at"}


@dataclass(frozen=True, slots=True)
class ImportFields:
    """The fields of one kind of import, each with the column that it is read from."""

    columns: Mapping[str, str]

    def needed(self, fields: Sequence[str]) -> list[str]:
        """Return the columns that these fields are read from."""
        people = [name for name in PEOPLE if name in fields]
        needed = [*(f"{name}__is_staff" for name in people), *(PEOPLE[name] for name in people)]
        return [*(self.columns[name] for name in fields), *needed]

    def as_data(self, row: Mapping[str, Any], fields: Sequence[str], *, to: User | None) -> dict[str, Any]:
        """Return these fields of a row that holds their columns; `to` None is the system, which sees all."""
        content = {name: row[self.columns[name]] for name in fields}
        for name in set(PEOPLE).intersection(fields):
            happened = row[PEOPLE[name]] is not None
            is_staff = bool(row[f"{name}__is_staff"])
            content[name] = name_told_to(to, content[name], is_staff=is_staff) if happened else None
        if "remarks" in content:
            content["remarks"] = remarks_as_data(remarks_kept(content["remarks"]))
        return content


def narrowed[Import: Model](
    imports: QuerySet[Import],
    *,
    state: str | None,
    created_after: datetime | None,
    created_before: datetime | None,
    **lookups: Any,
) -> QuerySet[Import]:
    """Filter the imports; None does not filter. The end of a time range is not in it."""
    wanted = {"state": state, "created_at__gte": created_after, "created_at__lt": created_before, **lookups}
    return imports.filter(**{lookup: value for lookup, value in wanted.items() if value is not None})
