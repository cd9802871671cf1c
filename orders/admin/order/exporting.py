"""The chosen orders, or all that the filters leave, as a file."""

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
from accounts.models import User
from accounts.sign_in.sessions import asked_again
from backoffice.admin.base import ReadOnlyAdmin, show_refusal
from backoffice.errors import Refusal
from backoffice.sheets.csv_lines import CSV_TYPE, UTF8_MARK
from backoffice.sheets.writing import XLSX_TYPE, exported_csv
from orders.exports import OrderExport, write_orders_workbook
from orders.models import Order

# A workbook is sent only once it is complete, which takes some twenty seconds for this many orders.
MOST_ROWS = 50_000


class OrderExporting(ReadOnlyAdmin):
    """The export of orders. A file can leave the company, so seeing the list is not permission enough."""

    def has_export_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("orders.export_order")

    @admin.action(description=_("Export as CSV"), permissions=["export"])
    def export_csv(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponseBase:
        """Download the orders as CSV, streamed while they are read."""
        if asks := asked_again(request):
            return asks
        record_export("orders", format="csv", by=actor_of(request))
        return StreamingHttpResponse(
            chain([UTF8_MARK], exported_csv(_export(request, orders))),
            content_type=CSV_TYPE,
            headers={"Content-Disposition": f'attachment; filename="{_file_name()}.csv"'},
        )

    @admin.action(description=_("Export as XLSX"), permissions=["export"])
    def export_xlsx(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponseBase:
        if asks := asked_again(request):
            return asks
        record_export("orders", format="xlsx", by=actor_of(request))
        file = TemporaryFile()  # noqa: SIM115  # the response closes it
        try:
            write_orders_workbook(file, _export(request, orders), most_rows=MOST_ROWS)
        except Refusal as refusal:
            file.close()
            return show_refusal(request, refusal)
        file.seek(0)
        name = f"{_file_name()}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX_TYPE)


def _export(request: HttpRequest, orders: QuerySet[Order]) -> OrderExport:
    assert isinstance(request.user, User)
    return OrderExport.told_to(request.user, orders)


def _file_name() -> str:
    return f"orders-{timezone.localdate():%Y-%m-%d}"
