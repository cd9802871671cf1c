"""The history of products: its one writer, whichever door changed a product, and its reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Field, QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from backoffice.money import formatted, rounded
from backoffice.numbers import grouped
from catalog.models import (
    Category,
    Product,
    ProductChange,
    ProductChangeKind,
    ProductFamily,
    ProductImport,
)
from catalog.models.family import OPTIONS
from catalog.models.product import weight_in_words

KEPT_OF = (
    *("sku", "name", "price", "category", "barcode", "low_stock_threshold", "is_active"),
    *("description", "cost", "weight_grams", "supplier_number"),
    *("family", *OPTIONS),
)
# What is kept by its slug.
RELATED: Mapping[str, type[Category | ProductFamily]] = {"category": Category, "family": ProductFamily}
AMOUNTS = frozenset({"price", "cost"})
# What only those may see who may edit products.
CONFIDENTIAL = frozenset({"cost"})
# What the history tells of pictures, which are no fields: one that came or went, and what changed of one.
OF_PICTURES: Mapping[str, Promise] = {
    "picture": gettext_lazy("Picture"),
    "picture_alt": gettext_lazy("Alt text of a picture"),
    "picture_position": gettext_lazy("Place of a picture"),
}
ROWS_AT_ONCE = 1_000

type Values = Mapping[str, Any]
type Changes = Mapping[str, tuple[Any, Any]]
"""Values before and after by the names of fields; a category and a family by their slug."""


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """A product as it is now, and the fields that were changed or, for a new one, given."""

    product: Product
    is_new: bool
    changes: Changes


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One changed field in words; a side without a value may be empty."""

    title: str
    before: str
    after: str


def values_of(product: Product) -> Values:
    """Return the fields that the history tracks; category and family are keys, so that no query is needed."""
    return {name: getattr(product, _attribute(name)) for name in KEPT_OF}


def values_in_history(product: Product, slugs: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    """Return the values as the history keeps them; `slugs` are those of categories and families by key."""
    values = dict(values_of(product))
    for name in RELATED:
        if values[name] is not None:
            values[name] = slugs[name][values[name]]
    return {name: as_kept(value) for name, value in values.items()}


def edit_between(before: Values, product: Product) -> ProductEdit:
    """Return what changed since the product had these values; without any it counts as new."""
    changes = differences(before, values_of(product))
    for name, model in RELATED.items():
        if name in changes:
            was, becomes = changes[name]
            slugs = slugs_of(model, [was, becomes])
            changes[name] = (slugs.get(was), slugs.get(becomes))
    return ProductEdit(product, is_new=not before, changes=changes)


def slugs_of(model: type[Category | ProductFamily], keys: Iterable[int | None]) -> dict[int | None, str]:
    """Return the slugs of these categories or families by their key."""
    return dict(model._default_manager.filter(pk__in=list(filter(None, keys))).values_list("pk", "slug"))


def differences(before: Values, after: Values) -> dict[str, tuple[Any, Any]]:
    """Return what is other than before, by name. 0, False and "" are values like any other.

    Without anything before it is a new product, of which everything is told that it was given.
    """
    if not before:
        return {name: (None, value) for name, value in after.items() if value not in (None, "")}
    return {name: (before[name], value) for name, value in after.items() if value != before[name]}


def record_edits(
    edits: Iterable[ProductEdit],
    *,
    by: Actor,
    file_name: str = "",
    product_import: ProductImport | None = None,
    is_undoing: bool = False,
) -> None:
    """Add an entry for each product that was created or changed, in the same transaction."""
    entries = (
        ProductChange(
            product=edit.product,
            kind=_kind(edit, is_undoing=is_undoing),
            changes={name: list(map(as_kept, pair)) for name, pair in edit.changes.items()},
            file_name=file_name,
            product_import=product_import,
            actor=by.user,
            source=by.source,
        )
        for edit in edits
        if edit.changes
    )
    for part in batched(entries, ROWS_AT_ONCE):
        ProductChange.objects.bulk_create(part)


def _kind(edit: ProductEdit, *, is_undoing: bool) -> ProductChangeKind:
    if is_undoing:
        return ProductChangeKind.UNDONE
    return ProductChangeKind.CREATED if edit.is_new else ProductChangeKind.CHANGED


def changes_of(product: Product) -> QuerySet[ProductChange]:
    """Return the product's history, the newest entry first."""
    return ProductChange.objects.filter(product=product).select_related("actor").order_by("-id")


def may_see_cost(reader: User | AnonymousUser) -> bool:
    return reader.has_perm("catalog.change_product")


def told_to(changes: Mapping[str, Any], reader: User | AnonymousUser | None) -> dict[str, Any]:
    """Return the changes that the reader may know of; None may know all."""
    knows_all = reader is None or may_see_cost(reader)
    return {name: each for name, each in changes.items() if knows_all or name not in CONFIDENTIAL}


def in_words(changes: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> list[ShownChange]:
    """Return the changed fields in words, in the order of a product's; `names` has those of categories and
    families by slug."""
    ordered = sorted(changes.items(), key=lambda each: KEPT_OF.index(each[0]) if each[0] in KEPT_OF else -1)
    return [
        ShownChange(title_of(name), value_in_words(name, before, names), value_in_words(name, after, names))
        for name, (before, after) in ordered
    ]


def value_in_words(name: str, value: Any, names: Mapping[str, Mapping[str, str]]) -> str:
    """Return a value as people read it, "" for nothing; `names` is what `names_by_slug` gives."""
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in AMOUNTS:
        return formatted(Decimal(value), settings.SHOP_CURRENCY)
    if name == "weight_grams":
        return weight_in_words(value)
    if isinstance(value, int):
        return grouped(value)
    return str(names[name].get(value, value) if name in names else value)


def names_by_slug(changes: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the names of categories and families by slug, where the changes tell of any."""
    told = {name for each in changes for name in each}
    return {
        field: dict(model._default_manager.values_list("slug", "name"))
        for field, model in RELATED.items()
        if field in told
    }


def _attribute(name: str) -> str:
    return f"{name}_id" if name in RELATED else name


def as_kept(value: Any) -> Any:
    """Return a value as history and plans keep it: amounts as text."""
    return str(rounded(value)) if isinstance(value, Decimal) else value


def title_of(name: str) -> str:
    """Return what people call a field."""
    if name in OF_PICTURES:
        return str(OF_PICTURES[name])
    field = Product._meta.get_field(name)
    assert isinstance(field, Field)
    return str(capfirst(field.verbose_name))
