"""A stock file planned and applied, its ledger included."""

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import stock_import_rivals as rivals
from benchmarks.figures import Figure, Unit, at_most, seconds_of
from benchmarks.measuring import Sample, alternating, in_child
from benchmarks.options import Options
from benchmarks.shops import OPENING_STOCK, Server, Shop, filled_shop, skus

RAW = {"sqlite": rivals.raw_sqlite, "postgresql": rivals.raw_postgresql}


def figures(server: Server, options: Options) -> Iterator[Figure]:
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
        at_most(3),
    )


def on_copy(shop: Shop, rival: Callable[[Path], Sample], file: Path) -> Sample:
    with shop.copied() as copy:
        return in_child(copy.environment, rival, file)


def write_file(directory: Path, rows: int) -> Path:
    """A CSV file that gives every product another stock."""
    path = directory / f"stock-{rows}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("sku,quantity\n")
        for number, sku in enumerate(skus(rows)):
            file.write(f"{sku},{OPENING_STOCK + 1 + number % 50}\n")
    return path
