"""Rows of a list as a file: the chosen ones, or all that the filters leave."""

from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.actor import actor_of
from accounts.history import record_export
from accounts.models import User
from accounts.sign_in.sessions import asked_again
from backoffice.admin.base import DomainAdmin, show_refusal
from backoffice.errors import Refusal
from backoffice.sheets.csv_lines import CSV_TYPE, UTF8_MARK
from backoffice.sheets.writing import XLSX_TYPE, Export, exported_csv, write_exported_workbook


class FileExporting(DomainAdmin):
    """Export as CSV or XLSX. A file can leave the company, so seeing the list is not permission enough."""

    # What histories and the file's name call it, such as "customers".
    exported_as: str
    export_permission: str

    def has_export_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_view_permission(request)) and request.user.has_perm(self.export_permission)

    def export_of(self, rows: QuerySet[Any], reader: User) -> Export:
        """Return the rows as this reader may see them."""
        raise NotImplementedError

    def write_export(self, file: IO[bytes], export: Any) -> None:
        """Write the workbook. Raises a Refusal, before anything is written, for what it cannot hold."""
        write_exported_workbook(file, export)

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase:
        """Download the rows as CSV, streamed while they are read."""
        if asks := asked_again(request):
            return asks
        record_export(self.exported_as, format="csv", by=actor_of(request))
        return StreamingHttpResponse(
            chain([UTF8_MARK], exported_csv(self._export(request, rows))),
            content_type=CSV_TYPE,
            headers={"Content-Disposition": f'attachment; filename="{self._file_name()}.csv"'},
        )

    @admin.action(description=_("Export as XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase:
        if asks := asked_again(request):
            return asks
        record_export(self.exported_as, format="xlsx", by=actor_of(request))
        file = TemporaryFile()  # noqa: SIM115  # the response closes it
        try:
            self.write_export(file, self._export(request, rows))
        except Refusal as refusal:
            file.close()
            return show_refusal(request, refusal)
        file.seek(0)
        name = f"{self._file_name()}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)

    def _export(self, request: HttpRequest, rows: QuerySet[Any]) -> Export:
        assert isinstance(request.user, User)
        return self.export_of(rows, request.user)

    def _file_name(self) -> str:
        return f"{self.exported_as}-{timezone.localdate():%Y-%m-%d}"
