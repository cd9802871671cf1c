"""The link to the page that records a count below what is reserved and cancels the missing units."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import Product

NEEDED = ("orders.cancel_order", "catalog.move_stock")


def link_to_cancel(request: HttpRequest, product: Product, counted: int) -> SafeString | str:
    """Return a link for whoever may cancel orders, else "". Its page shows which orders would lose units."""
    if not request.user.has_perms(NEEDED):
        return ""
    asked = urlencode({"product": product.pk, "counted": counted})
    return format_html(
        '<a class="bo-link" href="{}?{}">{}</a>',
        reverse("admin:orders_short_count"),
        asked,
        _("Cancel the missing units and record the count"),
    )
