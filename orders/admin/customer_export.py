"""The chosen customers, or all that the list holds, as a file."""

from itertools import chain
from tempfile import TemporaryFile
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin.actor import actor_of
from accounts.history import record_export
from accounts.models import Customer, User
from accounts.sign_in.sessions import asked_again
from backoffice.admin.base import DomainAdmin
from backoffice.sheets.csv_lines import CSV_TYPE, UTF8_MARK
from backoffice.sheets.writing import XLSX_TYPE, exported_csv, write_exported_workbook
from orders.customers.export import CustomerExport


class CustomerExporting(DomainAdmin):
    """The export of customers. A file can leave the company, so seeing the list is not permission enough."""

    def has_export_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("accounts.export_customer")

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, customers: QuerySet[Customer]) -> HttpResponseBase:
        """Download the customers as CSV, streamed while they are read."""
        if asks := asked_again(request):
            return asks
        record_export("customers", format="csv", by=actor_of(request))
        return StreamingHttpResponse(
            chain([UTF8_MARK], exported_csv(_export(request, customers))),
            content_type=CSV_TYPE,
            headers={"Content-Disposition": f'attachment; filename="{_file_name()}.csv"'},
        )

    @admin.action(description=_("Export as XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, customers: QuerySet[Customer]) -> HttpResponseBase:
        if asks := asked_again(request):
            return asks
        record_export("customers", format="xlsx", by=actor_of(request))
        file = TemporaryFile()  # noqa: SIM115  # the response closes it
        write_exported_workbook(file, _export(request, customers))
        file.seek(0)
        name = f"{_file_name()}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _export(request: HttpRequest, customers: QuerySet[Customer]) -> CustomerExport:
    assert isinstance(request.user, User)
    return CustomerExport.told_to(request.user, customers)


def _file_name() -> str:
    return f"customers-{timezone.localdate():%Y-%m-%d}"
