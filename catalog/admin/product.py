"""Products and their stock: the list, the page of one, archiving and adjusting."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from accounts.admin.actor import actor_of
from backoffice.admin.base import DomainAdmin, csv_file
from backoffice.admin.dialogs import DialogButton, UseCaseDialog
from backoffice.money import formatted
from catalog.admin.adjusting import AdjustStock
from catalog.admin.counting import Counting
from catalog.admin.history import availability_tone
from catalog.admin.navigation import ARCHIVED, LOW, OUT_OF_STOCK
from catalog.admin.product_files import ProductFiles
from catalog.admin.product_page import ProductPage
from catalog.finding import products_matching
from catalog.models import Product
from catalog.models.product import ProductQuerySet
from catalog.products import (
    archive_product,
)
from catalog.reorder import reorder_csv
from catalog.templatetags.pictures import thumb


class ArchiveProduct(UseCaseDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        product = get_object_or_404(Product, pk=self.object_id)
        archive_product(product.sku, by=actor_of(self.request))
        self.done = gettext("The product is archived.")


@admin.register(Product)
class ProductAdmin(Counting, ProductFiles, ProductPage, DomainAdmin):
    list_display = (
        "product",
        "barcode",
        "price_shown",
        "on_hand_shown",
        "reserved_shown",
        "available_shown",
        "state",
    )
    list_filter = (("category", RelatedDropdownFilter),)
    search_fields = ("sku", "name", "barcode")
    search_help_text = _("SKU, name or barcode")
    ordering = ("sku_key",)
    actions = ("archive_selected",)
    actions_list = ("count", "reorder")
    actions_row = ("adjust_stock",)
    actions_detail = ({"title": _("More"), "items": ["archive"]}, "adjust_stock")
    empty_title = _("No products yet")
    empty_text = _("Add the first one here, or import a file with all of them.")
    empty_views = {
        LOW: (_("Nothing is low"), _("Every active product has more units available than its threshold.")),
        OUT_OF_STOCK: (_("Nothing is sold out"), _("Every active product has units available.")),
        ARCHIVED: (_("Nothing is archived"), _("Archived products cannot be ordered; their history stays.")),
    }

    class Media:
        css = {"all": ("catalog/products.css",)}

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        products = super().get_queryset(request)
        assert isinstance(products, ProductQuerySet)
        return products.with_was_stocked()

    def in_view(self, rows: QuerySet[Product], view: str) -> QuerySet[Product]:
        assert isinstance(rows, ProductQuerySet)
        match view:
            case "low":
                return rows.low_stock()
            case "out":
                return rows.active().filter(available__lte=0)
            case "archived":
                return rows.filter(is_active=False)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        assert isinstance(queryset, ProductQuerySet)
        return products_matching(queryset, search_term), False

    @display(description=_("Product"), ordering="sku_key")
    def product(self, product: Product) -> SafeString:
        return format_html(
            '<span class="bo-pictured">{}<span><span class="bo-name">{}</span>'
            '<span class="bo-sku">{}</span></span></span>',
            thumb(product.picture, is_little=True),
            product.name,
            product.sku,
        )

    @display(description=_("Price"), ordering="price", formatting="price")
    def price_shown(self, product: Product) -> str:
        return formatted(product.price, settings.SHOP_CURRENCY)

    @display(description=_("On hand"), ordering="on_hand", formatting="price")
    def on_hand_shown(self, product: Product) -> str:
        return f"{product.on_hand:,}"

    @display(description=_("Reserved"), ordering="reserved", formatting="price")
    def reserved_shown(self, product: Product) -> str:
        return f"{product.reserved:,}" if product.reserved else "–"

    @display(description=_("Available"), ordering="available", formatting="price")
    def available_shown(self, product: Product) -> SafeString:
        return format_html(
            '<strong class="bo-{}">{}</strong>', availability_tone(product), f"{product.available:,}"
        )

    @display(description=_("State"), ordering=F("is_active").desc())
    def state(self, product: Product) -> SafeString:
        tone, word = state_of(product)
        return format_html('<span class="bo-label bo-{}">{}</span>', tone, word)

    # Actions

    def has_archive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Offer archiving on a product's page only while the product is active."""
        may = self.has_change_permission(request)
        if not may or object_id is None:
            return may
        return str(object_id).isdecimal() and Product.objects.active().filter(pk=object_id).exists()

    @action(
        description=_("Reorder list"), icon="shopping_basket", permissions=["view"], url_path="reorder.csv"
    )
    def reorder(self, request: HttpRequest) -> HttpResponse:
        """Download what to reorder; it changes nothing, so the button is a plain link."""
        return csv_file(reorder_csv(timezone.now()), f"reorder-{timezone.localdate():%Y-%m-%d}.csv")

    adjust_stock = DialogButton(
        _("Adjust stock"),
        AdjustStock,
        permissions=["move_stock"],
        url_path="adjust-stock",
        icon="inventory",
        submit=_("Save"),
    )
    archive = DialogButton(
        _("Archive"),
        ArchiveProduct,
        permissions=["archive"],
        icon="archive",
        title=_("Archive this product"),
        description=_(
            "It can no longer be ordered. Its stock, history and orders stay, and “On sale” brings it back."
        ),
        submit=_("Archive"),
    )

    @admin.action(description=_("Archive"), permissions=["archive"])
    def archive_selected(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        for product in products:
            archive_product(product.sku, by=actor_of(request))
        archived = ngettext(
            "%(count)s archived; it can no longer be ordered.",
            "%(count)s archived; they can no longer be ordered.",
            len(products),
        )
        messages.success(request, archived % {"count": f"{len(products):,}"})


def state_of(product: Product) -> tuple[str, str]:
    """Return the tone and the word of the product's label."""
    if not product.is_active:
        return "plain", gettext("Archived")
    if not product.was_stocked:
        return "plain", gettext("Never stocked")
    if product.available <= 0:
        return "bad", gettext("Sold out")
    if product.is_low:
        return "warn", gettext("Low")
    return "good", gettext("Active")
