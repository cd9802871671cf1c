"""Lists as files: the rows that the filters leave, up to a limit that the page states beforehand."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from unfold.contrib.import_export.forms import ExportForm

from accounts.admin.actor import actor_of
from accounts.history import record_export
from backoffice.admin.base import DomainAdmin
from backoffice.admin.lists import UnreadableFilter
from backoffice.numbers import grouped
from backoffice.sheets.exporting import CSVFile, XLSXFile

# Writing a workbook of this many rows takes a processor some ten seconds.
MOST_EXPORTED = 20_000


ALL_OF_THEM = _("%(rows)s: %(count)s, %(order)s.")
THE_FIRST_OF_THEM = _(
    "%(rows)s: more than %(most)s. The file holds the first %(most)s, %(order)s; "
    "narrow the list by its filters to get the others."
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export is called: its code in histories, its file name, its words on the page before it."""

    code: str
    file_name: str
    title: str | Promise
    rows: str | Promise
    filtered_rows: str | Promise
    order: str | Promise


class ListExport(ExportMixin, DomainAdmin):
    """Whoever may see the list may have it as a file."""

    export_form_class = ExportForm
    export_template_name = "catalog/export.html"
    export_formats = (CSVFile, XLSXFile)
    # Starts with the byte order mark by which Excel recognises UTF-8.
    to_encoding = "utf-8-sig"
    exported: Exported

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def exported_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all rows that the filters leave, in the order in which the file lists them."""
        rows: QuerySet[Any] = super().get_export_queryset(request)
        return rows

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.exported_rows(request)[:MOST_EXPORTED]

    def get_data_for_export(self, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any) -> Any:
        """Write numbers as numbers: the library does so by itself only for the binary formats it knows."""
        kwargs["force_native_type"] = True
        record_export(self.exported.code, by=actor_of(request))
        return super().get_data_for_export(request, queryset, **kwargs)

    def get_valid_export_item_pks(self, request: HttpRequest) -> list[Any]:
        """Accept no keys: what is exported is what the filters leave, never single rows."""
        return []

    def export_action(self, request: HttpRequest) -> HttpResponse:
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            response: HttpResponse = super().export_action(request)
        except (IncorrectLookupParameters, UnreadableFilter):
            return HttpResponseRedirect(f"{request.path}?")
        return response

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        resource = self.get_export_resource_classes(request)[0]
        return {
            **super().init_request_context_data(request, form),
            "title": self.exported.title,
            "sentence": self._sentence(request),
            "back": "../?" + request.GET.urlencode(),
            "columns": resource(**self.get_export_resource_kwargs(request)).get_export_headers(),
        }

    def _sentence(self, request: HttpRequest) -> str:
        count = self.exported_rows(request).order_by()[: MOST_EXPORTED + 1].count()
        facts = {
            "rows": self.exported.filtered_rows if request.GET else self.exported.rows,
            "count": grouped(count),
            "most": grouped(MOST_EXPORTED),
            "order": self.exported.order,
        }
        words = ALL_OF_THEM if count <= MOST_EXPORTED else THE_FIRST_OF_THEM
        return str(words % facts)

    def get_export_filename(self, request: HttpRequest, queryset: QuerySet[Any], file_format: Any) -> str:
        return f"{self.exported.file_name}-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"
