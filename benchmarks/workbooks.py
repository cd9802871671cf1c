"""Reading an XLSX stock file."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, Unit, at_most, seconds_of
from benchmarks.measuring import Sample, alternating, in_child, measured
from benchmarks.options import Options
from benchmarks.shops import Server, skus

HEADER = ("sku", "quantity", "note", "name")


def figures(server: Server, options: Options) -> Iterator[Figure]:
    if server.vendor != "sqlite":
        return  # it is the same reader
    path = server.directory / f"stock-{options.rows}.xlsx"
    in_child(server.base, write, path, options.rows)
    ours, theirs = alternating(
        options.repetitions,
        lambda: in_child(server.base, read, path),
        lambda: in_child(server.base, read_with_openpyxl, path),
    )
    yield Figure(
        seconds_of(f"reading an XLSX file of {options.rows:,} × {len(HEADER)} cells", ours),
        Unit.SECONDS,
        seconds_of("openpyxl, read-only", theirs),
        at_most(1),
    )


def write(path: Path, rows: int) -> None:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(HEADER)
    for number, sku in enumerate(skus(rows)):
        sheet.append((sku, number % 50, "shelf 7", f"Product {sku}"))
    workbook.save(path)


def read(path: Path) -> Sample:
    from catalog.stock_import.stock_file import read_stock_file

    return measured(lambda: list(read_stock_file(path.read_bytes(), file_name=path.name).rows))


def read_with_openpyxl(path: Path) -> Sample:
    from openpyxl import load_workbook

    return measured(lambda: list(load_workbook(path, read_only=True).active.iter_rows(values_only=True)))
