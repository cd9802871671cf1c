"""Tells which processes run the shop: each holds a lock on its database for as long as it lives.

On SQLite it is a lock on a file beside the database, and a file with the process's number; on PostgreSQL a
session that holds an advisory lock and is named after its process. They end with the process, however that
ends. Whatever replaces the database takes the lock for itself alone.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.errors import Busy, Conflict, Title
from backoffice.runtime import process_files, process_sessions

# Longer than web and worker take to end what they are doing.
STOP_SECONDS = 60


class ShopIsRunning(Conflict):
    code = "shop_is_running"
    title: ClassVar[Title] = gettext_lazy("The shop is running")


@dataclass(frozen=True, slots=True)
class Process:
    """A process that runs the shop. Its number may be given out again: `started` tells whose it is."""

    role: str
    pid: int
    started: str
    host: str

    @property
    def is_here(self) -> bool:
        """Whether it can be stopped from here: it runs on this machine and is still the same."""
        return socket.gethostname().startswith(self.host) and self.started == start_of(self.pid) != ""

    def __str__(self) -> str:
        where = "" if socket.gethostname().startswith(self.host) else f" on {self.host}"
        return f"{self.role} (process {self.pid}{where})"


def start_of(pid: int) -> str:
    """Return when the process began, in the kernel's own count; "" when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        # Without /proc we can only tell whether it lives.
        with suppress(OSError):
            os.kill(pid, 0)
            return "alive"
        return ""


@contextmanager
def marked_running(role: str) -> Iterator[None]:
    """Mark this process, and those forked from it, as running the shop, so that nobody replaces its database.

    Raises:
        Busy: the database is being replaced at the moment.
    """
    pid = os.getpid()
    words = f"{role} {pid} {start_of(pid)} {socket.gethostname()}"
    marks = process_files if connection.vendor == "sqlite" else process_sessions
    with marks.marked(words) as is_marked:
        if not is_marked:
            raise Busy(_("The database is being replaced at the moment: start the shop when that is done."))
        yield


def running() -> list[Process]:
    """Return the processes that run the shop on this database, here and elsewhere."""
    marks = process_files if connection.vendor == "sqlite" else process_sessions
    return [found for words in marks.marks() if (found := _read(words))]


@contextmanager
def stopped(*, stop: bool) -> Iterator[None]:
    """Hold the database while nothing runs the shop, nor begins to. With `stop`, stop what runs here.

    Raises:
        ShopIsRunning: something runs, and was not to be stopped, did not stop, or is on another machine.
    """
    deadline = time.monotonic() + (STOP_SECONDS if stop else 0)
    marks = process_files if connection.vendor == "sqlite" else process_sessions
    told: set[Process] = set()
    while True:
        with marks.alone() as is_alone:
            if is_alone:
                yield
                return
        found = running()
        refuse_if_running(found, stop=stop, in_vain=time.monotonic() >= deadline)
        for process in found:
            if process not in told and process.is_here:
                os.kill(process.pid, signal.SIGTERM)
                told.add(process)
        time.sleep(0.2)


def refuse_if_running(found: list[Process], *, stop: bool, in_vain: bool = False) -> None:
    """Raise ShopIsRunning with what to do, also when the shop was to be stopped and cannot be."""
    named = ", ".join(map(str, found)) or "a process that has only just begun"
    if not stop and (found or in_vain):
        raise ShopIsRunning(
            _("The shop is running: %(processes)s. Stop it first, or give --stop.") % {"processes": named}
        )
    elsewhere = [process for process in found if not process.is_here]
    if elsewhere:
        raise ShopIsRunning(
            _("The shop is running where it cannot be stopped from here: %(processes)s. Stop it there first.")
            % {"processes": ", ".join(map(str, elsewhere))}
        )
    if in_vain:
        raise ShopIsRunning(
            _("The shop did not stop within %(seconds)s seconds: %(processes)s.")
            % {"seconds": STOP_SECONDS, "processes": named}
        )


def _read(words: str) -> Process | None:
    role, _space, rest = words.partition(" ")
    pid, started, host = [*rest.split(" ", 2), "", ""][:3]
    return Process(role, int(pid), started, host) if pid.isdecimal() else None
