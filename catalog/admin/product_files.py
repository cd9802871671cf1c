"""Importing and exporting products; who may do which.

The library gives the address of the import and the export. Its way to import is not taken: it reads a file
without limits, holds up every writer while it looks, and reads the file anew when it is confirmed.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from import_export.admin import ImportExportMixin

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from backoffice.admin.base import csv_file, show_refusal
from backoffice.admin.dialogs import errors_of
from backoffice.db.transactions import write_transaction
from backoffice.errors import Refusal
from backoffice.sheets.limits import UnreadableFile
from catalog.admin.exporting import ListExport
from catalog.admin.product_import_page import note_in_histories, product_import_context
from catalog.models import Product, ProductImport
from catalog.product_files import (
    apply_product_import,
    file_of,
    keep_product_plan,
    plan_of,
    plan_products,
    product_import_numbered,
    read_products,
    rejected_products_csv,
)
from catalog.product_files.export import ProductExport

MOST_ROWS = 20_000


class ProductFileForm(forms.Form):
    import_file = forms.FileField(label="File")


class ProductFiles(ListExport, ImportExportMixin):
    exported = "products"
    export_code = "products"
    export_order = "by SKU"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["catalog.add_product", "catalog.change_product"])

    def get_urls(self) -> list[URLPattern]:
        wrap, one = self.admin_site.admin_view, "import/<int:number>/"
        own = [
            path(one, wrap(self.import_view), name="catalog_product_import_plan"),
            path(
                "import/<int:number>/apply/",
                wrap(self.apply_import_view),
                name="catalog_product_import_apply",
            ),
            path(
                "import/<int:number>/rejected.csv",
                wrap(self.import_rejects_view),
                name="catalog_product_import_rejects",
            ),
        ]
        # What the library confirms with has no use here: a plan has a page of its own.
        urls = [each for each in super().get_urls() if not (each.name or "").endswith("_process_import")]
        return own + urls

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The library's own confirmation, which no address leads to."""
        raise PermissionDenied

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Choose a file; a POST plans it, writes nothing but the plan, and leads to the plan's page."""
        self._refuse_unless_importing(request)
        form = ProductFileForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                return HttpResponseRedirect(_page_of(_planned(request, form.cleaned_data["import_file"])))
            except Refusal as refusal:
                for field, message in errors_of(refusal, form.fields):
                    form.add_error(field, message)
        refusals = [str(message) for each in form.errors.values() for message in each]
        context = {"title": "Import products", "form": form, "refusals": refusals}
        return self.page(request, "catalog/new_product_import.html", context)

    def import_view(self, request: HttpRequest, number: int) -> HttpResponse:
        self._refuse_unless_importing(request)
        return self._import_page(request, number)

    def _import_page(self, request: HttpRequest, number: int, refusal: Refusal | None = None) -> HttpResponse:
        try:
            kept = product_import_numbered(number)
        except Refusal as gone:
            return show_refusal(request, gone, url=reverse("admin:catalog_product_import"))
        context = product_import_context(kept, request, refusal)
        return self.page(request, "catalog/product_import.html", context)

    def apply_import_view(self, request: HttpRequest, number: int) -> HttpResponse:
        self._refuse_unless_importing(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        by = actor_of(request)
        try:
            kept, done = _imported(number, by, skip_invalid="skip_invalid" in request.POST)
        except Refusal as refusal:
            return self._import_page(request, number, refusal)
        messages.success(request, f"{kept.file_name} is imported: {done:,} products created or changed.")
        return HttpResponseRedirect(_page_of(number))

    def import_rejects_view(self, request: HttpRequest, number: int) -> HttpResponse:
        self._refuse_unless_importing(request)
        try:
            kept = product_import_numbered(number)
        except Refusal as gone:
            return show_refusal(request, gone, url=reverse("admin:catalog_product_import"))
        content = rejected_products_csv(file_of(kept), plan_of(kept))
        return csv_file(content, f"products-{number}-rejected.csv")

    def _refuse_unless_importing(self, request: HttpRequest) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ProductExport]]:
        return [ProductExport]

    def exported_rows(self, request: HttpRequest) -> QuerySet[Product]:
        return super().exported_rows(request).select_related("category")


def _planned(request: HttpRequest, file: Any) -> int:
    read = read_products(file, file_name=file.name)
    if len(read.rows) > MOST_ROWS:
        raise UnreadableFile(
            f"The file has {len(read.rows):,} rows; this page takes {MOST_ROWS:,} at a time. "
            "Split it, or use shopctl products import."
        )
    plan = plan_products(read)
    return int(keep_product_plan(read, plan, file_name=file.name, by=actor_of(request)).pk)


@write_transaction
def _imported(number: int, by: Actor, *, skip_invalid: bool) -> tuple[ProductImport, int]:
    """With how many products were created or changed, of each of which its history tells."""
    kept = apply_product_import(number, by=by, skip_invalid=skip_invalid)
    return kept, note_in_histories(kept, by)


def _page_of(number: int) -> str:
    return reverse("admin:catalog_product_import_plan", args=[number])
