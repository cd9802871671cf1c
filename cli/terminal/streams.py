"""Standard input, output and error: UTF-8 in pipes and files, and a terminal never stops the work."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import typer


def prepare() -> None:
    """Whatever the locale: what is piped is UTF-8, and what a terminal cannot show, it shows as a `?`."""
    if sys.stdout is None:
        # Closed by the caller, as with `>&-`.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


@contextmanager
def written() -> Iterator[None]:
    """What a verb printed is out when it ends, while a failure can still be told.

    Raises:
        OSError: the reader has gone, or the disk is full.
    """
    try:
        yield
    except typer.Exit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()


def abandon() -> None:
    """Write no more: what waits would fail once more when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
