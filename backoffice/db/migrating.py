"""Bring the database up to date at the start, one process at a time."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper

# Any number, the same for all processes of a shop.
ADVISORY_LOCK = 7_205_118


def migrate() -> None:
    """Apply what is missing. Several processes that start together wait for each other."""
    with only_one_process():
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def only_one_process() -> Iterator[None]:
    """Hold the shop's database for setting it up; others wait here."""
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        path = Path(f"{database}.setup.lock")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Readable by its owner alone, as SQLite then makes the files beside it.
        database.touch(mode=0o600)
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with connection.cursor() as cursor:
        # Asked again and again: waiting inside the server would hit lock_timeout.
        while not _taken(cursor):
            time.sleep(0.5)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def _taken(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
    return bool(cursor.fetchone()[0])
