"""What the page of a product shows beside its form: balances, what holds them, and its history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.lists import CappedPaginator
from backoffice.numbers import grouped
from catalog.admin.families.on_product import family_of
from catalog.holders import holders_of
from catalog.models import CategoryChange, FamilyChange, Product, ProductChange, StockMovement
from catalog.product_history import ShownChange, changes_of, in_words, names_by_slug, told_to

PER_PAGE = 10
MOST_HOLDERS = 50
MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry of the history of a product or a category, with its changed fields in words."""

    entry: ProductChange | CategoryChange | FamilyChange
    fields: Sequence[ShownChange]


def stock_of(object_id: str, request: HttpRequest) -> dict[str, Any]:
    """Return the template context; it is empty when there is no such product: the page itself says so."""
    product = (
        Product.objects.select_related("category", "family").filter(pk=object_id).first()
        if object_id.isdecimal()
        else None
    )
    if product is None:
        return {}
    context: dict[str, Any] = {
        "product": product,
        **family_of(product),
        "reader": request.user,
        "stock_figures": figures_of(product),
        "stock_note": note_of(product),
        "holders": holders_of(product)[:MOST_HOLDERS],
        "changes": _shown(changes_of(product)[:MOST_CHANGES], request.user),
    }
    if request.user.has_perm("catalog.view_stockmovement"):
        movements = StockMovement.objects.filter(product=product).select_related("actor").order_by("-id")
        context["history"] = CappedPaginator(movements, PER_PAGE).get_page(request.GET.get("page"))
        ledger = reverse("admin:catalog_stockmovement_changelist")
        context["all_movements_url"] = f"{ledger}?{urlencode({'q': product.sku})}"
    return context


@dataclass(frozen=True, slots=True)
class StockFigure:
    title: str
    value: str
    tone: str = ""


def _shown(changes: Iterable[ProductChange], reader: Any) -> list[ShownEntry]:
    """Return the entries in words; what the reader may not know is left out, and an entry of nothing else."""
    entries = list(changes)
    names = names_by_slug(entry.changes for entry in entries)
    told = [(entry, told_to(entry.changes, reader)) for entry in entries]
    return [ShownEntry(entry, in_words(fields, names)) for entry, fields in told if fields]


def figures_of(product: Product) -> list[StockFigure]:
    return [
        StockFigure(_("On hand"), grouped(product.on_hand)),
        StockFigure(_("Reserved"), grouped(product.reserved)),
        StockFigure(_("Available"), grouped(product.available), availability_tone(product)),
    ]


def note_of(product: Product) -> str:
    """Say what the figures mean where they call for something; "" where they do not."""
    if not product.was_stocked:
        return _("It was never stocked: receive the first units.")
    if product.is_low:
        return _("Low: at or under %(threshold)s.") % {"threshold": grouped(product.threshold)}
    return ""


def availability_tone(product: Product) -> str:
    if not product.was_stocked:
        return "muted"
    if product.available <= 0:
        return "bad"
    return "warn" if product.is_low else "strong"
