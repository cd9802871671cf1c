"""Importing and exporting products; who may do which."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportMixin

from accounts.admin.actor import actor_of
from backoffice.numbers import grouped
from catalog.admin.exporting import Exported
from catalog.admin.file_imports import FileForm, FileImports
from catalog.admin.product_import_page import ProductImportPage
from catalog.models import Product
from catalog.product_files import (
    apply_product_import,
    keep_product_plan,
    plan_products,
    product_import_numbered,
    read_products,
    refuse_too_many,
    rejected_of,
    undo_product_import,
)
from catalog.product_files.export import ProductExport, ProductExportWithoutCost
from catalog.product_files.plan import MOST_ROWS_OF_A_REQUEST
from catalog.product_history import may_see_cost

MOST_ROWS = MOST_ROWS_OF_A_REQUEST


class ProductFiles(FileImports, ImportExportMixin):
    exported = Exported(
        "products",
        file_name="products",
        title=_("Export products"),
        rows=_("Products"),
        filtered_rows=_("Products that pass the filters"),
        order=_("by SKU"),
    )
    choosing_title = _("Import products")
    choosing_template = "catalog/new_product_import.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["catalog.add_product", "catalog.change_product"])

    def get_urls(self) -> list[URLPattern]:
        wrap, one = self.admin_site.admin_view, "import/<int:number>/"
        own = [
            path(one, wrap(self.import_view), name="catalog_product_import_plan"),
            path(f"{one}apply/", wrap(self.apply_import_view), name="catalog_product_import_apply"),
            path(f"{one}undo/", wrap(self.undo_import_view), name="catalog_product_import_undo"),
            path(f"{one}rejected.csv", wrap(self.import_rejects_view), name="catalog_product_import_rejects"),
        ]
        return own + super().get_urls()

    def plan(self, request: HttpRequest, form: FileForm) -> int:
        file = form.cleaned_data["import_file"]
        read = read_products(file, file_name=file.name)
        refuse_too_many(read, most=MOST_ROWS)
        return int(keep_product_plan(read, plan_products(read), by=actor_of(request)).pk)

    def import_page(self, request: HttpRequest, number: int) -> ProductImportPage:
        return ProductImportPage(product_import_numbered(number), request)

    def page_address(self, number: int) -> str:
        return reverse("admin:catalog_product_import_plan", args=[number])

    def address_without_import(self, request: HttpRequest) -> str:
        may_import = self.has_import_permission(request)
        return reverse(
            "admin:catalog_product_import" if may_import else "admin:catalog_productimport_changelist"
        )

    def import_view(self, request: HttpRequest, number: int) -> HttpResponse:
        _refuse_unless_seeing(request)
        return self.show_import(request, number)

    def apply_import_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.carry_out(request, number, _apply)

    def undo_import_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.carry_out(request, number, _undo)

    def import_rejects_view(self, request: HttpRequest, number: int) -> HttpResponse:
        _refuse_unless_seeing(request)
        rejected = partial(_rejected, number, request.user)
        return self.hand_back(request, rejected, file_name=f"products-{number}-rejected.csv")

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ProductExport]]:
        return [ProductExport if may_see_cost(request.user) else ProductExportWithoutCost]

    def exported_rows(self, request: HttpRequest) -> QuerySet[Product]:
        return super().exported_rows(request).select_related("category", "family")


def _refuse_unless_seeing(request: HttpRequest) -> None:
    if not request.user.has_perm("catalog.view_productimport"):
        raise PermissionDenied


def _apply(request: HttpRequest, number: int) -> str:
    kept = apply_product_import(number, by=actor_of(request), skip_invalid="skip_invalid" in request.POST)
    facts = {"file_name": kept.file_name, "count": grouped(kept.changes)}
    words = ngettext(
        "%(file_name)s is imported: %(count)s product created or changed.",
        "%(file_name)s is imported: %(count)s products created or changed.",
        kept.changes,
    )
    return words % facts


def _undo(request: HttpRequest, number: int) -> str:
    kept = undo_product_import(number, by=actor_of(request), skip_invalid="skip_invalid" in request.POST)
    return gettext("The import of %(file_name)s is undone.") % {"file_name": kept.file_name}


def _rejected(number: int, reader: Any) -> str:
    kept = product_import_numbered(number)
    return rejected_of(kept, to=reader) if kept.problems else ""
