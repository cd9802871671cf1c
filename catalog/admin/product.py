"""Products and their stock: the list, the page of one, archiving and adjusting."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.actor import actor_of
from backoffice.admin.base import csv_file
from backoffice.admin.dialogs import DialogButton, UseCaseDialog
from backoffice.admin.filters import RelatedOne
from backoffice.numbers import grouped
from catalog.admin.adjusting import AdjustStock
from catalog.admin.counting import Counting
from catalog.admin.navigation import ARCHIVED, LOW, OUT_OF_STOCK
from catalog.admin.product_columns import ProductColumns
from catalog.admin.product_files import ProductFiles
from catalog.admin.product_page import ProductPage
from catalog.finding import products_matching
from catalog.models import Product
from catalog.models.product import ProductQuerySet
from catalog.products import (
    archive_product,
)
from catalog.reorder import reorder_csv


class ArchiveProduct(UseCaseDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        product = get_object_or_404(Product, pk=self.object_id)
        archive_product(product.sku, by=actor_of(self.request))
        self.done = gettext("The product is archived.")


@admin.register(Product)
class ProductAdmin(ProductColumns, Counting, ProductFiles, ProductPage):
    list_filter = (("category", RelatedOne), ("family", RelatedOne))
    search_fields = ("sku", "name", "barcode")
    search_help_text = _("SKU, name or barcode")
    ordering = ("sku_key",)
    actions = ("archive_selected",)
    action_icons = {"archive_selected": "archive"}
    actions_list = ("count", "reorder")
    actions_row = ("adjust_stock",)
    actions_detail = ({"title": _("More"), "items": ["archive"]}, "adjust_stock")
    empty_title = _("No products yet")
    empty_text = _("Add the first one here, or import a file with all of them.")
    empty_views = {
        LOW: (
            _("Nothing is low"),
            _("Every product on sale has more units available than its low-stock level."),
        ),
        OUT_OF_STOCK: (_("Nothing is sold out"), _("Every product on sale has units available.")),
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
        messages.success(request, archived % {"count": grouped(len(products))})
