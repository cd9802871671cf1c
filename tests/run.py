"""Runs the suite on both databases at once: `python -m tests.run [--only DATABASE] [pytest's own arguments]`.

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
from dataclasses import dataclass
from pathlib import Path

from tests import dealing
from tests.servers import DATABASES, ENVIRONMENTS, MissingServers, say

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
            [f"--durations={SLOWEST}", *pytest_arguments, "-o", f"cache_dir=.pytest_cache/{options.only}"],
            may_be_missing=options.skip_missing,
        )
    except KeyboardInterrupt:
        say("interrupted")
    say(f"{options.only}: {result.text}")
    return 0 if result.is_good else 1


def _both(arguments: list[str]) -> int:
    """SQLite's run is shown as it goes; PostgreSQL's goes on beside it and is shown when both have ended.

    What is alike on both is done by whichever comes to it first.
    """
    started = time.monotonic()
    first, second = (
        [sys.executable, "-m", "tests.run", *arguments, "--only", database] for database in DATABASES
    )
    with (
        tempfile.TemporaryDirectory(prefix="shop-tests-") as dealt_out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as shown_later,
    ):
        environment = {**os.environ, dealing.DIRECTORY: dealt_out}
        # Sessions of their own: Ctrl-C reaches each as one signal, through us.
        runs = [
            subprocess.Popen(first, cwd=ROOT, env=environment, start_new_session=True),
            subprocess.Popen(
                second,
                cwd=ROOT,
                env=environment,
                start_new_session=True,
                stdout=shown_later,
                stderr=subprocess.STDOUT,
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
    say(f"both {'FAILED' if any(codes) else 'passed'}: {time.monotonic() - started:.0f} s of wall time")
    return max(codes)


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
