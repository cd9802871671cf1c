"""Runs processes that do one thing each: a dead one is replaced, one too large renewed; all end together.

The supervisor does nothing else and has no threads, so that it may fork at any time.
"""

import ctypes
import logging
import math
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
# A process that dies this young so many times in a row would for ever: it is then started less often.
YOUNG_SECONDS = 5
MOST_YOUNG_DEATHS = 10
PAUSE_SECONDS = 5
UNTOLD_SECONDS = 0.05
PR_SET_PDEATHSIG = 1
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Child:
    role: Role
    born_at: float
    # It was told to go, and is ended then.
    leaves_until: float | None = None

    @property
    def is_young(self) -> bool:
        return time.monotonic() - self.born_at < YOUNG_SECONDS


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
        self._has_worked = False
        self._later: list[Role] = []
        self._later_at = 0.0
        self._stop_until: float | None = None

    def run(self, *, tell: Callable[[], bool]) -> None:
        """Run until a signal; call `tell` again and again, until it has told that the server is up.

        Raises SystemExit when its processes die as soon as they are started.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        for role in self.roles:
            self._start(role)
        is_told = False
        while self._children or (self._later and self._has_worked):
            came = signal.sigtimedwait(WATCHED, CHECK_SECONDS if is_told else UNTOLD_SECONDS)
            if came is not None and came.si_signo in STOP_SIGNALS:
                self._stop(came.si_signo)
            self._bury()
            self._start_again()
            self._renew_the_swollen()
            self._insist()
            is_told = is_told or self._stop_until is not None or tell()
        if self._stop_until is None:
            sys.exit("The processes of the server end as soon as they are started.")  # not translated

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
        """Note which processes have ended, and replace those that should not have."""
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid)
            if child.leaves_until or self._stop_until is not None:
                continue
            logger.error("Process %s ended (%s); it is replaced", pid, os.waitstatus_to_exitcode(status))
            self._replace(child)

    def _replace(self, child: Child) -> None:
        self._has_worked = self._has_worked or not child.is_young
        self._young_deaths = self._young_deaths + 1 if child.is_young else 0
        if self._young_deaths < MOST_YOUNG_DEATHS:
            self._start(child.role)
            return
        self._later.append(child.role)
        self._later_at = time.monotonic() + PAUSE_SECONDS

    def _start_again(self) -> None:
        """Start what had died too often: its cause may have passed, and a server needs all of its parts."""
        if self._stop_until is not None:
            self._later.clear()
        self._has_worked = self._has_worked or any(not child.is_young for child in self._children.values())
        if self._has_worked and time.monotonic() >= self._later_at:
            while self._later:
                self._start(self._later.pop())

    def _renew_the_swollen(self) -> None:
        for pid, child in list(self._children.items()):
            if child.leaves_until or self._stop_until is not None or _resident_bytes(pid) <= self.most_bytes:
                continue
            logger.warning("Process %s has grown to %s MB; it is renewed", pid, _resident_bytes(pid) >> 20)
            child.leaves_until = time.monotonic() + self.patience
            self._start(child.role)
            # Not TERM, at which `/readyz` would say that the server stops, though the others go on.
            _signal(pid, signal.SIGINT)

    def _stop(self, signum: int) -> None:
        """End all processes; a second signal ends them at once."""
        is_second = self._stop_until is not None
        self.when_stopping()
        self._stop_until = time.monotonic() + (0 if is_second else self.patience)
        for pid in self._children:
            _signal(pid, signal.SIGKILL if is_second else signum)

    def _insist(self) -> None:
        now = time.monotonic()
        for pid, child in self._children.items():
            until = min(self._stop_until or math.inf, child.leaves_until or math.inf)
            if now > until:
                _signal(pid, signal.SIGKILL)


def _run_and_exit(role: Role) -> None:
    """Run the role, and never return: the code that called the supervisor must not go on in this process."""
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
    """Have this process ended when its supervisor is killed, on systems that can do that (Linux)."""
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
