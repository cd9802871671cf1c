"""The columns of the list of products, and where they stand on a phone."""

from django.conf import settings
from django.db.models import F
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import DomainAdmin
from backoffice.admin.cells import NOTHING, Dot, status
from backoffice.money import formatted
from backoffice.numbers import grouped
from catalog.models import Product
from catalog.templatetags.pictures import thumb


class ProductColumns(DomainAdmin):
    list_display = (
        "product",
        "sku_shown",
        "barcode_shown",
        "price_shown",
        "on_hand_shown",
        "reserved_shown",
        "available_shown",
        "state",
    )
    on_card = {
        "product": "title",
        "price_shown": "value",
        "state": "state",
        "available_shown": "end titled",
        "sku_shown": "note",
    }

    @display(description=_("Product"))
    def product(self, product: Product) -> SafeString:
        picture = thumb(product.picture, is_little=True)
        return format_html(
            '<span class="bo-with-thumb">{0}<span class="bo-two-lines" title="{1}">{1}</span></span>',
            picture,
            product.name,
        )

    @display(description=_("SKU"), ordering="sku_key")
    def sku_shown(self, product: Product) -> str:
        return product.sku

    @display(description=_("Barcode"), empty_value=NOTHING)
    def barcode_shown(self, product: Product) -> str | None:
        return product.barcode or None

    @display(description=_("Price"), ordering="price", formatting="price")
    def price_shown(self, product: Product) -> str:
        return formatted(product.price, settings.SHOP_CURRENCY)

    @display(description=_("On hand"), ordering="on_hand", formatting="price")
    def on_hand_shown(self, product: Product) -> str:
        return grouped(product.on_hand)

    @display(description=_("Reserved"), ordering="reserved", formatting="price")
    def reserved_shown(self, product: Product) -> str:
        return grouped(product.reserved) if product.reserved else NOTHING

    @display(description=_("Available"), ordering="available", formatting="price")
    def available_shown(self, product: Product) -> str:
        return grouped(product.available)

    @display(description=_("State"), ordering=F("is_active").desc())
    def state(self, product: Product) -> SafeString:
        return status(*state_of(product))


def state_of(product: Product) -> tuple[Dot, str]:
    """Return the dot and the word of the product's state."""
    if not product.is_active:
        return Dot.GREY, str(_("Archived"))
    if not product.was_stocked:
        return Dot.RING, str(_("Never stocked"))
    if product.available <= 0:
        return Dot.RED, str(_("Sold out"))
    if product.is_low:
        return Dot.AMBER, str(_("Low"))
    return Dot.GREEN, str(_("On sale"))
