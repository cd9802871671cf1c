"""What the page of a category shows below its form: how it was called before, and by whom."""

from dataclasses import dataclass

from django.db.models import Field
from django.utils.text import capfirst

from catalog.categories import KEPT_OF
from catalog.models import Category, CategoryChange

SHOWN_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One changed field in words; a side without a value is empty."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """An entry of the history, with its changed fields in words."""

    entry: CategoryChange
    fields: list[ChangedField]


def history_of(category: int) -> list[CategoryEntry]:
    """Return the entries, the newest first."""
    entries = CategoryChange.objects.filter(category=category).select_related("actor").order_by("-id")
    return [CategoryEntry(entry, _in_words(entry)) for entry in entries[:SHOWN_AT_MOST]]


def _in_words(entry: CategoryChange) -> list[ChangedField]:
    return [
        ChangedField(_title(name), before or "", after or "")
        # In the order of the form: PostgreSQL's JSON keeps none.
        for name in KEPT_OF
        if name in entry.changes
        for before, after in [entry.changes[name]]
    ]


def _title(name: str) -> str:
    field = Category._meta.get_field(name)
    assert isinstance(field, Field)
    return str(capfirst(field.verbose_name))
