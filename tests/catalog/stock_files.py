"""Small stock files, planned."""

import io

from accounts.actors import Actor
from catalog.models import ImportMode, Product, StockImport, StockImportRow, StockMovement
from catalog.stock_import import plan_import
from tests.factories import CLI


def plan(
    content: str | bytes,
    *,
    mode: ImportMode | str = ImportMode.COUNT,
    by: Actor = CLI,
    name: str = "stock.csv",
) -> StockImport:
    content = content.encode() if isinstance(content, str) else content
    return plan_import(io.BytesIO(content), file_name=name, mode=mode, by=by)


def lines(quantities: dict[str, int]) -> str:
    return "sku,quantity\n" + "".join(f"{sku},{quantity}\n" for sku, quantity in quantities.items())


def rows_of(stock_import: StockImport) -> dict[int, StockImportRow]:
    return {row.row: row for row in stock_import.rows.order_by("row")}


def problems_of(stock_import: StockImport) -> dict[int, str]:
    rows = stock_import.rows.exclude(problem_code="").order_by("row")
    return dict(rows.values_list("row", "problem_code"))


def on_hand(sku: str) -> int:
    return Product.objects.get(sku=sku).on_hand


def everything() -> list[object]:
    """All that an import may touch, for showing that nothing was."""
    return [
        list(Product.objects.order_by("pk").values_list("pk", "on_hand", "reserved", "updated_at")),
        list(StockMovement.objects.order_by("pk").values_list()),
        list(StockImport.objects.order_by("pk").values_list()),
        list(StockImportRow.objects.order_by("pk").values_list()),
    ]
