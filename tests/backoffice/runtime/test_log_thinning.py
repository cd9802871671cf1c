"""While the database or Redis is away, the log has a line every five seconds; faults are told in full."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.db import OperationalError
from huey.consumer import logger as huey_logger
from psycopg import errors as psycopg_errors
from redis.exceptions import ConnectionError as RedisIsDown

from backoffice.runtime import log_thinning

pytestmark = pytest.mark.once


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the configured handler writes; the last outage was long ago."""
    console = logging.getHandlerByName("console")
    assert isinstance(console, logging.StreamHandler)
    [outages] = [each for each in console.filters if isinstance(each, log_thinning.OutageFilter)]
    outages._told.update({name: log_thinning._Told() for name in outages._told})
    now = [1_000.0]
    monkeypatch.setattr(log_thinning, "monotonic", lambda: now[0])
    written = io.StringIO()
    before = console.setStream(written)
    setattr(written, "now", now)  # noqa: B010
    yield written
    console.setStream(before)


def database_away() -> OperationalError:
    error = OperationalError("the server closed\nthe connection")
    error.__cause__ = psycopg_errors.AdminShutdown("told")
    return error


def tell(error: Exception, *, by: str) -> None:
    """As Django, Huey and this project do."""
    try:
        # Else it would grow with each time that it is raised.
        raise error.with_traceback(None)
    except Exception as raised:
        if by == "django.request":
            logging.getLogger(by).error("%s: %s", "Internal Server Error", "/", exc_info=raised)
        elif by == "huey":
            huey_logger.exception("Error reading from queue")
        else:
            logging.getLogger(by).warning("The cache server does not answer: %s", raised)


@pytest.mark.parametrize("by", ["django.request", "huey", "backoffice.requests.throttle_store"])
@pytest.mark.parametrize("error", [database_away(), RedisIsDown("Error 111 connecting")])
def test_a_thousand_outages_are_one_line_and_the_next_counts_them(
    log: io.StringIO, by: str, error: Exception
) -> None:
    now = getattr(log, "now")  # noqa: B009
    for _ in range(1_000):
        tell(error, by=by)
    now[0] += log_thinning.EVERY_SECONDS
    tell(error, by=by)

    lines = log.getvalue().splitlines()
    assert len(lines) == 2
    assert str(error).splitlines()[0] in lines[0]
    assert lines[1].endswith("(and 999 more such lines)")


def test_the_database_and_redis_are_told_of_apart(log: io.StringIO) -> None:
    for _ in range(3):
        tell(database_away(), by="huey")
        tell(RedisIsDown("refused"), by="huey")

    assert len(log.getvalue().splitlines()) == 2


def test_that_a_request_was_answered_with_an_error_is_not_told_again_of_an_outage(log: io.StringIO) -> None:
    def say() -> None:
        logging.getLogger("django.request").error("%s: %s", "Error", "/", extra={"status_code": 503})

    say()
    tell(database_away(), by="django.request")
    say()
    getattr(log, "now")[0] += log_thinning.EVERY_SECONDS  # noqa: B009
    say()

    assert len(log.getvalue().splitlines()) == 3


def test_a_fault_is_told_each_time_with_its_traceback(log: io.StringIO) -> None:
    for _ in range(3):
        tell(ValueError("a bug"), by="django.request")

    assert log.getvalue().count("Traceback") == 3
    assert log.getvalue().count("ValueError: a bug") == 3


def test_per_cent_signs_and_line_breaks_of_an_error_stay_words(log: io.StringIO) -> None:
    tell(RedisIsDown("100%s full\nERROR forged line"), by="backoffice.requests.throttle_store")

    [line] = log.getvalue().splitlines()
    assert "100%s full" in line
