"""The period that the dashboard's address names."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from django.http import QueryDict

from orders.admin.dashboard.period import (
    Period,
    UnclearPeriod,
    in_words,
    period_of,
    same_time_the_day_before,
)

TODAY = date(2026, 11, 30)


def asked(query: str) -> Period:
    return period_of(QueryDict(query), TODAY)


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("", date(2026, 11, 1), TODAY),
        ("period=today", TODAY, TODAY),
        ("period=7d", date(2026, 11, 24), TODAY),
        ("period=90d", date(2026, 9, 2), TODAY),
        ("from=2026-02-03&to=2026-02-05", date(2026, 2, 3), date(2026, 2, 5)),
        ("from=2026-02-03&to=2026-02-03&period=7d", date(2026, 2, 3), date(2026, 2, 3)),
    ],
)
def test_a_period_is_whole_days_both_included(query: str, first: date, last: date) -> None:
    period = asked(query)

    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("period=forever", "There is no such period."),
        ("period=", "There is no such period."),
        ("from=2026-11-01", "Choose a first and a last day."),
        ("from=yesterday&to=%00", "Choose a first and a last day."),
        ("from=2026-11-02&to=2026-11-01", "The last day must not come before the first."),
        ("from=0001-01-01&to=0001-01-02", "Choose days up to today, none before the year 2000."),
        ("from=2026-11-01&to=9999-12-31", "Choose days up to today, none before the year 2000."),
        ("from=2025-11-29&to=2026-11-30", "Choose at most 366 days."),
    ],
)
def test_garbage_is_refused_with_a_reason(query: str, reason: str) -> None:
    with pytest.raises(UnclearPeriod, match=reason):
        asked(query)


def test_it_is_compared_with_as_many_days_just_before() -> None:
    before = asked("").before

    assert (before.first, before.last, before.days) == (date(2026, 10, 2), date(2026, 10, 31), 30)


def test_a_day_is_shown_by_hours_of_which_there_are_23_when_the_clock_goes_forward() -> None:
    spans = asked("from=2026-03-29&to=2026-03-29").spans()

    assert len(spans) == 23
    assert spans[0].begins == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert [span.label.full for span in spans[:3]] == ["00:00–01:00", "01:00–03:00", "03:00–04:00"]
    assert spans[-1].ends == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_days_are_shown_by_day_and_many_by_week_the_newest_of_which_is_whole() -> None:
    assert [span.label.full for span in asked("period=7d").spans()][-1] == "Mon 30 Nov"
    weeks = [span.label.full for span in asked("period=90d").spans()]
    assert (len(weeks), weeks[0], weeks[1], weeks[-1]) == (13, "2–7 Sep", "8–14 Sep", "24–30 Nov")


@pytest.mark.parametrize(
    "query", ["period=today", "period=7d", "period=90d", "from=2026-03-01&to=2026-04-30"]
)
def test_spans_follow_each_other_without_a_gap(query: str) -> None:
    spans = asked(query).spans()

    assert all(one.ends == following.begins for one, following in pairwise(spans))


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), "1–30 Nov"),
        (date(2026, 9, 2), date(2026, 10, 1), "2 Sep – 1 Oct"),
        (date(2025, 12, 28), date(2026, 1, 3), "28 Dec 2025 – 3 Jan 2026"),
        (date(2026, 11, 30), date(2026, 11, 30), "30 Nov"),
    ],
)
def test_days_are_told_as_shortly_as_they_are_clear(first: date, last: date, words: str) -> None:
    assert in_words(first, last) == words


@pytest.mark.parametrize(
    ("at", "before"),
    [
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), datetime(2026, 3, 28, 23, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), datetime(2026, 10, 24, 21, 30, tzinfo=UTC)),
    ],
    ids=["half past midnight after clocks went forward", "half past eleven after they went back"],
)
def test_the_day_before_is_told_by_the_clock(at: datetime, before: datetime) -> None:
    assert same_time_the_day_before(at) == before
