"""Files of stock imports: choosing one to be planned, and having rows of imports as a file.

The library gives the addresses, permissions and the export. Its way to import is not taken: it holds a whole
file in memory, compares row by row, and reads the file anew when it is confirmed. Here a file becomes a plan.
"""

import logging
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from import_export.admin import ImportMixin

from accounts.admin.actor import actor_of
from backoffice.admin.dialogs import errors_of
from backoffice.admin.lists import VIEW
from backoffice.errors import Refusal
from catalog.admin.exporting import ListExport
from catalog.admin.import_page import rows_shown
from catalog.exports import ImportRowExport
from catalog.models import ImportMode, StockImport, StockImportRow
from catalog.stock_import import plan_import
from catalog.stock_import.stock_file import FileRow

logger = logging.getLogger(__name__)
TELL_EVERY = 10_000
TOLD_FOR_SECONDS = 120


class StockFileForm(forms.Form):
    import_file = forms.FileField(label="File")
    mode = forms.ChoiceField(label="What the quantities mean", choices=ImportMode)
    # A name that the script gives its upload, to ask how far its reading is.
    upload = forms.RegexField(r"\A[0-9a-f]{32}\Z", required=False)


class StockFiles(ListExport, ImportMixin):
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    list_before_template = "catalog/choose_file.html"
    exported = "rows of stock imports"
    export_code = "stock_import_rows"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("catalog.move_stock")

    def get_urls(self) -> list[URLPattern]:
        # What the library confirms with has no use here: a plan has a page of its own.
        urls = [each for each in super().get_urls() if not (each.name or "").endswith("_process_import")]
        progress = self.admin_site.admin_view(self.progress_view)
        return [path("import/progress/", progress, name="catalog_stockimport_progress"), *urls]

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Choose a file; a POST plans it and leads to the plan's page. A script is answered in JSON."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = StockFileForm(request.POST or None, request.FILES or None)
        number = self._planned(request, form) if form.is_valid() else None
        is_script = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
        if number is not None:
            url = reverse("admin:catalog_stockimport_change", args=[number])
            return JsonResponse({"url": url}) if is_script else HttpResponseRedirect(url)
        refusals = [str(message) for messages in form.errors.values() for message in messages]
        if is_script:
            return JsonResponse({"refused": " ".join(refusals)})
        context = {"title": "Import stock", "form": form, "refusals": refusals, "has_import_permission": True}
        return self.page(request, "catalog/new_import.html", context)

    def _planned(self, request: HttpRequest, form: StockFileForm) -> int | None:
        file, mode = form.cleaned_data["import_file"], form.cleaned_data["mode"]
        key = _progress_key(request, form.cleaned_data["upload"])

        def follow(rows: Iterator[FileRow]) -> Iterator[FileRow]:
            return _telling(rows, key) if form.cleaned_data["upload"] else rows

        try:
            plan = plan_import(file, file_name=file.name, mode=mode, by=actor_of(request), follow=follow)
            return plan.pk
        except Refusal as refusal:
            for field, message in errors_of(refusal, form.fields):
                form.add_error(field, message)
        return None

    def progress_view(self, request: HttpRequest) -> HttpResponse:
        """How many rows of an upload are read; 0 when that is not known."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        return JsonResponse({"rows": _told(_progress_key(request, request.GET.get("upload", "")))})

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ImportRowExport]]:
        return [ImportRowExport]

    def exported_rows(self, request: HttpRequest) -> QuerySet[StockImportRow]:
        """The rows of the imports that the filters leave; of one import what its page shows."""
        imports: QuerySet[StockImport] = super().exported_rows(request)
        rows = StockImportRow.objects.filter(stock_import__in=imports.order_by().values("pk"))
        shown = rows_shown(rows.select_related("stock_import", "product"), request.GET.get(VIEW, ""))
        return shown.order_by("-stock_import", "row")


def _progress_key(request: HttpRequest, upload: str) -> str:
    return f"stock-upload:{request.user.pk}:{upload[:32]}"


def _telling(rows: Iterator[FileRow], key: str) -> Iterator[FileRow]:
    for count, row in enumerate(rows, start=1):
        if count % TELL_EVERY == 0:
            _tell(key, count)
        yield row


# What the cache does not keep or tell is only a progress bar: no import fails for want of it.


def _tell(key: str, count: int) -> None:
    try:
        cache.set(key, count, TOLD_FOR_SECONDS)
    except Exception:
        logger.warning("The cache did not keep how far an upload is.")


def _told(key: str) -> int:
    try:
        return int(cache.get(key, 0))
    except Exception:
        logger.warning("The cache did not tell how far an upload is.")
        return 0
