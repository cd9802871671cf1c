"""Moments of promotions as files hold them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.moments import closing, closing_text, opening, opening_text

pytestmark = pytest.mark.once

MOMENTS = st.integers(946_684_800, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
DAYS = st.integers(date(2000, 1, 2).toordinal(), date(2100, 1, 1).toordinal()).map(date.fromordinal)
ZONES = st.sampled_from(["Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Atlantic/Azores", "UTC"])


@settings(deadline=None)
@given(MOMENTS, ZONES)
def test_what_is_written_is_read_as_the_same_moment(moment: datetime, zone: str) -> None:
    with timezone.override(zone):
        for read, written in ((opening, opening_text), (closing, closing_text)):
            assert read(written(moment)) == moment


@settings(deadline=None)
@given(DAYS, ZONES)
def test_whole_days_are_written_as_days(day: date, zone: str) -> None:
    text = day.isoformat()
    with timezone.override(zone):
        assert opening_text(opening(text)) == closing_text(closing(text)) == text
        assert closing(text) > opening(text) + timedelta(hours=22)


@pytest.mark.parametrize("text", ["", "tomorrow", "24.12.2026", "2026-12-24T25:00", "0001-01-01T00:00+14:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    for read in (opening, closing):
        with pytest.raises(ValueError, match=r"^"):
            read(text)
