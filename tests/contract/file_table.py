"""Prints what every door makes of every odd file: `python -m tests.contract.file_table`.

With a file's name after it: what each door needs to look at that one.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import django
from django.test.runner import DiscoverRunner

django.setup()

from tests.contract.file_doors import DOORS, kinds, open_shop, tried_at_all  # noqa: E402  # needs the models


def as_lines(kind: str) -> Iterator[str]:
    """Yield a line of the table for each file: the doors, whether they agree, and what they say."""
    for name, found in tried_at_all(kind):
        first = next(iter(found.values()))
        agree = "agree" if all(each == first for each in found.values()) else "DISAGREE"
        answer = first.answer
        told = answer.refused or f"{len(answer.rows)} rows, {len(answer.problems)} with problems"
        yield " | ".join((name, kind, ", ".join(found), agree, " ".join((told, *answer.remarks))))


def as_measured(file: Path) -> Iterator[str]:
    """Yield what each door needs for this file: seconds of processor time, and the megabytes so far."""
    for door in [each() for each in DOORS]:
        began = process_time()
        answer = door.plan(file)
        told = answer.refused or f"{len(answer.rows)} rows"
        yield " | ".join(
            (door.kind, door.name, f"{process_time() - began:.1f} s", f"{_most_megabytes()} MB", told)
        )


def _most_megabytes() -> int:
    """Return the peak of this program; what the kernel counts for getrusage includes whoever started it."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1_024


def main(arguments: list[str]) -> None:
    """Print the lines, in a database that is made for it and thrown away."""
    runner = DiscoverRunner(verbosity=0)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    try:
        open_shop()
        measured = (line for each in arguments for line in as_measured(Path(each)))
        for line in measured if arguments else (line for kind in kinds() for line in as_lines(kind)):
            print(line, flush=True)  # noqa: T201
    finally:
        runner.teardown_databases(databases)


if __name__ == "__main__":
    main(sys.argv[1:])
