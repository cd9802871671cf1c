"""A family's products as rows of a table with a column for each option, narrowed by values and by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.admin.cells import status
from backoffice.money import formatted
from backoffice.numbers import grouped
from backoffice.pictures.names import PictureSize, picture_url
from backoffice.text import identity_key
from catalog.admin.history import ShownEntry
from catalog.admin.product_columns import state_of
from catalog.families.combinations import values_in_use
from catalog.families.holding import history_of
from catalog.families.options import values_of_product
from catalog.models import FamilyChange, Product, ProductFamily
from catalog.models.family import OPTIONS
from catalog.product_history import ShownChange
from catalog.readers.families import variants_of

PER_PAGE = 100
MOST_CHANGES = 50
SKUS_NAMED = 8


@dataclass(frozen=True, slots=True)
class OptionColumn:
    """An option with the values in use, and which of them the table is narrowed to ("" for all)."""

    field: str
    name: str
    values: Sequence[str]
    chosen: str


@dataclass(frozen=True, slots=True)
class VariantRow:
    product: Product
    values: Sequence[str]
    price: str
    state: SafeString
    picture: str


def columns_of(family: ProductFamily, asked: QueryDict) -> list[OptionColumn]:
    used = values_in_use(family)
    return [
        OptionColumn(field, name, values, _chosen(values, asked.get(field, "")))
        for field, name, values in zip(OPTIONS, family.options, used, strict=False)
    ]


def narrowed(family: ProductFamily, columns: Sequence[OptionColumn]) -> QuerySet[Product]:
    wanted = {f"{each.field}_key": identity_key(each.chosen) for each in columns if each.chosen}
    return variants_of(family).filter(**wanted).with_was_stocked()


def page_of(products: QuerySet[Product], request: HttpRequest) -> Page[Product]:
    return Paginator(products, PER_PAGE).get_page(request.GET.get("page"))


def table_of(family: ProductFamily, request: HttpRequest) -> dict[str, Any]:
    """Return the template context of the page of a family."""
    columns = columns_of(family, request.GET)
    page = page_of(narrowed(family, columns), request)
    return {
        "family": family,
        "option_columns": columns,
        "is_narrowed": any(each.chosen for each in columns),
        "rows": [_row(product, len(columns)) for product in page],
        "page_of_rows": page,
        "entries": [_shown(entry) for entry in history_of(family.pk)[:MOST_CHANGES]],
    }


def _chosen(values: Sequence[str], asked: str) -> str:
    keys = {identity_key(value): value for value in values}
    return keys.get(identity_key(asked), "")


def _row(product: Product, options: int) -> VariantRow:
    return VariantRow(
        product,
        values_of_product(product)[:options],
        formatted(product.price, settings.SHOP_CURRENCY),
        status(*state_of(product)),
        picture_url(product.picture, PictureSize.THUMB),
    )


def _shown(entry: FamilyChange) -> ShownEntry:
    return ShownEntry(entry, list(_in_words(entry)))


def _in_words(entry: FamilyChange) -> Iterator[ShownChange]:
    titles = {
        "name": _("Name"),
        "slug": _("Slug"),
        "options": _("Options"),
        "joined": _("Joined"),
        "values": _("Values"),
        "left": _("Left"),
    }
    for name, title in titles.items():
        if name in entry.changes:
            before, after = entry.changes[name]
            yield ShownChange(capfirst(title), _told(before), _told(after))


def _told(value: Any) -> str:
    if not isinstance(value, list):
        return str(value or "")
    more = len(value) - SKUS_NAMED
    named = "; ".join(value[:SKUS_NAMED]) if ": " in "".join(value) else ", ".join(value[:SKUS_NAMED])
    return named if more <= 0 else _("%(named)s and %(more)s more") % {"named": named, "more": grouped(more)}
