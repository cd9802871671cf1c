"""What the page of a category shows below its form: what it was called before, and who changed that."""

from django.db.models import Field
from django.utils.text import capfirst

from catalog.admin.history import ShownEntry
from catalog.categories import KEPT_OF
from catalog.models import Category, CategoryChange
from catalog.product_history import ShownChange

SHOWN_AT_MOST = 50


def history_of(category: int) -> list[ShownEntry]:
    """Return the entries, the newest first."""
    entries = CategoryChange.objects.filter(category=category).select_related("actor").order_by("-id")
    return [ShownEntry(entry, _in_words(entry)) for entry in entries[:SHOWN_AT_MOST]]


def _in_words(entry: CategoryChange) -> list[ShownChange]:
    return [
        ShownChange(_title(name), before or "", after or "")
        # In the order of the form: PostgreSQL's JSON keeps none.
        for name in KEPT_OF
        if name in entry.changes
        for before, after in [entry.changes[name]]
    ]


def _title(name: str) -> str:
    field = Category._meta.get_field(name)
    assert isinstance(field, Field)
    return str(capfirst(field.verbose_name))
