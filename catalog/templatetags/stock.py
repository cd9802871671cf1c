"""How stock movements look on the admin's pages."""

from typing import Any

from django.conf import settings
from django.template import Library
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.numbers import grouped
from catalog.models import StockImportRow, StockMovement
from catalog.models.history import HistoryRow
from catalog.stock_import import problem_of

register = Library()


@register.filter
def actor_for(row: HistoryRow, reader: Any) -> str:
    return row.actor_told_to(reader)


@register.filter
def why(movement: StockMovement, reader: Any) -> SafeString:
    """Say what the movement was about and who made it: `B-101500 · Jana Walsh`."""
    about = reference(movement.reference) if movement.reference else ""
    told = (about, movement.get_reason_display(), movement.note, movement.actor_told_to(reader))
    return format_html_join(" · ", "{}", ((part,) for part in told if part)) or SafeString("–")


@register.filter
def available_after(movement: StockMovement) -> int:
    return movement.on_hand_after - movement.reserved_after


@register.filter
def problem(row: StockImportRow) -> str:
    return problem_of(row)


@register.filter
def thousands(units: int | None) -> str:
    """Write a number as `4,988`; a dash when it is not known."""
    return "–" if units is None else grouped(units)


@register.filter
def signed(units: int | None) -> str:
    """Write a change as `+3`, `−2` or `0`; a dash when it is not known."""
    if units is None:
        return "–"
    sign = "+" if units > 0 else "−" if units < 0 else ""
    return f"{sign}{grouped(abs(units))}"


@register.filter
def change(units: int | None) -> SafeString:
    """Write a change as `signed` does, in green when it adds units and in red when it takes some."""
    tone = "good" if units and units > 0 else "bad" if units else "muted"
    return format_html('<span class="bo-{}">{}</span>', tone, signed(units))


@register.filter
def reference(text: str) -> SafeString | str:
    """Link a reference to the import's page or to a search for the order; other text stays as it is."""
    url = reference_url(text)
    return format_html('<a class="bo-link" href="{}">{}</a>', url, text) if url else text or "–"


def reference_url(text: str) -> str:
    kind, _, number = text.partition("-")
    if kind == "import" and number.isdecimal():
        return reverse("admin:catalog_stockimport_change", args=[number])
    prefix = settings.SHOP_ORDER_PREFIX
    if text.startswith(prefix):
        order = prefix + text.removeprefix(prefix).partition("-")[0]
        return f"{reverse('admin:orders_order_changelist')}?q={order}"
    return ""
