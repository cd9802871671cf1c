"""Prepares standard input, output and error: UTF-8 in pipes, and no character stops the work."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

import typer


def prepare() -> None:
    """Make pipes UTF-8 whatever the locale; what a terminal cannot show, it shows as a `?`."""
    if sys.stdout is None:
        # The caller has closed it, as `>&-` does.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


@contextmanager
def written() -> Iterator[None]:
    """Flush what a verb printed when it ends, while a failure can still be reported.

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
    """Send what is left to nowhere: it would fail once more when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
