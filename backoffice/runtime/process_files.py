"""Marks of running processes beside a SQLite database: a folder with a lock, and a locked file of each."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import connection


@contextmanager
def marked(words: str) -> Iterator[bool]:
    """Mark this process within the block; yield False, unmarked, when somebody has the database alone."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        if not _locked(lock, fcntl.LOCK_SH):
            yield False
            return
        # A process that marks itself twice, as tests do, has two marks.
        own = folder / f"{os.getpid()}-{lock.fileno()}"
        with own.open("w", encoding="utf-8") as mark:
            _locked(mark, fcntl.LOCK_EX)
            mark.write(words)
            mark.flush()
            try:
                yield True
            finally:
                own.unlink(missing_ok=True)


def marks() -> list[str]:
    """Return the marks of living processes: the mark that a dead one left is no longer locked."""
    return [text for path in _files() if (text := _if_alive(path))]


@contextmanager
def alone() -> Iterator[bool]:
    """Yield whether no process is marked; if so, none can mark itself within the block."""
    folder = _folder()
    if not folder.parent.is_dir():
        # Without its folder there is no database either.
        yield True
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        is_alone = _locked(lock, fcntl.LOCK_EX)
        if is_alone:
            for path in _files():
                path.unlink(missing_ok=True)
        yield is_alone


def _folder() -> Path:
    return Path(f"{connection.settings_dict['NAME']}.running")


def _files() -> list[Path]:
    return list(_folder().glob("*-*"))


def _if_alive(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as mark:
            return "" if _locked(mark, fcntl.LOCK_SH) else mark.read()
    except FileNotFoundError:
        return ""


def _locked(file: IO[str], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
