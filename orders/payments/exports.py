"""The ledger of payments as a file."""

from import_export.fields import Field

from accounts.models import User
from backoffice.sheets.exporting import LocalMoment, SafeRows, column
from orders.models import PaymentEntry


class EntryExport(SafeRows):
    """The entries as one reader may see them: not everybody may know the customers."""

    id = column("id")
    value_date = column("value_date")
    order = column("order", "order__number")
    kind = column("kind")
    paid_delta = column("paid_delta")
    waived_delta = column("waived_delta")
    paid_after = column("paid_after")
    waived_after = column("waived_after")
    method = column("method")
    provider = column("provider")
    reference = column("reference")
    settles = column("settles")
    reverses = column("reverses", "reverses_id")
    note = column("note")
    actor = Field(column_name="actor")
    source = column("source")
    at = column("at", "at", LocalMoment())

    def __init__(self, reader: User | None = None) -> None:
        super().__init__()
        self.reader = reader

    def dehydrate_actor(self, entry: PaymentEntry) -> str:
        return entry.actor_told_to(self.reader)
