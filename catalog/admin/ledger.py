"""The stock ledger: every movement, to be read and never written."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from backoffice.admin.base import ReadOnlyAdmin
from backoffice.admin.cells import NOTHING, beside, moment
from backoffice.admin.filter_forms import WordForm
from backoffice.admin.filters import SomeOf, StaffFilter, WholeDaysFilter, Word
from backoffice.db.search_words import cleaned
from backoffice.numbers import grouped
from catalog.admin.exporting import Exported, ListExport
from catalog.exports import MovementExport
from catalog.finding import products_matching
from catalog.models import Product, StockMovement
from catalog.templatetags.stock import actor_for, change, reference

TYPED = "sku"


class MovedProductFilter(RelatedFieldListFilter):
    """The product that an address names by its key, or those whose SKU, name or barcode is typed."""

    def __init__(
        self, field: Any, request: HttpRequest, params: dict[str, Any], *rest: Any, **options: Any
    ) -> None:
        self.typed = _last(params.pop(TYPED, ""))
        super().__init__(field, request, params, *rest, **options)

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        """Offer none: there may be a hundred thousand."""
        return []

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [*super().expected_parameters(), TYPED]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        movements = super().queryset(request, queryset)
        assert movements is not None
        if not cleaned(self.typed):
            return movements
        return movements.filter(product__in=products_matching(Product.objects.all(), self.typed).values("pk"))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {"form": WordForm(TYPED, str(self.title), {TYPED: self.typed or self._named()})}

    def _named(self) -> str:
        key = _last(self.lookup_val)
        found = Product.objects.filter(pk=key).first() if key.isdecimal() else None
        return found.sku if found else key


def _last(values: Any) -> str:
    return str(values[-1] if isinstance(values, list) else values or "")


@admin.register(StockMovement)
class StockMovementAdmin(ListExport, ReadOnlyAdmin):
    exported = Exported(
        "stock_movements",
        file_name="stock-movements",
        title=_("Export stock movements"),
        rows=_("Stock movements"),
        filtered_rows=_("Stock movements that pass the filters"),
        order=_("newest first"),
    )
    list_display = (
        "when",
        "product_link",
        "what",
        "on_hand",
        "reserved",
        "reference_link",
        "note_shown",
    )
    list_display_links = None
    on_card = {
        "product_link": "title",
        "on_hand": "value",
        "what": "state",
        "when": "end",
        "reference_link": "note",
        "note_shown": "note",
    }
    list_filter = (
        ("kind", SomeOf),
        ("product", MovedProductFilter),
        ("actor", StaffFilter),
        ("at", WholeDaysFilter),
        ("reference", Word),
    )
    search_fields = ("reference",)
    search_help_text = _("SKU, product, order or import")
    list_select_related = ("product", "actor")
    ordering = ("-id",)
    sortable_by = ()
    empty_title = _("Nothing has moved yet")
    empty_text = _(
        "Each delivery, count, order and shipment will leave a line here, and no line is ever changed."
    )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description=_("By"))
        def by(movement: StockMovement) -> SafeString:
            """Name who moved the stock. Made for each request: not every reader may know the customers."""
            return beside(actor_for(movement, request.user), movement.get_source_display())

        *columns, note = self.list_display
        return [*columns, by, note]

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[MovementExport]]:
        return [MovementExport]

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"reader": request.user}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockMovement], search_term: str
    ) -> tuple[QuerySet[StockMovement], bool]:
        """Find the movements of products that are called so, and those of an order, a parcel or an import."""
        term = cleaned(search_term)
        if not term:
            return queryset, False
        numbers = [term, term.upper(), f"{settings.SHOP_ORDER_PREFIX}{term}".upper()]
        products = products_matching(Product.objects.all(), term).values("pk")
        movements = StockMovement.objects.order_by()
        found = (
            movements.filter(product__in=products)
            .values("pk")
            .union(
                movements.filter(reference__in=numbers).values("pk"),
                movements.filter(held_for__in=numbers).values("pk"),
            )
        )
        return queryset.filter(pk__in=found), False

    @display(description=_("When"))
    def when(self, movement: StockMovement) -> SafeString | str:
        return moment(movement.at)

    @display(description=_("Product"))
    def product_link(self, movement: StockMovement) -> SafeString:
        url = reverse("admin:catalog_product_change", args=[movement.product_id])
        product = movement.product
        return format_html(
            '<a href="{}">{}</a> <span class="bo-muted">{}</span>', url, product.name, product.sku
        )

    @display(description=_("What"))
    def what(self, movement: StockMovement) -> str:
        return movement.get_kind_display()

    @display(description=_("On hand"), formatting="price")
    def on_hand(self, movement: StockMovement) -> SafeString:
        return _change_and_balance(movement.on_hand_delta, movement.on_hand_after)

    @display(description=_("Reserved"), formatting="price")
    def reserved(self, movement: StockMovement) -> SafeString:
        return _change_and_balance(movement.reserved_delta, movement.reserved_after)

    @display(description=_("Reference"))
    def reference_link(self, movement: StockMovement) -> SafeString | str:
        return reference(movement.reference)

    @display(description=_("Reason and note"))
    def note_shown(self, movement: StockMovement) -> str:
        return ": ".join(filter(None, (movement.get_reason_display(), movement.note))) or NOTHING


def _change_and_balance(delta: int, after: int) -> SafeString:
    """Return `+3 → 25`, or what there still is where nothing changed."""
    if not delta:
        return format_html('<span class="bo-muted">{}</span>', grouped(after))
    return beside(change(delta), f"→ {grouped(after)}")
