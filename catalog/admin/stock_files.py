"""Files of stock imports: choosing one to be planned, and having rows of imports as a file."""

import logging
from collections.abc import Iterator

from django import forms
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportMixin

from accounts.admin.actor import actor_of
from backoffice.admin.lists import VIEW
from catalog.admin.exporting import Exported
from catalog.admin.file_imports import FileForm, FileImports
from catalog.admin.stock_import_page import StockImportPage, rows_shown
from catalog.exports import ImportRowExport
from catalog.models import ImportMode, StockImport, StockImportRow
from catalog.stock_import import import_numbered, plan_import
from catalog.stock_import.stock_file import FileRow

logger = logging.getLogger(__name__)
TELL_EVERY = 10_000
TOLD_FOR_SECONDS = 120


class StockFileForm(FileForm):
    mode = forms.ChoiceField(label=_("What the quantities mean"), choices=ImportMode)
    # The script names its upload, so that it can ask how many rows have been read.
    upload = forms.RegexField(r"\A[0-9a-f]{32}\Z", required=False)


class StockFiles(FileImports, ImportMixin):
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    list_before_template = "catalog/choose_stock_file.html"
    exported = Exported(
        "rows_of_stock_imports",
        file_name="rows-of-stock-imports",
        title=_("Export rows of stock imports"),
        rows=_("Rows of stock imports"),
        filtered_rows=_("Rows of stock imports that pass the filters"),
        order=_("newest first"),
    )
    file_form = StockFileForm
    choosing_title = _("Import stock")
    choosing_template = "catalog/new_import.html"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.move_stock")

    def get_urls(self) -> list[URLPattern]:
        progress = self.admin_site.admin_view(self.progress_view)
        return [
            path("import/progress/", progress, name="catalog_stockimport_progress"),
            *super().get_urls(),
        ]

    def plan(self, request: HttpRequest, form: FileForm) -> int:
        file, mode = form.cleaned_data["import_file"], form.cleaned_data["mode"]
        key = _progress_key(request, form.cleaned_data["upload"])

        def follow(rows: Iterator[FileRow]) -> Iterator[FileRow]:
            return _counted_aloud(rows, key) if form.cleaned_data["upload"] else rows

        planned = plan_import(file, file_name=file.name, mode=mode, by=actor_of(request), follow=follow)
        return planned.pk

    def import_page(self, request: HttpRequest, number: int) -> StockImportPage:
        return StockImportPage(import_numbered(number), request)

    def page_address(self, number: int) -> str:
        return reverse("admin:catalog_stockimport_change", args=[number])

    def address_without_import(self, request: HttpRequest) -> str:
        return reverse("admin:catalog_stockimport_changelist")

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """Answer how many rows of an upload have been read; 0 when that is not known."""
        self.refuse_unless_importing(request)
        return JsonResponse({"rows": _rows_read(_progress_key(request, request.GET.get("upload", "")))})

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ImportRowExport]]:
        return [ImportRowExport]

    def exported_rows(self, request: HttpRequest) -> QuerySet[StockImportRow]:
        """Return the rows of the imports that the filters leave; for one import, those its page shows."""
        imports: QuerySet[StockImport] = super().exported_rows(request)
        rows = StockImportRow.objects.filter(stock_import__in=imports.order_by().values("pk"))
        shown = rows_shown(rows.select_related("stock_import", "product"), request.GET.get(VIEW, ""))
        return shown.order_by("-stock_import", "row")


def _progress_key(request: HttpRequest, upload: str) -> str:
    return f"stock-upload:{request.user.pk}:{upload[:32]}"


def _counted_aloud(rows: Iterator[FileRow], key: str) -> Iterator[FileRow]:
    for count, row in enumerate(rows, start=1):
        if count % TELL_EVERY == 0:
            _keep_rows_read(key, count)
        yield row


# The cache only feeds a progress bar: an import goes on without it.


def _keep_rows_read(key: str, count: int) -> None:
    try:
        cache.set(key, count, TOLD_FOR_SECONDS)
    except Exception:
        logger.warning("The cache did not keep how far an upload is.")


def _rows_read(key: str) -> int:
    try:
        return int(cache.get(key, 0))
    except Exception:
        logger.warning("The cache did not tell how far an upload is.")
        return 0
