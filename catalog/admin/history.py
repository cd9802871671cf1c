"""What the page of a product shows beside its form: balances, what holds them, and its history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from backoffice.admin.lists import CappedPaginator
from catalog.admin.families.on_product import family_of
from catalog.holders import holders_of
from catalog.models import CategoryChange, FamilyChange, Product, ProductChange, StockMovement
from catalog.product_history import ShownChange, changes_of, in_words, names_by_slug, told_to

PER_PAGE = 25
MOST_HOLDERS = 50
MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry of the history of a product or a category, with its changed fields in words."""

    entry: ProductChange | CategoryChange | FamilyChange
    fields: Sequence[ShownChange]


def stock_of(object_id: str, request: HttpRequest) -> dict[str, Any]:
    """Return the template context; it is empty when there is no such product: the page itself says so."""
    product = Product.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
    if product is None:
        return {}
    context: dict[str, Any] = {
        "product": product,
        **family_of(product),
        "stock_cards": cards_of(product),
        "holders": holders_of(product)[:MOST_HOLDERS],
        "changes": _shown(changes_of(product)[:MOST_CHANGES], request.user),
    }
    if request.user.has_perm("catalog.view_stockmovement"):
        movements = StockMovement.objects.filter(product=product).select_related("actor").order_by("-id")
        context["history"] = CappedPaginator(movements, PER_PAGE).get_page(request.GET.get("page"))
    return context


def _shown(changes: Iterable[ProductChange], reader: Any) -> list[ShownEntry]:
    """Return the entries in words; what the reader may not know is left out, and an entry of nothing else."""
    entries = list(changes)
    names = names_by_slug(entry.changes for entry in entries)
    told = [(entry, told_to(entry.changes, reader)) for entry in entries]
    return [ShownEntry(entry, in_words(fields, names)) for entry, fields in told if fields]


def cards_of(product: Product) -> list[dict[str, Any]]:
    available = {"title": _("Available"), "value": f"{product.available:,}", "note": _("can be ordered")}
    if not product.was_stocked:
        available |= {"note": _("never stocked")}
    elif product.is_low:
        low = _("low: at or under %(threshold)s") % {"threshold": f"{product.threshold:,}"}
        available |= {"note": low, "note_tone": "bad" if product.available <= 0 else "warn"}
    return [
        {"title": _("On hand"), "value": f"{product.on_hand:,}", "note": _("on the shelf")},
        {"title": _("Reserved"), "value": f"{product.reserved:,}", "note": _("promised to open orders")},
        available,
    ]
