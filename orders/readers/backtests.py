"""What a backtest found, as data."""

from dataclasses import asdict
from typing import Any

from django.conf import settings

from orders.promotions import Backtest

SHARES = ("share_of_orders", "share_of_revenue", "average_before", "average_after")


def backtest_as_data(found: Backtest) -> dict[str, Any]:
    """Return the period, the figures and shares, and both tables."""
    figures = asdict(found)
    period = {"from": figures.pop("start"), "to": figures.pop("end")}
    shares = {name: getattr(found, name) for name in SHARES}
    return {**period, **figures, **shares, "currency": settings.SHOP_CURRENCY}
