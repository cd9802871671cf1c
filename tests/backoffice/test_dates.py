"""Days and moments as people read them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from backoffice import dates
from backoffice.moments import start_of_day

pytestmark = pytest.mark.once
AT = datetime(2019, 9, 3, 21, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def shop_in_berlin() -> Iterator[None]:
    with timezone.override("Europe/Berlin"):
        yield


def test_a_moment_is_told_as_shortly_as_its_place_allows() -> None:
    assert dates.moment(AT) == dates.moment_with_year(AT) == "3 Sep 2019, 23:04"
    assert dates.full_moment(AT) == "3 September 2019, 23:04"
    assert dates.full_day(AT.date()) == "3 September 2019"
    assert dates.exact_moment(AT) == "3 September 2019, 23:04:05 CEST"
    assert dates.beginning(AT) == "Tue 3 Sep 2019, 23:04"


def test_this_year_goes_without_saying() -> None:
    new_year = timezone.localdate().replace(month=1, day=1)
    begins = start_of_day(new_year)

    assert dates.moment(begins) == "1 Jan, 00:00"
    assert dates.day(new_year) == f"{new_year:%a} 1 Jan"
    assert dates.beginning(begins) == f"{new_year:%a} 1 Jan, 00:00"
    assert dates.moment_with_year(begins) == f"1 Jan {new_year.year}, 00:00"


def test_a_midnight_ends_the_day_before_it() -> None:
    midnight = start_of_day(date(2019, 9, 4))

    assert dates.end(midnight) == "Tue 3 Sep 2019, 24:00"
    assert dates.end(AT) == "Tue 3 Sep 2019, 23:04"


def test_a_window_says_which_of_its_ends_is_open() -> None:
    later = start_of_day(date(2019, 9, 5))

    assert dates.window(AT, later) == "Tue 3 Sep 2019, 23:04 – Wed 4 Sep 2019, 24:00"
    assert dates.window(AT, None) == "from Tue 3 Sep 2019, 23:04"
    assert dates.window(None, later) == "until Wed 4 Sep 2019, 24:00"
    assert dates.window(None, None) == "always"


def test_what_happened_within_the_minute_is_just_now() -> None:
    assert dates.ago(timezone.now()) == "just now"
    assert dates.ago(timezone.now() - timedelta(hours=3, minutes=5)) == "3 hours ago"
    assert dates.ago(timezone.now() - timedelta(seconds=61)) == "1 minute ago"
    assert dates.ago(timezone.now() - timedelta(days=800)) == "2 years ago"


def test_months_are_told_in_the_language_of_the_reader() -> None:
    with translation.override("de"):
        assert "Mär" in dates.moment_with_year(datetime(2019, 3, 3, 12, tzinfo=UTC))
