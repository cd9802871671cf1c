"""The stock ledger and the rows of stock imports as files."""

from import_export.fields import Field

from accounts.models import User
from backoffice.sheets.exporting import LocalMoment, SafeRows, column
from catalog.models import StockImportRow, StockMovement
from catalog.stock_import.problems import problem_of


class MovementExport(SafeRows):
    """The ledger as the list shows it to one reader: not everybody may know the customers."""

    when = column("when", "at", LocalMoment())
    sku = column("sku", "product__sku")
    product = column("product", "product__name")
    kind = column("kind")
    on_hand_change = column("on_hand_change", "on_hand_delta")
    on_hand_after = column("on_hand_after")
    reserved_change = column("reserved_change", "reserved_delta")
    reserved_after = column("reserved_after")
    reference = column("reference")
    by = Field(column_name="by")
    door = column("door", "source")
    reason = column("reason")
    note = column("note")

    def __init__(self, reader: User | None = None) -> None:
        super().__init__()
        self.reader = reader

    def dehydrate_by(self, movement: StockMovement) -> str:
        return movement.actor_told_to(self.reader)


class ImportRowExport(SafeRows):
    """Rows of stock imports: what was in the file, what became of it, and why not."""

    number = column("import", "stock_import_id")
    file = column("file", "stock_import__file_name")
    row = column("row")
    sku = column("sku")
    product = Field(column_name="product")
    quantity = column("quantity")
    expected = column("expected")
    now = column("now")
    after = column("after")
    change = column("change")
    problem = Field(column_name="problem")
    note = column("note")

    def dehydrate_product(self, row: StockImportRow) -> str:
        return row.product.name if row.product else row.name

    def dehydrate_problem(self, row: StockImportRow) -> str:
        return problem_of(row)
