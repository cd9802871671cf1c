"""Importing and exporting products; who may do which."""

from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV, XLSX
from import_export.tmp_storages import CacheStorage
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from catalog.models import Product
from catalog.resources import ProductExport, ProductImport


class ProductFiles(ImportExportModelAdmin):
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = (CSV, XLSX)
    # The preview and its confirmation may be answered by different processes.
    tmp_storage_class = CacheStorage

    def get_import_resource_classes(self, request: HttpRequest) -> list[type[ProductImport]]:
        return [ProductImport]

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ProductExport]]:
        return [ProductExport]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["catalog.add_product", "catalog.change_product"])

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.view_product")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        products: QuerySet[Product] = super().get_export_queryset(request)
        return products.select_related("category")
