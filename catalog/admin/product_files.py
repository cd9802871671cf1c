"""Importing and exporting products; who may do which."""

from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ImportExportMixin
from import_export.tmp_storages import CacheStorage
from unfold.contrib.import_export.forms import ImportForm

from catalog.admin.exporting import ListExport
from catalog.exports import CSVFile, XLSXFile
from catalog.models import Product
from catalog.resources import ProductExport, ProductImport


class ProductFiles(ListExport, ImportExportMixin):
    import_form_class = ImportForm
    formats = (CSVFile, XLSXFile)
    exported = "products"
    export_order = "by SKU"
    # The preview and its confirmation may be answered by different processes.
    tmp_storage_class = CacheStorage

    def get_import_resource_classes(self, request: HttpRequest) -> list[type[ProductImport]]:
        return [ProductImport]

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ProductExport]]:
        return [ProductExport]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["catalog.add_product", "catalog.change_product"])

    def exported_rows(self, request: HttpRequest) -> QuerySet[Product]:
        return super().exported_rows(request).select_related("category")
