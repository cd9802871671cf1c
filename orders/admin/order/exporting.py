"""The chosen orders, or all that the filters leave, as a file."""

from typing import IO, Any

from django.db.models import QuerySet

from accounts.models import User
from backoffice.admin.base import ReadOnlyAdmin
from orders.admin.exporting import FileExporting
from orders.exports import OrderExport, write_orders_workbook
from orders.models import Order

# A workbook is sent only once it is complete, which takes some twenty seconds for this many orders.
MOST_ROWS = 50_000


class OrderExporting(FileExporting, ReadOnlyAdmin):
    exported_as = "orders"
    export_permission = "orders.export_order"

    def export_of(self, rows: QuerySet[Order], reader: User) -> OrderExport:
        return OrderExport.told_to(reader, rows)

    def write_export(self, file: IO[bytes], export: Any) -> None:
        write_orders_workbook(file, export, most_rows=MOST_ROWS)
