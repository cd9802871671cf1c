"""Runs the suite on both databases at once: `python -m tests.run [--only DATABASE] [pytest's own arguments]`.

SQLite needs nothing. PostgreSQL and Redis are those that the environment names (DATABASE_URL or SQL_ENGINE,
REDIS_URL; the Redis database is emptied between tests), else ones that are started here, in a directory of
this run alone, and stopped at its end. Without them the run fails, unless --skip-missing allows it.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import DATABASES, ENVIRONMENTS, MissingServers, say

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 30


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
        say(f"!!! LEFT OUT: everything on {database}. {missing}, or allow this with --skip-missing.")
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
