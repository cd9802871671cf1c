"""A stock file planned and applied, its ledger included."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import stock_import_rivals as rivals
from benchmarks.figures import Figure, Unit, at_least, at_most, peaks_of, seconds_of
from benchmarks.measuring import alternating, in_child
from benchmarks.options import Options
from benchmarks.shops import OPENING_STOCK, Server, filled_shop, on_copy, skus

RAW = {"sqlite": rivals.raw_sqlite, "postgresql": rivals.raw_postgresql}


def beside_raw_sql(server: Server, options: Options) -> Iterator[Figure]:
    file = write_file(server.directory, options.rows)
    with filled_shop(server, products=options.rows) as shop:
        ours, raw = alternating(
            options.repetitions,
            lambda: on_copy(shop, rivals.ours, file),
            lambda: on_copy(shop, RAW[server.vendor], file),
        )
    yield Figure(
        seconds_of(f"stock import, {options.rows:,} rows, plan + apply", ours),
        Unit.SECONDS,
        seconds_of("raw bulk SQL", raw),
        at_most(2),
    )


def beside_import_export(server: Server, options: Options) -> Iterator[Figure]:
    """Its engine changes on hand and nothing else: no plan, no ledger."""
    file = write_file(server.directory, options.engine_rows)
    with filled_shop(server, products=options.engine_rows) as shop:
        ours, *theirs = alternating(
            options.engine_repetitions,
            lambda: on_copy(shop, rivals.ours, file),
            lambda: on_copy(shop, rivals.import_export, file),
            lambda: on_copy(shop, rivals.import_export_in_bulk, file),
            lambda: on_copy(shop, rivals.import_export_tuned, file),
        )
    yardstick = seconds_of("our plan + apply", ours)
    names = ("row by row", "use_bulk", "use_bulk, no diffs, one query")
    for name, samples, goal in zip(names, theirs, (at_least(30), at_least(30), None), strict=True):
        measured = seconds_of(f"django-import-export, {options.engine_rows:,} rows, {name}", samples)
        yield Figure(measured, Unit.SECONDS, yardstick, goal)


def of_a_million(server: Server, options: Options) -> Iterator[Figure]:
    file = write_file(server.directory, options.many_rows)
    with filled_shop(server, products=options.many_rows) as shop:
        samples = [in_child(shop.environment, rivals.ours, file)]
    name = f"stock import, {options.many_rows:,} rows, plan + apply"
    yield Figure(seconds_of(name, samples), Unit.SECONDS)
    yield Figure(peaks_of(name, samples), Unit.MEGABYTES, goal=at_most(300))


def write_file(directory: Path, rows: int) -> Path:
    """A CSV file that gives every product another stock."""
    path = directory / f"stock-{rows}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("sku,quantity\n")
        for number, sku in enumerate(skus(rows)):
            file.write(f"{sku},{OPENING_STOCK + 1 + number % 50}\n")
    return path
