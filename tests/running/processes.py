"""Processes of the shop beside a test, on the database that the test itself uses."""

import os
import time
from collections.abc import Callable, Collection
from pathlib import Path

from django.db import connection

PATIENCE_SECONDS = 30


def environment_here(**more: str) -> dict[str, str]:
    """For a process on this test's database, or on another one of its server by the name SQL_DATABASE."""
    database = connection.settings_dict
    names = {"DATABASE": "NAME", **{name: name for name in ("USER", "PASSWORD", "HOST", "PORT")}}
    return {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "SQL_ENGINE": connection.vendor,
        **{f"SQL_{ours}": str(database[theirs]) for ours, theirs in names.items()},
        **more,
    }


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.05)


def processes_under(pid: int, *, count: int, besides: Collection[str] = ()) -> list[str]:
    """Those of a server, once there are so many besides some: it answers as soon as the first of them does.

    A killed one stays until it is buried, beside the one that took its place.
    """
    found: list[str] = []

    def are_there() -> bool:
        found[:] = [child for child in children_of(pid) if child not in besides]
        return len(found) == count

    wait_until(are_there)
    return found


def children_of(pid: int) -> list[str]:
    """As they are at this moment."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
