"""Runs the suite on both databases at once: `python -m tests.run [--only DATABASE] [pytest's own arguments]`.

The whole suite has a second run on PostgreSQL, with servers of its own; the two share what is done there.

SQLite needs nothing. PostgreSQL and Redis are those that the environment names (DATABASE_URL or SQL_ENGINE,
REDIS_URL; the Redis database is emptied between tests), else ones that are started here, in a directory of
this run alone, and stopped at its end. Without them the run fails, unless --skip-missing allows it.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests import dealing
from tests.servers import DATABASES, ENVIRONMENTS, MissingServers, say, servers_are_named

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 30
SLOWEST = 10


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
    parser.add_argument("--name", help="of one of several runs that share what is to be done on a database")
    options, pytest_arguments = parser.parse_known_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    # A background job of a shell starts with SIGINT ignored, and would hand that on to pytest.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    if options.only is None:
        return _side_by_side(arguments, is_whole=not pytest_arguments)
    name = options.name or options.only
    result = Result(False, "interrupted")
    try:
        result = _result(
            options.only,
            [f"--durations={SLOWEST}", *pytest_arguments, "-o", f"cache_dir=.pytest_cache/{name}"],
            may_be_missing=options.skip_missing,
        )
    except KeyboardInterrupt:
        say("interrupted")
    say(f"{name}: {result.text}")
    return 0 if result.is_good else 1


def _side_by_side(arguments: list[str], *, is_whole: bool) -> int:
    """The first run is shown as it goes; the others go on beside it and are shown when all have ended.

    What is alike on both databases is done by whichever comes to it first. A second run on PostgreSQL has
    work for the processors while tests wait for something; servers that the environment names have room for
    one run alone.
    """
    started = time.monotonic()
    first, *others = ([*arguments, "--only", database] for database in DATABASES)
    shared = {}
    if is_whole and not servers_are_named():
        others.append([*others[-1], "--name", f"{DATABASES[-1]}-2"])
        shared = {dealing.SHARED: DATABASES[-1]}
    with ExitStack() as stack:
        dealt_out = stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-tests-"))
        environment = {**os.environ, dealing.DIRECTORY: dealt_out}
        shown_later = [stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in others]
        runs = [
            _started(first, environment, None),
            *(
                _started(other, environment | shared, out)
                for other, out in zip(others, shown_later, strict=True)
            ),
        ]
        try:
            codes = [run.wait() for run in runs]
        except KeyboardInterrupt:
            for run in runs:
                run.terminate()
            codes = [1, *(run.wait() for run in runs)]
        for out in shown_later:
            out.seek(0)
            shutil.copyfileobj(out, sys.stdout)
    result = "FAILED" if any(codes) else "passed"
    say(f"the suite {result} in {time.monotonic() - started:.0f} s of wall time")
    return max(codes)


def _started(
    arguments: list[str], environment: Mapping[str, str], output: IO[str] | None
) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches each as one signal, through us.
    return subprocess.Popen(
        [sys.executable, "-m", "tests.run", *arguments],
        cwd=ROOT,
        env=dict(environment),
        start_new_session=True,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
    )


def _terminate(*_: object) -> None:
    raise Terminated


def _result(database: str, arguments: list[str], *, may_be_missing: bool) -> Result:
    started = time.monotonic()
    say(f"the suite on {database}")
    try:
        with ENVIRONMENTS[database]() as environment:
            code = run_pytest(arguments, environment)
    except MissingServers as missing:
        say(f"!!! LEFT OUT: everything on {database}. {missing}, or allow this with --skip-missing.")
        return Result(may_be_missing, "LEFT OUT")
    took = f"in {time.monotonic() - started:.0f} s"
    if code == 0:
        return Result(True, f"passed {took}")
    return Result(False, f"FAILED {took} (pytest's exit code {code})")


def run_pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Pytest's exit code. When interrupted it may finish before the servers under it are stopped."""
    # Some hundred processes of the shop are started: none of them shall compile it again.
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=kept)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
