"""Days are read however files write them; whether the month comes first, the whole file tells."""

from datetime import date

import pytest
from django.utils import timezone

from backoffice.sheets.cells import CellFault
from backoffice.sheets.limits import UnreadableFile
from orders.payments.statements.days import day_of, is_month_first

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-30", "30.11.2026", "30.11.26", "30-11-2026", "20261130", "2026/11/30", "30/11/2026"),
        *("2026-11-30 23:59:59", "30-11-2026 09:12:44.123", "2026-11-30T00:00:00+01:00", "46356"),
    ],
)
def test_a_day_is_read(text: str) -> None:
    assert day_of(text) == date(2026, 11, 30)


@pytest.mark.parametrize("text", ["", "yesterday", "31.11.2026", "2026-13-01", "30.11", "2026", "1/2"])
def test_what_is_no_day_is_none(text: str) -> None:
    with pytest.raises(CellFault):
        day_of(text)


def test_one_day_beyond_the_twelfth_tells_of_all() -> None:
    assert is_month_first(["02/03/2026", "11/30/2026"])
    assert not is_month_first(["02/03/2026", "30/11/2026"])
    assert day_of("02/03/2026", month_first=True) == date(2026, 2, 3)


def test_days_alike_both_ways_need_not_be_told() -> None:
    assert not is_month_first(["03/03/2026"])
    assert not is_month_first([])


def test_the_order_in_which_no_day_is_yet_to_come_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 3, 5))
    assert is_month_first(["03/04/2026", "03/05/2026"])
    assert not is_month_first(["04/03/2026", "05/03/2026"])
    with pytest.raises(UnreadableFile, match="02/01/2026 can mean two days"):
        is_month_first(["02/01/2026"])


def test_a_file_that_mixes_both_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="mixes dates such as 30/11/2026 and 11/30/2026"):
        is_month_first(["30/11/2026", "11/30/2026"])
