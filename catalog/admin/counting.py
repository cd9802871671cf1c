"""Counting shelves: a page of rows with one input each, answered one by one while the next is being typed."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.actor import actor_of
from backoffice.admin.base import DomainAdmin, csv_file
from backoffice.admin.idempotency import IdempotencyKeyField
from backoffice.admin.lists import CappedPaginator
from backoffice.api.idempotency import once
from backoffice.db.primary_keys import is_key
from backoffice.db.typed_numbers import WholeNumberInput
from backoffice.errors import Kind, Refusal
from backoffice.jobs import this_day
from backoffice.numbers import grouped
from backoffice.requests.json_reply import Reply, rendered
from backoffice.sheets.exporting import CSVFile
from catalog import stock
from catalog.admin.short_count import link_to_cancel
from catalog.counting import last_counts, progress_of
from catalog.models import Category, Product, StockMovement
from catalog.models.product import ProductQuerySet
from catalog.shortage import BelowReserved
from catalog.stock_import.count_sheet import count_sheet
from catalog.templatetags.stock import change, reference

PER_PAGE = 50


class CountForm(forms.Form):
    """`expected` is the figure the counter saw; `key` stays the same when the same count is sent again."""

    counted = WholeNumberInput()
    expected = forms.IntegerField()
    key = IdempotencyKeyField()


class Counting(DomainAdmin):
    """The part of the products' admin in which staff count shelves."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("count/find/", wrap(self.find_view), name="catalog_product_count_find"),
            path("count/sheet.csv", wrap(self.sheet_view), name="catalog_product_count_sheet"),
            path("<int:product_id>/count/", wrap(self.record_view), name="catalog_product_count_record"),
        ]
        return own + list(super().get_urls())

    def has_move_stock_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("catalog.move_stock")

    @action(description=_("Count shelves"), icon="fact_check", permissions=["move_stock"], url_path="count")
    def count(self, request: HttpRequest) -> HttpResponse:
        products = self._chosen_products(request)
        page = CappedPaginator(products.order_by("sku_key"), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "title": _("Count shelves"),
            "page": page,
            "rows": _rows(list(page.object_list)),
            "progress": progress_of(products, since=this_day()),
            "categories": Category.objects.all(),
            "chosen": request.GET,
        }
        return self.page(request, "catalog/count.html", context)

    def _chosen_products(self, request: HttpRequest) -> ProductQuerySet:
        products = Product.objects.low_stock() if "low" in request.GET else Product.objects.active()
        if category := request.GET.get("category", ""):
            # A key that is no category's leaves nothing to count, rather than everything.
            products = products.filter(category=int(category)) if is_key(category) else products.none()
        term = request.GET.get("q", "").replace("\x00", "")
        found, _may_repeat = self.get_search_results(request, products, term)
        assert isinstance(found, ProductQuerySet)
        return found

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Answer with the row of a scanned code, also for archived products: they may still be on a shelf."""
        if not self.has_move_stock_permission(request):
            raise PermissionDenied
        code = request.GET.get("code", "").replace("\x00", "")
        products = list(Product.objects.with_code(code)[:2])
        listed = set(self._chosen_products(request).filter(pk__in=[each.pk for each in products]))
        rows = [{**row, "is_listed": row["product"] in listed} for row in _rows(products)]
        return JsonResponse({"rows": render_to_string("catalog/count_rows.html", {"rows": rows})})

    def sheet_view(self, request: HttpRequest) -> HttpResponse:
        """Download the chosen products as a sheet to count by and to import afterwards."""
        if not self.has_move_stock_permission(request):
            raise PermissionDenied
        sheet = count_sheet(self._chosen_products(request).order_by("sku_key").iterator(2_000))
        return csv_file(CSVFile().export_data(sheet), f"count-{timezone.localdate():%Y-%m-%d}.csv")

    def record_view(self, request: HttpRequest, product_id: int) -> HttpResponse:
        """Record one count, once per key. A refusal is an answer like any other, with the present figure."""
        if not self.has_move_stock_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        product = get_object_or_404(Product, pk=product_id)
        form = CountForm(request.POST)
        if not form.is_valid():
            return _refusal_answer(product, gettext("Type a whole number."))
        try:
            return _record(request, product, **form.cleaned_data).to(request)
        except Refusal as refusal:
            if refusal.kind is Kind.BUSY:
                return JsonResponse({}, status=503)
            way_out = link_to_cancel(request, product, form.cleaned_data["counted"])
            return _refusal_answer(product, _refusal_in_words(refusal, way_out))


def _record(request: HttpRequest, product: Product, *, counted: int, expected: int, key: str) -> Reply:
    by = actor_of(request)

    def record() -> Reply:
        movement = stock.count(product.sku, counted, expected=expected, by=by)
        differs = movement.on_hand_delta != 0
        says = format_html(
            gettext("counted, {difference}, now {on_hand}") if differs else gettext("counted, {difference}"),
            difference=_difference(movement),
            on_hand=grouped(movement.on_hand_after),
        )
        return rendered(
            {"is_counted": True, "on_hand": movement.on_hand_after, "differs": differs, "says": says}
        )

    return once(f"user:{request.user.pk}", "admin count", key, f"{product.pk} {counted} {expected}", record)


def _refusal_answer(product: Product, says: SafeString | str) -> HttpResponse:
    product.refresh_from_db(fields=["on_hand"])
    return JsonResponse({"is_counted": False, "on_hand": product.on_hand, "says": format_html("{}", says)})


def _refusal_in_words(refusal: Refusal, way_out: SafeString | str) -> SafeString | str:
    """Say why a count was refused, with links to the orders that hold the units and to the way out."""
    if not isinstance(refusal, BelowReserved) or not refusal.faults:
        return refusal.detail
    facts = refusal.faults[0].facts
    orders = format_html_join(", ", "{}", ((reference(number),) for number in facts["orders"]))
    return format_html(
        ngettext(
            "{units} is reserved by {orders}. {then}",
            "{units} are reserved by {orders}. {then}",
            facts["reserved"],
        ),
        units=grouped(facts["reserved"]),
        orders=orders,
        then=way_out or gettext("Units of those orders must be cancelled first."),
    )


def _rows(products: list[Product]) -> list[dict[str, Any]]:
    counts = last_counts(products, since=this_day())
    return [
        {"product": product, "is_listed": True, **_counted_before(counts.get(product.pk))}
        for product in products
    ]


def _counted_before(movement: StockMovement | None) -> dict[str, Any]:
    if movement is None:
        return {}
    at = f"{timezone.localtime(movement.at):%H:%M}"
    return {
        "is_counted": True,
        "differs": movement.on_hand_delta != 0,
        "says": format_html(gettext("counted {at}, {difference}"), at=at, difference=_difference(movement)),
    }


def _difference(movement: StockMovement) -> SafeString | str:
    return change(movement.on_hand_delta) if movement.on_hand_delta else gettext("right")
