"""The stock ledger: every movement, to be read and never written."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    FieldTextFilter,
    MultipleChoicesDropdownFilter,
)
from unfold.decorators import display

from backoffice.admin import ReadOnlyAdmin
from backoffice.fields import folded
from backoffice.lists import StaffFilter, WholeDaysFilter
from catalog.models import StockMovement
from catalog.templatetags.stock import change, movement_label, reference


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = (
        "product_link",
        "at",
        "what",
        "on_hand",
        "reserved",
        "on_hand_after_shown",
        "reserved_after_shown",
        "reference_link",
        "by",
        "note_shown",
    )
    list_display_links = None
    list_filter = (
        ("kind", MultipleChoicesDropdownFilter),
        ("product", AutocompleteSelectFilter),
        ("actor", StaffFilter),
        ("at", WholeDaysFilter),
        ("reference", FieldTextFilter),
    )
    search_fields = ("reference",)
    search_help_text = "SKU, order or import"
    list_select_related = ("product", "actor")
    ordering = ("-id",)
    sortable_by = ()
    empty_title = "Nothing has moved yet"
    empty_text = (
        "Each delivery, count, order and shipment will leave a line here, and no line is ever changed."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockMovement], search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        by_reference = queryset.filter(reference=term) | queryset.filter(held_for=term)
        if by_reference.exists():
            return by_reference, False
        return queryset.filter(product__sku_key=folded(term)), False

    @display(description="Product")
    def product_link(self, movement: StockMovement) -> SafeString:
        url = reverse("admin:catalog_product_change", args=[movement.product_id])
        product = movement.product
        return format_html(
            '<a href="{}"><span class="bo-name">{}</span><span class="bo-sku">{}</span></a>',
            url,
            product.name,
            product.sku,
        )

    @display(description="What")
    def what(self, movement: StockMovement) -> SafeString:
        return movement_label(movement)

    @display(description="On hand", formatting="price")
    def on_hand(self, movement: StockMovement) -> SafeString:
        return change(movement.on_hand_delta)

    @display(description="Reserved", formatting="price")
    def reserved(self, movement: StockMovement) -> SafeString:
        return change(movement.reserved_delta)

    @display(description="On hand after", formatting="price")
    def on_hand_after_shown(self, movement: StockMovement) -> str:
        return f"{movement.on_hand_after:,}"

    @display(description="Reserved after", formatting="price")
    def reserved_after_shown(self, movement: StockMovement) -> str:
        return f"{movement.reserved_after:,}"

    @display(description="Reference")
    def reference_link(self, movement: StockMovement) -> SafeString | str:
        return reference(movement.reference)

    @display(description="By")
    def by(self, movement: StockMovement) -> str:
        who = str(movement.actor) if movement.actor else "System"
        return f"{who}, {movement.get_source_display()}"

    @display(description="Reason and note")
    def note_shown(self, movement: StockMovement) -> str:
        return ": ".join(filter(None, (movement.get_reason_display(), movement.note))) or "–"
