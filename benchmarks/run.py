"""Measures the shop: `python -m benchmarks.run [--only PART] [--database DATABASE] [--repetitions N] …`.

PostgreSQL is the one that the environment names (databases named bench_… are made there and dropped again),
else one that is started for this run. The figures are printed and kept in benchmarks/results.
"""

import argparse
import dataclasses
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator

from benchmarks import (
    admin_beside_django,
    api_reads,
    audits,
    commands,
    embedded_memory,
    flash_sale,
    front,
    long_lists,
    mails_and_orders,
    order_lines,
    order_trips,
    orders_over_http,
    payment_files,
    promo_codes,
    sign_in,
    stock_imports,
    workbooks,
)
from benchmarks.figures import Figure, lines_of
from benchmarks.options import Options
from benchmarks.results import Results
from benchmarks.shops import Server, server
from tests.servers import DATABASES, MissingServers

PARTS: dict[str, Callable[[Server, Options], Iterator[Figure]]] = {
    "orders": orders_over_http.figures,
    "flash-sale": flash_sale.figures,
    "lines": order_lines.figures,
    "trips": order_trips.figures,
    "reads": api_reads.figures,
    "admin": admin_beside_django.figures,
    "lists": long_lists.figures,
    "sign-in": sign_in.figures,
    "import": stock_imports.beside_raw_sql,
    "bank": payment_files.beside_raw_sql,
    "million": stock_imports.of_a_million,
    "promos": promo_codes.figures,
    "mails": mails_and_orders.figures,
    "memory": embedded_memory.figures,
    "commands": commands.figures,
    "front": front.figures,
    "workbook": workbooks.figures,
    "audit": audits.figures,
    "import-export": stock_imports.beside_import_export,
}
# Takes minutes, and changes with nothing that we do.
ONLY_WHEN_ASKED = ("import-export",)


def main(arguments: list[str]) -> int:
    chosen = vars(_parser().parse_args(arguments))
    parts = chosen.pop("only") or [part for part in PARTS if part not in ONLY_WHEN_ASKED]
    databases = chosen.pop("database") or list(DATABASES)
    results = Results(Options(**chosen))
    if results.is_machine_busy:
        print(
            "This machine is busy with something else: believe the ratios of CPU rather than those of time."
        )
    # Whoever ends this run, the servers under it end too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for database in databases:
            _measure(database, parts, results)
    except MissingServers as missing:
        print(f"{missing}, or leave it out with --database sqlite.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 1
    finally:
        if results.figures:
            print(f"\nKept in {results.write()}")
    for part, why in results.failures.items():
        print(f"FAILED: {part}: {why}", file=sys.stderr)
    return 1 if results.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", choices=PARTS, action="append", help="this part (may be repeated)")
    parser.add_argument("--database", choices=DATABASES, action="append", help="on this database alone")
    for field in dataclasses.fields(Options):
        name = f"--{field.name.replace('_', '-')}"
        parser.add_argument(name, type=int, default=field.default, help=f"(default {field.default})")
    return parser


def _measure(database: str, parts: list[str], results: Results) -> None:
    with server(database) as running:
        print(f"\n{results.enter(running)}", flush=True)
        for part in parts:
            began = time.monotonic()
            _measure_part(part, running, results)
            results.note_seconds(f"{part} on {database}", time.monotonic() - began)


def _measure_part(part: str, running: Server, results: Results) -> None:
    """A part whose audit finds something fails the run, which still measures the others."""
    try:
        for figure in PARTS[part](running, results.options):
            results.add(part, running.vendor, figure)
            print(lines_of(figure), flush=True)
    except MissingServers:
        raise
    except Exception as error:
        traceback.print_exc()
        results.failures[f"{part} on {running.vendor}"] = f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
