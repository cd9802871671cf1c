"""Products and their stock: the list, the page of one, archiving and adjusting."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.admin.actor import actor_of
from backoffice.admin.base import AnyField, AnyForm, DomainAdmin, csv_file
from backoffice.admin.dialogs import DialogButton, UseCaseDialog
from backoffice.db.fields import folded
from backoffice.money import formatted
from catalog.admin.adjusting import AdjustStock
from catalog.admin.counting import Counting
from catalog.admin.history import stock_of
from catalog.admin.navigation import ARCHIVED, LOW, OUT_OF_STOCK
from catalog.admin.product_files import ProductFiles
from catalog.models import Product
from catalog.models.product import ProductQuerySet
from catalog.products import ProductData, archive_product, create_product, edit_product
from catalog.reports import reorder_csv


class ArchiveProduct(UseCaseDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        product = get_object_or_404(Product, pk=self.object_id)
        archive_product(product.sku, by=actor_of(self.request))
        self.done = "The product is archived."


@admin.register(Product)
class ProductAdmin(Counting, ProductFiles, DomainAdmin):
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
    search_help_text = "SKU, name or barcode"
    ordering = ("sku_key",)
    fields = ("name", "sku", "price", "category", "barcode", "low_stock_threshold", "is_active")
    actions = ("archive_selected",)
    actions_list = ("count", "reorder")
    actions_row = ("adjust_stock",)
    actions_detail = ("adjust_stock", "archive")
    change_form_outer_before_template = "catalog/product_stock.html"
    change_form_outer_after_template = "catalog/product_history.html"
    empty_title = "No products yet"
    empty_text = "Add the first one here, or import a file with all of them."
    empty_views = {
        LOW: ("Nothing is low", "Every active product has more units available than its threshold."),
        OUT_OF_STOCK: ("Nothing is sold out", "Every active product has units available."),
        ARCHIVED: ("Nothing is archived", "Archived products cannot be ordered; their history stays."),
    }

    class Media:
        css = {"all": ("catalog/products.css",)}

    # The list

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
        """An exact SKU or barcode gives that product alone: that is what a scanner types."""
        term = search_term.strip()
        if not term:
            return queryset, False
        assert isinstance(queryset, ProductQuerySet)
        exact = queryset.with_code(term)
        if exact.exists():
            return exact, False
        name = Q()
        for word in term.split():
            name &= Q(name__icontains=word)
        return queryset.filter(name | Q(sku_key__startswith=folded(term))), False

    @display(description="Product", ordering="sku_key")
    def product(self, product: Product) -> SafeString:
        return format_html(
            '<span class="bo-name">{}</span><span class="bo-sku">{}</span>', product.name, product.sku
        )

    @display(description="Price", ordering="price", formatting="price")
    def price_shown(self, product: Product) -> str:
        return formatted(product.price, settings.SHOP_CURRENCY)

    @display(description="On hand", ordering="on_hand", formatting="price")
    def on_hand_shown(self, product: Product) -> str:
        return f"{product.on_hand:,}"

    @display(description="Reserved", ordering="reserved", formatting="price")
    def reserved_shown(self, product: Product) -> str:
        return f"{product.reserved:,}" if product.reserved else "–"

    @display(description="Available", ordering="available", formatting="price")
    def available_shown(self, product: Product) -> SafeString:
        return format_html(
            '<strong class="bo-{}">{}</strong>', availability_tone(product), f"{product.available:,}"
        )

    @display(description="State", ordering=F("is_active").desc())
    def state(self, product: Product) -> SafeString:
        tone, word = state_of(product)
        return format_html('<span class="bo-label bo-{}">{}</span>', tone, word)

    # The page of one

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**stock_of(object_id, request), **(extra_context or {})}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def formfield_for_dbfield(self, db_field: AnyField, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "price":
            kwargs |= {"min_value": 0, "error_messages": {"min_value": "A price is never negative."}}
        if db_field.name == "low_stock_threshold":
            kwargs["help_text"] = f"Empty: the shop's default, {settings.SHOP_LOW_STOCK_THRESHOLD:,}."
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Product, form: AnyForm, change: bool) -> None:
        data = {name: form.cleaned_data[name] for name in self.fields}
        if change:
            changes = {name: data[name] for name in form.changed_data}
            edit_product(form.initial["sku"], by=actor_of(request), changes=changes)
        else:
            obj.pk = create_product(ProductData(**data), by=actor_of(request)).pk
        obj.refresh_from_db()

    # Actions

    def has_archive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Offered on the page of a product only while it is active."""
        may = self.has_change_permission(request)
        if not may or object_id is None:
            return may
        return str(object_id).isdecimal() and Product.objects.active().filter(pk=object_id).exists()

    @action(description="Reorder list", icon="shopping_basket", permissions=["view"], url_path="reorder.csv")
    def reorder(self, request: HttpRequest) -> HttpResponse:
        """A download: it changes nothing, hence a link."""
        return csv_file(reorder_csv(timezone.now()), f"reorder-{timezone.localdate():%Y-%m-%d}.csv")

    adjust_stock = DialogButton(
        "Adjust stock",
        AdjustStock,
        permissions=["move_stock"],
        url_path="adjust-stock",
        icon="inventory",
        variant=ActionVariant.PRIMARY,
        submit="Save",
    )
    archive = DialogButton(
        "Archive",
        ArchiveProduct,
        permissions=["archive"],
        icon="archive",
        title="Archive this product",
        description="It can no longer be ordered. Its stock, history and orders stay, and ticking "
        "“Active” brings it back.",
        submit="Archive",
    )

    @admin.action(description="Archive", permissions=["archive"])
    def archive_selected(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        for product in products:
            archive_product(product.sku, by=actor_of(request))
        messages.success(request, f"{len(products):,} archived; they can no longer be ordered.")


def state_of(product: Product) -> tuple[str, str]:
    """A tone and a word."""
    if not product.is_active:
        return "plain", "Archived"
    if product.available <= 0:
        return "bad", "Sold out"
    if product.available <= product.threshold:
        return "warn", "Low"
    return "good", "Active"


def availability_tone(product: Model) -> str:
    assert isinstance(product, Product)
    if product.available <= 0:
        return "bad"
    return "warn" if product.is_active and product.available <= product.threshold else "strong"
