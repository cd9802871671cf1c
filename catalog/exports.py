"""The stock ledger and the rows of stock imports as files."""

from import_export.fields import Field

from accounts.models import User
from backoffice.sheets.exporting import LocalMoment, SafeRows, column
from catalog.models import StockImportRow, StockMovement
from catalog.stock_import.problems import problem_of


class MovementExport(SafeRows):
    """The ledger as one reader may see it: not everybody may know the customers."""

    at = column("at", "at", LocalMoment())
    sku = column("sku", "product__sku")
    name = column("name", "product__name")
    kind = column("kind")
    on_hand_delta = column("on_hand_delta")
    on_hand_after = column("on_hand_after")
    reserved_delta = column("reserved_delta")
    reserved_after = column("reserved_after")
    reference = column("reference")
    actor = Field(column_name="actor")
    source = column("source")
    reason = column("reason")
    note = column("note")

    def __init__(self, reader: User | None = None) -> None:
        super().__init__()
        self.reader = reader

    def dehydrate_actor(self, movement: StockMovement) -> str:
        return movement.actor_told_to(self.reader)


class ImportRowExport(SafeRows):
    """Rows of stock imports: what was in the file, what became of it, and why not."""

    number = column("number", "stock_import_id")
    file_name = column("file_name", "stock_import__file_name")
    row = column("row")
    sku = column("sku")
    name = Field(column_name="name")
    quantity = column("quantity")
    expected = column("expected")
    now = column("now")
    after = column("after")
    change = column("change")
    problem = Field(column_name="problem")
    note = column("note")

    def dehydrate_name(self, row: StockImportRow) -> str:
        return row.product.name if row.product else row.name

    def dehydrate_problem(self, row: StockImportRow) -> str:
        return problem_of(row)
