"""A code is usable exactly in [starts_at, ends_at), whatever the clocks of the shop's zone do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orders.fulfilment.lifecycle import cancel_order
from orders.models import PromoCode, PromoState
from orders.promotions.redemption import PromoRefused
from tests.factories import CLI, make_customer, make_product, make_promo_code, place

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
ZONES = {"Europe/Berlin": ("2026-03-29", "2026-10-25"), "America/New_York": ("2026-03-08", "2026-11-01")}
CHANGES = [(zone, day) for zone, days in ZONES.items() for day in days]


def is_usable(code: str, at: datetime) -> bool:
    try:
        return place({"A": 1}, promo_code=code, at=at).discount > 0
    except PromoRefused:
        return False


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_a_window_of_one_day_of_the_clock_change_is_kept_to_the_second(zone: str, day: str) -> None:
    make_product("A", on_hand=10)
    starts_at = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    ends_at = starts_at + timedelta(days=1)
    make_promo_code("DAY", starts_at=starts_at, ends_at=ends_at)
    first, end = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    assert end - first in (timedelta(hours=23), timedelta(hours=25))

    assert not is_usable("DAY", first - SECOND)
    assert is_usable("DAY", first)
    assert is_usable("DAY", end - SECOND)
    assert not is_usable("DAY", end)


@pytest.mark.parametrize("offset", [-SECOND, timedelta(0), SECOND])
def test_the_state_that_is_shown_is_the_one_that_decides(offset: timedelta) -> None:
    make_product("A", on_hand=10)
    starts_at, ends_at = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
    code = make_promo_code("DAY", starts_at=starts_at, ends_at=ends_at)

    for moment in (starts_at + offset, ends_at + offset):
        state = code.state_at(moment)
        assert (state == PromoState.ACTIVE) == is_usable("DAY", moment)
        assert list(PromoCode.objects.in_state(state, moment)) == [code]


def test_an_hour_that_the_clock_shows_twice_ends_at_the_one_that_was_meant() -> None:
    make_product("A", on_hand=10)
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    make_promo_code("FIRST", ends_at=first)
    make_promo_code("SECOND", ends_at=first.replace(fold=1))

    between = first.astimezone(UTC) + timedelta(minutes=30)

    assert not is_usable("FIRST", between)
    assert is_usable("SECOND", between)


def test_a_code_whose_end_passed_unnoticed_is_refused_all_the_same() -> None:
    """The task only tidies: a worker that sleeps lets nobody use an expired code."""
    make_product("A", on_hand=10)
    ends_at = datetime(2026, 6, 2, tzinfo=UTC)
    code = make_promo_code("DAY", ends_at=ends_at)

    assert not is_usable("DAY", ends_at + timedelta(days=1))
    assert code.promotion.expired_at is None


def test_a_first_order_that_was_wholly_cancelled_is_no_earlier_order() -> None:
    make_product("A", on_hand=10)
    make_promo_code("FIRST", first_order_only=True, max_uses_per_customer=None)
    ann = make_customer("ann@example.com")
    cancelled = place({"A": 1}, customer=ann, promo_code="FIRST")
    cancel_order(cancelled.number, by=CLI)

    kept = place({"A": 2}, customer=ann, promo_code="FIRST")

    assert kept.discount > 0
    cancel_order(kept.number, by=CLI, lines={"A": 1})
    with pytest.raises(PromoRefused, match="first order"):
        place({"A": 1}, customer=ann, promo_code="FIRST")
