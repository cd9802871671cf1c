from datetime import UTC, datetime, timedelta

import pytest

from backoffice.errors import Invalid
from cli.moments import length, moment

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


@pytest.mark.parametrize("text", ["", "soon", "7d", "+7y", "24.12.2026", "2026-13-01", "+99999w"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        moment(text, option="ends", now=NOW)


def test_nothing_stays_nothing() -> None:
    assert moment(None, option="ends") is None
    assert length(None, option="older-than") is None


def test_a_length_is_understood() -> None:
    assert length("24h", option="older-than") == timedelta(days=1)
    assert length("2W", option="older-than") == timedelta(days=14)


@pytest.mark.parametrize("text", ["", "24", "-24h", "1 day", "99999w"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        length(text, option="older-than")
