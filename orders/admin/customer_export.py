"""The chosen customers, or all that the list holds, as a file."""

from django.db.models import QuerySet

from accounts.models import Customer, User
from orders.admin.exporting import FileExporting
from orders.customers.export import CustomerExport


class CustomerExporting(FileExporting):
    exported_as = "customers"
    export_permission = "accounts.export_customer"

    def export_of(self, rows: QuerySet[Customer], reader: User) -> CustomerExport:
        return CustomerExport.told_to(reader, rows)
