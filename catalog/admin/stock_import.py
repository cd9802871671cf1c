"""Bulk changes of stock: choose a file, look at its plan, apply it, perhaps undo it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.actor import actor_of
from backoffice.admin.base import csv_file
from backoffice.admin.filters import OneOf, StaffFilter, WholeDaysFilter
from backoffice.numbers import grouped
from catalog.admin.import_list import ListOfImports
from catalog.admin.stock_files import StockFiles
from catalog.models import ImportState, StockImport
from catalog.stock_import import (
    apply_import,
    import_numbered,
    rejects_csv,
    template_csv,
    undo_import,
)


@admin.register(StockImport)
class StockImportAdmin(StockFiles, ListOfImports):
    list_display = ("title", "state_shown", "mode_shown", "counts", "author", "created")
    list_filter = (
        ("state", OneOf),
        ("mode", OneOf),
        ("created_by", StaffFilter),
        ("created_at", WholeDaysFilter),
    )
    empty_title = _("No imports yet")
    empty_text = _(
        "Count a whole shelf or book a delivery from one CSV or Excel file: you see every change before it "
        "is made, and can undo it afterwards."
    )

    class Media:
        css = {"all": ("backoffice/choose_file.css",)}
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
        """Leave out plans whose rows are still being written."""
        imports: QuerySet[StockImport] = super().get_queryset(request)
        return imports.filter(kept_since=None)

    def named(self, found: Any) -> str:
        return gettext("Import %(number)s") % {"number": found.pk}

    def counted(self, found: Any) -> str:
        facts = {"changes": grouped(found.changes), "unchanged": grouped(found.unchanged)}
        if found.state == ImportState.PLANNED:
            return gettext("%(changes)s to change · %(unchanged)s already right") % facts
        return gettext("%(changes)s changed · %(unchanged)s already right") % facts

    @display(description=_("Mode"))
    def mode_shown(self, stock_import: StockImport) -> str:
        return stock_import.get_mode_display().partition(":")[0]

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
            return HttpResponseRedirect(self.address_without_import(request))
        return self.show_import(request, int(object_id))

    def apply_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.carry_out(request, number, _apply)

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.carry_out(request, number, _undo)

    def rejects_view(self, request: HttpRequest, number: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.hand_back(
            request,
            lambda: _rejected(number),
            file_name=f"import-{number}-rejected.csv",
        )

    def template_view(self, request: HttpRequest) -> HttpResponse:
        self.refuse_unless_importing(request)
        return csv_file(template_csv(), "stock-template.csv")


def _apply(request: HttpRequest, number: int) -> str:
    applied = apply_import(
        number,
        by=actor_of(request),
        skip_invalid="skip_invalid" in request.POST,
        again="again" in request.POST,
    )
    return gettext("Import %(number)s is applied: %(changes)s changed, %(problems)s left out.") % {
        "number": number,
        "changes": grouped(applied.changes),
        "problems": grouped(applied.problems),
    }


def _rejected(number: int) -> str:
    found = import_numbered(number)
    return rejects_csv(found) if found.problems else ""


def _undo(request: HttpRequest, number: int) -> str:
    undo_import(number, by=actor_of(request), skip_invalid="skip_invalid" in request.POST)
    return gettext("Import %(number)s is undone. Sales since then are kept.") % {"number": number}
