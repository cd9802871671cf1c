"""Web and worker: both in one process when embedded; several of each, under a supervisor, when grown."""

import asyncio
import ctypes
import http.client
import os
import resource
import signal
import socket
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

import uvloop
from django.conf import settings
from django.db import connections
from django.urls import get_resolver
from django.utils.module_loading import import_string
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from backoffice.requests.addresses import address_block, address_of
from backoffice.runtime.consumer import Consumer, consume, consuming
from backoffice.runtime.static_files import serve_collected_files
from backoffice.server.front import Front
from backoffice.server.gateway import Application
from backoffice.server.listening import BACKLOG
from backoffice.server.supervising import STOP_SIGNALS, Supervisor

MEGABYTE = 1_048_576
# A silent connection is closed after so long, also between two requests.
IDLE_SECONDS = 30
MOST_CONNECTIONS = 4_096
# What comes before a body.
MOST_HEAD_BYTES = 32_768
# How long requests and tasks may take to end after a signal.
DRAIN_SECONDS = 25
# Granian's own logging would write to standard output.
LOGGING = {
    "formatters": {
        "line": {
            "class": "backoffice.runtime.log_lines.LineFormatter",
            "format": "{levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"_granian": {"handlers": ["console"], "propagate": False}},
}
# Of glibc's malloc.h.
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3


def serve(
    listener: socket.socket,
    *,
    processes: int,
    make_consumer: Callable[[], Consumer] | None,
    notice_seconds: float,
    most_megabytes: int,
    when_up: Callable[[], None],
) -> None:
    """Answer requests, and run tasks if a consumer can be made, until INT or TERM; then end what runs.

    With one process, web and worker share it. With several, each is a process of its own; one that dies is
    replaced, and one that has grown beyond `most_megabytes` renewed. After TERM `/readyz` says no for
    `notice_seconds` before the listener closes.
    """
    give_memory_back()
    with suppress(FileNotFoundError):
        # Python finds the folder by writing, and remembers it: ask now, before the disk may be full.
        tempfile.gettempdir()
    _allow_many_connections()
    if not settings.DEBUG:
        serve_collected_files()
    # Loaded before a process is forked or the first request comes.
    application = load_application()
    _ = get_resolver().url_patterns
    connections.close_all()
    is_supervised = processes > 1
    answer = partial(_answer, listener, application, notice_seconds, is_supervised=is_supervised)
    if is_supervised:
        work = [] if make_consumer is None else [partial(_work, make_consumer)]
        supervisor = Supervisor(
            [answer] * processes + work,
            most_bytes=most_megabytes * MEGABYTE,
            patience=notice_seconds + DRAIN_SECONDS,
            # Closed here, or the port would go on listening after those who answer have ended.
            when_stopping=listener.close,
        )
        supervisor.run(tell=partial(_has_told, listener.getsockname()[:2], when_up))
        return
    with nullcontext() if make_consumer is None else consuming(make_consumer()) as start_consumer:
        if start_consumer is not None:
            start_consumer()
        address = listener.getsockname()[:2]
        threading.Thread(target=_tell_when_answering, args=(address, when_up), daemon=True).start()
        answer()
    connections.close_all()


def _answer(
    listener: socket.socket, application: Application, notice_seconds: float, *, is_supervised: bool
) -> None:
    answering = _answering(listener, application, notice_seconds, is_supervised=is_supervised)
    asyncio.run(answering, loop_factory=uvloop.new_event_loop)


def _work(make_consumer: Callable[[], Consumer]) -> None:
    consume(make_consumer(), when_up=lambda: None, is_supervised=True)


def load_application() -> Application:
    with warnings.catch_warnings():
        # Embedded, static files are served from where they are installed.
        warnings.filterwarnings("ignore", "No directory at", UserWarning)  # not translated
        from backoffice.wsgi import application
    loaded: Application = application
    return loaded


def give_memory_back() -> None:
    """Tell glibc, where it is the C library, to keep little of what is freed.

    Each thread would have an arena of its own and keep in it what its largest page once took.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 1)
        libc.mallopt(M_MMAP_THRESHOLD, 131_072)


def _allow_many_connections() -> None:
    """Raise this process's limit of open files as far as needed and allowed: by default it is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS * 2
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _most_connections() -> int:
    """Return half the limit of open files: the other half is for databases, bodies and answers."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft // 2)


class _Server(Server):  # type: ignore[misc, unused-ignore]
    """Granian's server, on a socket that is listening already.

    By itself it would listen with SO_REUSEPORT: a second shop on the same port would silently take a part of
    its requests, and those in the line of a process that was killed would be lost.
    """

    listener: socket.socket

    def _init_shared_socket(self) -> None:
        # It closes what it was given; this process's own is closed at once.
        self._shd: Any = SocketHolder(self.listener.detach(), False, BACKLOG)  # type: ignore[call-arg]


async def _answering(
    listener: socket.socket, application: Application, notice_seconds: float, *, is_supervised: bool
) -> None:
    front = Front(
        application,
        may_upload=import_string(settings.UPLOADERS),
        address_of=lambda environ: address_block(address_of(environ)),
        early=import_string(settings.EARLY_ANSWERS)(),
    )
    server = _server(listener, front)
    loop = asyncio.get_running_loop()

    def stop(signum: int) -> None:
        if front.is_stopping:
            # The supervisor passes on what a terminal or systemd has already sent to all of them; it ends
            # at once by itself whom it must.
            if not is_supervised:
                os._exit(1)
            return
        front.is_stopping = True
        # Whoever presses Ctrl-C is not asked by a load balancer.
        loop.call_later(0 if signum == signal.SIGINT else notice_seconds, server.stop)
        threading.Thread(target=_insist, args=(notice_seconds,), name="stopping", daemon=True).start()

    for signum in STOP_SIGNALS:
        loop.add_signal_handler(signum, stop, signum)
    looking_after = loop.create_task(front.look_after_its_threads())
    await server.serve()
    looking_after.cancel()


def _server(listener: socket.socket, front: Front) -> _Server:
    host, port = listener.getsockname()[:2]
    server = _Server(
        front,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=IDLE_SECONDS * 1_000, max_buffer_size=MOST_HEAD_BYTES
        ),
        backlog=BACKLOG,
        backpressure=_most_connections(),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
    )
    server.listener = listener
    return server


def _insist(notice_seconds: float) -> None:
    time.sleep(notice_seconds + DRAIN_SECONDS)
    os._exit(1)


def _tell_when_answering(address: tuple[str, int], when_up: Callable[[], None]) -> None:
    for _ in range(600):
        if _has_told(address, when_up):
            return
        time.sleep(0.05)


def _has_told(address: tuple[str, int], when_up: Callable[[], None]) -> bool:
    host, port = address
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    when_up()
    return True
