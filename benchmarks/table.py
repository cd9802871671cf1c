"""The figures of a run as a table for people: `python -m benchmarks.table RESULTS.json [--into PAGE.md]`.

With `--into` it takes the place of the one that the page has, between its two marks.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import Unit, amount_of

BEGIN, END = "<!-- figures: python -m benchmarks.table -->", "<!-- /figures -->"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HEAD = (
    "| figure | database | measured | beside | yardstick | × | goal | |",
    "|---|---|---|---|---|---|---|---|",
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.table", description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--into", type=Path, help="the page that has the table")
    chosen = parser.parse_args(arguments)
    table = "\n".join(table_of(json.loads(chosen.results.read_text(encoding="utf-8"))))
    if chosen.into is None:
        print(table)
        return 0
    before, _, rest = chosen.into.read_text(encoding="utf-8").partition(BEGIN)
    chosen.into.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


def table_of(results: Mapping[str, Any]) -> Iterator[str]:
    """Rows in the order in which they were measured, those of one figure on both databases together."""
    yield _origin(results)
    yield ""
    yield from HEAD
    places = {_figure(each): place for place, each in reversed(list(enumerate(results["figures"])))}
    for figure in sorted(results["figures"], key=lambda each: places[_figure(each)]):
        yield _row(figure)


def _figure(figure: Mapping[str, Any]) -> tuple[str, str]:
    """What it is, on whichever database; what it is compared with belongs to it."""
    return figure["part"], figure["measured"]["name"]


def _origin(results: Mapping[str, Any]) -> str:
    load, *_ = results["load_average"]
    versions = ", ".join([f"Python {results['python']}", *results["databases"].values()])
    day = results["began_at"].partition("T")[0]
    return (
        f"Measured on {day} at commit {results['commit']}: {results['cpus']} cores, {versions}; "
        f"the load of the machine was {load:.1f} when the run began."
    )


def _row(figure: Mapping[str, Any]) -> str:
    unit = Unit(figure["unit"])
    yardstick = figure["yardstick"]
    cells = (
        figure["measured"]["name"],
        DATABASES[figure["database"]],
        _amount(figure["measured"], unit),
        yardstick["name"] if yardstick else "",
        _amount(yardstick, unit) if yardstick else "",
        _ratio(figure),
        figure["goal"] or "",
        {True: "reached", False: "**not reached**", None: ""}[figure["is_reached"]],
    )
    return f"| {' | '.join(cells)} |"


def _amount(series: Mapping[str, Any], unit: Unit) -> str:
    detail = f" ({series['detail']})" if series["detail"] else ""
    return f"{amount_of(series['median'], unit)}{detail}"


def _ratio(figure: Mapping[str, Any]) -> str:
    if figure["ratio"] is None:
        return ""
    by_cpu = "" if figure["cpu_ratio"] is None else f" (CPU {figure['cpu_ratio']:.2f})"
    return f"{figure['ratio']:.3g}{by_cpu}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
