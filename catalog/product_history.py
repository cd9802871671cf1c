"""The history of products: its one writer, whichever door changed a product, and its reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db.models import Field, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.money import rounded
from catalog.models import Category, Product, ProductChange, ProductChangeKind

KEPT_OF = ("sku", "name", "price", "category", "barcode", "low_stock_threshold", "is_active")
ROWS_AT_ONCE = 1_000

type Values = Mapping[str, Any]
type Changes = Mapping[str, tuple[Any, Any]]
"""Values before and after by the names of fields; a category by its name."""


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """A product as it is now, and the fields that were changed or, for a new one, given."""

    product: Product
    is_new: bool
    changes: Changes


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One changed field in words; a side without a value is empty."""

    title: str
    before: str
    after: str


def values_of(product: Product) -> Values:
    """Return the fields that the history tracks; the category is its key, so that no query is needed."""
    return {name: getattr(product, _attribute(name)) for name in KEPT_OF}


def edit_between(before: Values, product: Product) -> ProductEdit:
    """Return what changed since the product had these values; without any it counts as new."""
    now = values_of(product)
    changes = {
        name: (before.get(name), value)
        for name, value in now.items()
        if value != before.get(name) and (before or value != "")
    }
    if "category" in changes:
        names = dict(
            Category.objects.filter(pk__in=filter(None, changes["category"])).values_list("pk", "name")
        )
        was, becomes = changes["category"]
        changes["category"] = (was and names[was], becomes and names[becomes])
    return ProductEdit(product, is_new=not before, changes=changes)


def record_edits(edits: Iterable[ProductEdit], *, by: Actor, file_name: str = "") -> None:
    """Add an entry for each product that was created or changed, in the same transaction."""
    entries = (
        ProductChange(
            product=edit.product,
            kind=ProductChangeKind.CREATED if edit.is_new else ProductChangeKind.CHANGED,
            changes={name: list(map(_as_kept, pair)) for name, pair in edit.changes.items()},
            file_name=file_name,
            actor=by.user,
            source=by.source,
        )
        for edit in edits
        if edit.changes
    )
    for part in batched(entries, ROWS_AT_ONCE):
        ProductChange.objects.bulk_create(part)


def changes_of(product: Product) -> QuerySet[ProductChange]:
    """Return the product's history, the newest entry first."""
    return ProductChange.objects.filter(product=product).select_related("actor").order_by("-id")


def in_words(change: ProductChange) -> list[ShownChange]:
    return [
        ShownChange(_title(name), value_in_words(before), value_in_words(after))
        for name, (before, after) in change.changes.items()
    ]


def _attribute(name: str) -> str:
    return "category_id" if name == "category" else name


def _as_kept(value: Any) -> Any:
    return str(rounded(value)) if isinstance(value, Decimal) else value


def _title(name: str) -> str:
    field = Product._meta.get_field(name)
    assert isinstance(field, Field)
    return str(capfirst(field.verbose_name))


def value_in_words(value: Any) -> str:
    """Put a product field's value into words; None becomes ""."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
