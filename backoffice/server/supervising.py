"""Processes that do one thing each: who dies is replaced, who grows too large is renewed, all end together.

The supervisor does nothing else and has no threads, so that it may fork at any time.
"""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger("backoffice.server")

type Role = Callable[[], None]

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WATCHED = (*STOP_SIGNALS, signal.SIGCHLD)
CHECK_SECONDS = 2
# Who dies younger than that, so many times on end, would for ever.
YOUNG_SECONDS = 5
MOST_YOUNG_DEATHS = 10
PR_SET_PDEATHSIG = 1
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Child:
    role: Role
    born_at: float
    is_leaving: bool = False


class Supervisor:
    """Runs each role in a process of its own until INT, TERM or HUP.

    Then all have `patience` seconds to end.
    """

    def __init__(
        self, roles: Sequence[Role], *, most_bytes: int, patience: float, when_stopping: Callable[[], None]
    ) -> None:
        self.roles = roles
        self.most_bytes = most_bytes
        self.patience = patience
        self.when_stopping = when_stopping
        self._children: dict[int, Child] = {}
        self._young_deaths = 0
        self._stop_until: float | None = None

    def run(self, *, when_started: Callable[[], None]) -> None:
        """Raises SystemExit when its processes die as soon as they are started."""
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        for role in self.roles:
            self._start(role)
        when_started()
        while self._children:
            came = signal.sigtimedwait(WATCHED, CHECK_SECONDS)
            if came is not None and came.si_signo in STOP_SIGNALS:
                self._stop(came.si_signo)
            self._bury()
            self._renew_the_swollen()
            self._insist()
        if self._stop_until is None:
            sys.exit("The processes of the server end as soon as they are started.")

    def _start(self, role: Role) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self._children[pid] = Child(role, time.monotonic())
            return
        _end_with(parent)
        for signum in STOP_SIGNALS:
            signal.signal(signum, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        _run_and_exit(role)

    def _bury(self) -> None:
        """Note who has ended, and replace those who should not have."""
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid)
            if child.is_leaving or self._stop_until is not None:
                continue
            logger.error("Process %s ended (%s); it is replaced", pid, os.waitstatus_to_exitcode(status))
            self._replace(child)

    def _replace(self, child: Child) -> None:
        is_young = time.monotonic() - child.born_at < YOUNG_SECONDS
        self._young_deaths = self._young_deaths + 1 if is_young else 0
        if self._young_deaths < MOST_YOUNG_DEATHS:
            self._start(child.role)

    def _renew_the_swollen(self) -> None:
        for pid, child in list(self._children.items()):
            if child.is_leaving or self._stop_until is not None or _resident_bytes(pid) <= self.most_bytes:
                continue
            logger.warning("Process %s has grown to %s MB; it is renewed", pid, _resident_bytes(pid) >> 20)
            child.is_leaving = True
            self._start(child.role)
            _signal(pid, signal.SIGTERM)

    def _stop(self, signum: int) -> None:
        """A second signal ends all at once."""
        is_second = self._stop_until is not None
        self.when_stopping()
        self._stop_until = time.monotonic() + (0 if is_second else self.patience)
        for pid in self._children:
            _signal(pid, signal.SIGKILL if is_second else signum)

    def _insist(self) -> None:
        if self._stop_until is not None and time.monotonic() > self._stop_until:
            for pid in self._children:
                _signal(pid, signal.SIGKILL)


def _run_and_exit(role: Role) -> None:
    """Never returns: what called the supervisor is not this process's to go on with."""
    code = 1
    try:
        role()
        code = 0
    except Exception:
        logger.exception("A process of the server failed")
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _end_with(parent: int) -> None:
    """Where the system can do that (Linux): no process goes on when its supervisor was killed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def _signal(pid: int, signum: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signum)
