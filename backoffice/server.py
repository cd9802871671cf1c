"""Web and worker: both in one process when embedded; several web processes, or a worker alone, when grown."""

import ctypes
import errno
import multiprocessing
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

from django.db import connections
from django.urls import get_resolver
from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.common import AbstractServer
from granian.server.mp import MPServer
from granian.server.mt import MTServer

from backoffice.consumer import Consumer, consuming

BACKLOG = 1024
# Requests at a time in one process; the rest wait in line.
THREADS = 8
# As long as Granian allows: a thread that ends takes its database connection with it.
THREAD_IDLE_SECONDS = 600
PORTS_TRIED = 50
# How long requests and tasks may take to end after a signal.
DRAIN_SECONDS = 25
# Granian's own would write to standard output.
LOGGING = {
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
}
# Of glibc's malloc.h.
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen(host: str, port: int, *, tries: int = 1) -> socket.socket:
    """A socket that listens on the port, or on the next free one of so many; connections wait from now on.

    Raises:
        OSError: not an address of this machine, a port that needs privileges, or all are taken (EADDRINUSE).
    """
    last = min(port + tries, 65_536) - 1
    for candidate in range(port, last):
        try:
            return _listening(host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return _listening(host, last)


def serve(
    listener: socket.socket,
    *,
    processes: int,
    consumer: Consumer | None,
    when_up: Callable[[], None],
) -> None:
    """Answer requests, and run tasks if there is a consumer, until INT or TERM; then end what is running.

    With one process, web and worker share it. With several, the worker lives in their parent.
    """
    _give_memory_back()
    # Loaded before a process is forked or the first request comes.
    _ = get_resolver().url_patterns
    connections.close_all()
    server = _server(listener, processes)
    with nullcontext() if consumer is None else consuming(consumer) as start_consumer:

        def announce() -> None:
            _stop_on_signals(server)
            if start_consumer is not None:
                start_consumer()
            _wait_until_answering(server)
            when_up()

        server.when_up = announce
        AbstractServer.serve(server, target_loader=load_application, wrap_loader=False)
    connections.close_all()


def _give_memory_back() -> None:
    """Tell glibc, where it is the C library, to keep little of what is freed.

    Each thread would have an arena of its own and keep in it what its largest page once took.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 1)
        libc.mallopt(M_MMAP_THRESHOLD, 131_072)


def load_application() -> Callable[..., Any]:
    with warnings.catch_warnings():
        # Embedded, static files are served from where they are installed.
        warnings.filterwarnings("ignore", "No directory at", UserWarning)
        from backoffice.wsgi import application
    loaded: Callable[..., Any] = application
    return loaded


class _Announcing(AbstractServer[Any]):
    """Calls `when_up` once its workers are started: no thread may be there when processes are forked."""

    when_up: Callable[[], None]

    def _spawn_workers(self, *args: Any) -> None:
        super()._spawn_workers(*args)
        self.when_up()


class SeveralProcesses(_Announcing, MPServer):
    """Each process listens for itself on the same port."""


class OneProcess(_Announcing, MTServer):
    """Granian's server of threads, on a socket that is listening already.

    It is made for builds of Python without the global lock and refuses the others, but needs nothing of the
    former: synchronous requests run in its threads as they do in those of any other WSGI server.
    """

    listener: socket.socket

    def _check_gil(self) -> None:
        pass

    def _init_shared_socket(self) -> None:
        self._shd: Any = SocketHolder(self.listener.fileno(), False, BACKLOG)  # type: ignore[call-arg]


def _server(listener: socket.socket, processes: int) -> OneProcess | SeveralProcesses:
    host, port = listener.getsockname()[:2]
    options: dict[str, Any] = {
        "target": "backoffice",
        "address": host,
        "port": port,
        "interface": Interfaces.WSGI,
        "workers": processes,
        "blocking_threads": THREADS,
        "blocking_threads_idle_timeout": THREAD_IDLE_SECONDS,
        "backlog": BACKLOG,
        "websockets": False,
        "log_level": LogLevels.error,
        "log_dictconfig": LOGGING,
    }
    if processes > 1:
        # Closed so that each process can listen for itself.
        listener.close()
        return SeveralProcesses(**options)
    server = OneProcess(**options)
    server.listener = listener
    return server


def _listening(host: str, port: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind)
    try:
        # Not SO_REUSEPORT: two shops would silently share the port's requests.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _wait_until_answering(server: AbstractServer[Any]) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.bind_addr, server.bind_addr)  # noqa: S104
    for _ in range(100):
        try:
            socket.create_connection((host, server.bind_port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _stop_on_signals(server: AbstractServer[Any]) -> None:
    """The first signal lets running requests end; a second one, or too long a wait, ends all at once."""

    def stop(*_: object) -> None:
        if server.interrupt_signal:
            _end_at_once()
        server.signal_handler_interrupt()
        threading.Thread(target=_insist, name="stopping", daemon=True).start()

    for signum in STOP_SIGNALS:
        signal.signal(signum, stop)


def _insist() -> None:
    """Tell the processes again and again: one that was only just forked does not listen yet."""
    deadline = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.5)
        for process in multiprocessing.active_children():
            process.terminate()
    _end_at_once()


def _end_at_once() -> None:
    for process in multiprocessing.active_children():
        process.kill()
    os._exit(1)
