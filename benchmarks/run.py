"""Measures the shop: `python -m benchmarks.run [--only PART] [--database DATABASE] [--repetitions N] …`.

PostgreSQL is the one that the environment names (databases named bench_… are made there and dropped again),
else one that is started for this run. The figures are printed and kept in benchmarks/results.
"""

import argparse
import dataclasses
import signal
import sys
from collections.abc import Callable, Iterator

from benchmarks import (
    api_reads,
    audits,
    commands,
    embedded_memory,
    front,
    long_lists,
    mails_and_orders,
    order_statements,
    orders_over_http,
    promo_codes,
    stock_imports,
    workbooks,
)
from benchmarks.figures import Figure, lines_of
from benchmarks.options import Options
from benchmarks.results import Results
from benchmarks.shops import Server, server
from tests.servers import DATABASES, MissingServers

PARTS: dict[str, Callable[[Server, Options], Iterator[Figure]]] = {
    "commands": commands.figures,
    "statements": order_statements.figures,
    "orders": orders_over_http.figures,
    "reads": api_reads.figures,
    "front": front.figures,
    "mails": mails_and_orders.figures,
    "memory": embedded_memory.figures,
    "lists": long_lists.figures,
    "workbook": workbooks.figures,
    "import": stock_imports.beside_raw_sql,
    "import-export": stock_imports.beside_import_export,
    "million": stock_imports.of_a_million,
    "audit": audits.figures,
    "promos": promo_codes.figures,
}


def main(arguments: list[str]) -> int:
    chosen = vars(_parser().parse_args(arguments))
    parts, databases = chosen.pop("only") or list(PARTS), chosen.pop("database") or list(DATABASES)
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
    return 0


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
            for figure in PARTS[part](running, results.options):
                results.add(database, figure)
                print(lines_of(figure), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
