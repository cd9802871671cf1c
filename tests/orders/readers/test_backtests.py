"""What a backtest found, as data."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders.promotions import PromotionTerms, backtest
from orders.readers.backtests import backtest_as_data
from tests.factories import make_product, place

pytestmark = pytest.mark.django_db

JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
TEN = PromotionTerms(name="Tried", percent_off=Decimal(10), minimum_spend=Decimal("15.00"))


def test_a_backtest_is_told_with_its_period_figures_shares_and_tables() -> None:
    make_product("CUP", price="10.00", on_hand=9)
    place({"CUP": 2}, at=JUNE)
    place({"CUP": 1}, at=JUNE)

    told = backtest_as_data(backtest(TEN, start=JUNE, end=JULY))

    assert (told["from"], told["to"], told["currency"]) == (JUNE, JULY, "EUR")
    assert (told["orders"], told["qualifying"], told["cost"]) == (2, 1, Decimal("2.00"))
    assert (told["share_of_orders"], told["share_of_revenue"]) == (Decimal("50.0"), Decimal("6.7"))
    assert (told["average_before"], told["average_after"]) == (Decimal("20.00"), Decimal("18.00"))
    assert told["refused"] == {"minimum_spend": 1}
    assert sum(week["orders"] for week in told["weeks"]) == 1
    assert sum(band["cost"] for band in told["bands"]) == Decimal("2.00")
    assert "start" not in told


def test_a_period_without_orders_has_no_shares() -> None:
    told = backtest_as_data(backtest(TEN, start=JUNE, end=JULY))

    assert (told["orders"], told["share_of_orders"], told["average_before"]) == (0, None, None)
    assert (tuple(told["weeks"]), tuple(told["bands"])) == ((), ())
