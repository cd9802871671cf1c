from datetime import UTC, datetime, timedelta

import pytest
import typer
from django.utils import timezone

from cli.terminal.moments import end_moment, length, moment

pytestmark = pytest.mark.once

# 13:30 in Berlin, the day before the clocks go back.
NOW = datetime(2026, 10, 24, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-10-24T11:30:00+00:00"),
        ("today", "2026-10-23T22:00:00+00:00"),
        ("Tomorrow", "2026-10-24T22:00:00+00:00"),
        ("yesterday", "2026-10-22T22:00:00+00:00"),
        ("+24h", "2026-10-25T11:30:00+00:00"),
        ("+1d", "2026-10-25T12:30:00+00:00"),
        ("-2w", "2026-10-10T11:30:00+00:00"),
        ("-30m", "2026-10-24T11:00:00+00:00"),
        ("2026-12-24", "2026-12-23T23:00:00+00:00"),
        ("2026-12-24T18:00", "2026-12-24T17:00:00+00:00"),
        ("2026-12-24T18:00Z", "2026-12-24T18:00:00+00:00"),
        ("2026-12-24T18:00-05:00", "2026-12-24T23:00:00+00:00"),
    ],
)
def test_a_moment_is_understood_in_the_shop_s_zone(text: str, meant: str) -> None:
    assert moment(text, option="ends", now=NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-12-24", "2026-12-24T23:00:00+00:00"),
        # The day on which the clocks go back has 25 hours, the one on which they go forward 23.
        ("2026-10-25", "2026-10-25T23:00:00+00:00"),
        ("2026-03-28", "2026-03-28T23:00:00+00:00"),
        ("2026-03-29", "2026-03-29T22:00:00+00:00"),
        ("today", "2026-10-24T22:00:00+00:00"),
        ("tomorrow", "2026-10-25T23:00:00+00:00"),
        ("now", "2026-10-24T11:30:00+00:00"),
        ("+1d", "2026-10-25T12:30:00+00:00"),
        ("2026-12-24T18:00", "2026-12-24T17:00:00+00:00"),
        ("2026-12-24T00:00", "2026-12-23T23:00:00+00:00"),
        ("2026-12-24T18:00Z", "2026-12-24T18:00:00+00:00"),
    ],
)
def test_what_ends_on_a_day_ends_with_its_last_moment(text: str, meant: str) -> None:
    assert end_moment(text, option="ends", now=NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        # In Santiago the clocks go forward at midnight, so that the day begins at one o'clock…
        ("2026-09-06", "2026-09-06T04:00:00+00:00", "2026-09-07T03:00:00+00:00"),
        # … and back at midnight, so that the evening before is an hour longer.
        ("2026-04-04", "2026-04-04T03:00:00+00:00", "2026-04-05T04:00:00+00:00"),
    ],
)
def test_a_day_is_whole_also_where_the_clocks_change_at_midnight(day: str, begins: str, ends: str) -> None:
    with timezone.override("America/Santiago"):
        assert moment(day, option="starts") == datetime.fromisoformat(begins)
        assert end_moment(day, option="ends") == datetime.fromisoformat(ends)


@pytest.mark.parametrize(
    "text", ["", "soon", "7d", "+7y", "24.12.2026", "2026-13-01", "+99999w", "9999-12-32"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    for meaning in (moment, end_moment):
        with pytest.raises(typer.BadParameter):
            meaning(text, option="ends", now=NOW)


def test_the_last_day_of_the_calendar_has_no_end_that_can_be_told() -> None:
    with pytest.raises(typer.BadParameter):
        end_moment("9999-12-31", option="ends", now=NOW)


def test_nothing_stays_nothing() -> None:
    assert moment(None, option="ends") is None
    assert end_moment(None, option="ends") is None
    assert length(None, option="older-than") is None


def test_a_length_is_understood() -> None:
    assert length("24h", option="older-than") == timedelta(days=1)
    assert length("2W", option="older-than") == timedelta(days=14)


@pytest.mark.parametrize("text", ["", "24", "-24h", "1 day", "99999w"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        length(text, option="older-than")
