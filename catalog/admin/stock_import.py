"""Bulk changes of stock: choose a file, look at its plan, apply it, perhaps undo it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin.actor import actor_of
from backoffice.admin.base import ReadOnlyAdmin, csv_file, show_refusal
from backoffice.admin.lists import StaffFilter, WholeDaysFilter, moment
from backoffice.errors import Refusal
from catalog.admin.import_page import import_context
from catalog.admin.stock_files import StockFiles
from catalog.models import ImportState, StockImport
from catalog.stock_import import (
    apply_import,
    import_numbered,
    rejects_csv,
    template_csv,
    undo_import,
)

STATE_TONES = {ImportState.PLANNED: "warn", ImportState.APPLIED: "good", ImportState.UNDONE: "plain"}


@admin.register(StockImport)
class StockImportAdmin(StockFiles, ReadOnlyAdmin):
    list_display = ("title", "state_label", "mode_shown", "counts", "author", "created")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("mode", ChoicesDropdownFilter),
        ("created_by", StaffFilter),
        ("created_at", WholeDaysFilter),
    )
    search_fields = ("file_name",)
    search_help_text = "File name"
    list_select_related = ("created_by",)
    ordering = ("-id",)
    empty_title = "No imports yet"
    empty_text = (
        "Count a whole shelf or book a delivery from one CSV or Excel file: you see every change before it "
        "is made, and can undo it afterwards."
    )

    class Media:
        css = {"all": ("catalog/upload.css",)}
        js = (forms.Script("catalog/upload.js", type="module"),)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("template.csv", wrap(self.template_view), name="catalog_stockimport_template"),
            path("<int:number>/apply/", wrap(self.apply_view), name="catalog_stockimport_apply"),
            path("<int:number>/undo/", wrap(self.undo_view), name="catalog_stockimport_undo"),
            path("<int:number>/rejected.csv", wrap(self.rejects_view), name="catalog_stockimport_rejects"),
        ]
        return own + list(super().get_urls())

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockImport]:
        """Without half a plan."""
        imports: QuerySet[StockImport] = super().get_queryset(request)
        return imports.filter(kept_since=None)

    @display(description="Import", ordering="id")
    def title(self, stock_import: StockImport) -> SafeString:
        return format_html(
            '<span class="bo-name">Import {}</span><span class="bo-sku">{}</span>',
            stock_import.pk,
            stock_import.file_name,
        )

    @display(description="State", ordering="state")
    def state_label(self, stock_import: StockImport) -> SafeString:
        tone = STATE_TONES[ImportState(stock_import.state)]
        return format_html('<span class="bo-label bo-{}">{}</span>', tone, stock_import.get_state_display())

    @display(description="Mode")
    def mode_shown(self, stock_import: StockImport) -> str:
        return stock_import.get_mode_display().partition(":")[0]

    @display(description="Rows")
    def counts(self, stock_import: StockImport) -> SafeString:
        verb = "to change" if stock_import.state == ImportState.PLANNED else "changed"
        problems = format_html(
            ' · <span class="bo-bad">{} with problems</span>', f"{stock_import.problems:,}"
        )
        return format_html(
            "{} {} · {} already right{}",
            f"{stock_import.changes:,}",
            verb,
            f"{stock_import.unchanged:,}",
            problems if stock_import.problems else "",
        )

    @display(description="By")
    def author(self, stock_import: StockImport) -> str:
        return str(stock_import.created_by or "System")

    @display(description="Made", ordering="created_at")
    def created(self, stock_import: StockImport) -> SafeString | str:
        return moment(stock_import.created_at)

    # Pages of our own

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            return HttpResponseRedirect(_list())
        return self._import_page(request, int(object_id))

    def _import_page(self, request: HttpRequest, number: int, refusal: Refusal | None = None) -> HttpResponse:
        try:
            stock_import = import_numbered(number)
        except Refusal as gone:
            messages.error(request, gone.detail)
            return HttpResponseRedirect(_list())
        context = import_context(stock_import, request, refusal)
        return self.page(request, "catalog/stock_import.html", context)

    def apply_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self._use_case(request, number, _apply)

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self._use_case(request, number, _undo)

    def _use_case(
        self, request: HttpRequest, number: int, use_case: Callable[[HttpRequest, int], str]
    ) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            messages.success(request, use_case(request, number))
        except Refusal as refusal:
            return self._import_page(request, number, refusal)
        return HttpResponseRedirect(_page_of(number))

    def rejects_view(self, request: HttpRequest, number: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            stock_import = import_numbered(number)
        except Refusal as refusal:
            return show_refusal(request, refusal)
        return csv_file(rejects_csv(stock_import), f"import-{number}-rejected.csv")

    def template_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        return csv_file(template_csv(), "stock-template.csv")


def _apply(request: HttpRequest, number: int) -> str:
    applied = apply_import(
        number,
        by=actor_of(request),
        skip_invalid="skip_invalid" in request.POST,
        again="again" in request.POST,
    )
    return f"Import {number} is applied: {applied.changes:,} changed, {applied.problems:,} left out."


def _undo(request: HttpRequest, number: int) -> str:
    undo_import(number, by=actor_of(request), skip_invalid="skip_invalid" in request.POST)
    return f"Import {number} is undone. Sales since then are kept."


def _page_of(number: int) -> str:
    return reverse("admin:catalog_stockimport_change", args=[number])


def _list() -> str:
    return reverse("admin:catalog_stockimport_changelist")
