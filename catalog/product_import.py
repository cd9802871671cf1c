"""Products changed by a file: every row looked at, then all of them imported as they were seen."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from tablib import Dataset

from accounts.actors import Actor
from backoffice.sheets.limits import UnreadableFile
from backoffice.transactions import write_transaction
from catalog.models import Category, Product
from catalog.product_cells import IMPORTED, product_columns
from catalog.resources import ProductImport
from catalog.row_plans import OnRow, Outcome, PlannedRow, RowPlan, rejected_csv
from catalog.stock_file import NO_ROWS, content_of, table_rows


@dataclass(frozen=True, slots=True)
class ProductFile:
    """A file that was read: its columns by their proper names, and the number of each row."""

    columns: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read_products(file: BinaryIO, *, file_name: str) -> ProductFile:
    """The whole file: CSV or XLSX, with a column sku.

    Raises:
        UnreadableFile.
    """
    rows = table_rows(content_of(file), file_name=file_name, columns=IMPORTED)
    header = next(rows, None)
    if header is None:
        raise UnreadableFile(NO_ROWS)
    columns = product_columns(header.cells)
    width = len(columns)
    read = [(number, [*cells, *[""] * (width - len(cells))][:width]) for number, cells in rows]
    if not read:
        raise UnreadableFile(NO_ROWS)
    return ProductFile(columns, [cells for _, cells in read], [number for number, _ in read])


def plan_products(file: ProductFile, *, by: Actor, on_row: OnRow | None = None) -> RowPlan:
    """What importing the file would do; nothing is changed."""
    return _run(file, by=by, on_row=on_row, dry_run=True)


@write_transaction
def import_products(
    file: ProductFile,
    *,
    by: Actor,
    seen: RowPlan,
    skip_invalid: bool = False,
    on_row: OnRow | None = None,
) -> RowPlan:
    """Do what was seen: all of it, or with `skip_invalid` every row without a problem.

    Raises:
        RowsHaveProblems, RowsChanged: naming rows; nothing was changed.
    """
    plan = _run(file, by=by, on_row=on_row, rollback_on_validation_errors=not skip_invalid)
    plan.refuse_unless(seen, skip_invalid=skip_invalid)
    return plan


def rejected_products_csv(file: ProductFile, plan: RowPlan) -> str:
    """The rows with problems as `rejected_csv` hands them back."""
    places = [place for place, name in enumerate(file.columns) if name in IMPORTED]
    rows = zip(file.numbers, file.rows, strict=True)
    return rejected_csv(
        plan,
        [file.columns[place] for place in places],
        ((number, [cells[place].strip() for place in places]) for number, cells in rows),
    )


class _WatchedImport(ProductImport):
    """Remembers what each row changed, and tells of every row that it begins."""

    class Meta:
        store_instance = True
        skip_html_diff = True

    def __init__(self, on_row: OnRow | None) -> None:
        super().__init__()
        self.on_row = on_row
        self.changes: dict[int, dict[str, tuple[Any, Any]]] = {}

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        if self.on_row:
            self.on_row()
        super().before_import_row(row, **kwargs)

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        self.changes[kwargs["row_number"]] = _changes(row_result.original, row_result.instance)
        # A large file is not kept a second and third time.
        row_result.original = row_result.instance = None


def _run(file: ProductFile, *, by: Actor, on_row: OnRow | None, **options: Any) -> RowPlan:
    resource = _WatchedImport(on_row)
    rows = Dataset(*file.rows, headers=file.columns)
    result = resource.import_data(rows, user=by.user, numbers=file.numbers, **options)
    for error in (*result.base_errors, *(each for _, errors in result.row_errors() for each in errors)):
        raise error.error
    places = enumerate(zip(file.numbers, rows["sku"], result.rows, strict=True), start=1)
    return RowPlan(
        "sku",
        tuple(
            PlannedRow(number, sku.strip(), _outcome(done), resource.changes.get(place, {}), _problem(done))
            for place, (number, sku, done) in places
        ),
        tuple(name for name in file.columns if name and name not in IMPORTED),
    )


def _outcome(done: Any) -> Outcome:
    if done.is_invalid():
        return Outcome.PROBLEM
    if done.is_skip():
        return Outcome.SAME
    return Outcome.NEW if done.is_new() else Outcome.CHANGE


def _problem(done: Any) -> str:
    error: ValidationError | None = done.validation_error
    if error is None:
        return ""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        message if column == NON_FIELD_ERRORS else f"{column}: {message}"
        for column, messages in error.message_dict.items()
        for message in messages
    )


def _changes(original: Product | None, instance: Product) -> dict[str, tuple[Any, Any]]:
    before = {name: _value(original, name) if original else None for name in IMPORTED}
    after = {name: _value(instance, name) for name in IMPORTED}
    return {
        name: (before[name], after[name]) for name in IMPORTED if (before[name] or "") != (after[name] or "")
    }


def _value(product: Product, name: str) -> Any:
    value = getattr(product, name)
    return value.name if isinstance(value, Category) else value
