"""Charts as data: what Chart.js is to draw, with every option explicit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from backoffice import dates

TICK = "#9ca3af"


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` says in words what it shows, for those who cannot see it."""

    title: str
    data: str
    options: str


@dataclass(frozen=True, slots=True)
class Series:
    title: str
    values: Sequence[int | Decimal]


def bars_per_day(
    title: str, days: Sequence[date], bars: Series, *, dashed: Series | None = None, currency: str = ""
) -> Chart:
    """A bar for each day, and perhaps a dashed line to compare them with; amounts name their currency."""
    datasets: list[dict[str, Any]] = [
        {
            "label": bars.title,
            "data": [float(value) for value in bars.values],
            "backgroundColor": "var(--color-primary-500)",
            "hoverBackgroundColor": "#2563eb",
            "borderRadius": 3,
            "maxBarThickness": 22,
            "order": 2,
        }
    ]
    if dashed:
        datasets.append(
            {
                "type": "line",
                "label": dashed.title,
                "data": [float(value) for value in dashed.values],
                "borderColor": TICK,
                "backgroundColor": "rgba(0, 0, 0, 0)",
                "borderDash": [4, 4],
                "borderWidth": 1.5,
                "pointRadius": 0,
                "pointHoverRadius": 3,
                "tension": 0.3,
                "order": 1,
            }
        )
    labels = [dates.day_of_month(day) for day in days]
    data = {"labels": labels, "datasets": datasets}
    return Chart(
        title, json.dumps(data), json.dumps(_options(has_legend=dashed is not None, currency=currency))
    )


def _options(*, has_legend: bool, currency: str) -> dict[str, Any]:
    # As the browser writes amounts of this currency.
    tick_format = {"format": {"style": "currency", "currency": currency}} if currency else {}
    return {
        "responsive": True,
        "maintainAspectRatio": False,
        "animation": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {
            "legend": {
                "display": has_legend,
                "align": "end",
                "reverse": True,
                "labels": {"boxWidth": 10, "boxHeight": 10, "color": TICK, "padding": 12},
            },
            "tooltip": {"enabled": True, "boxPadding": 4, "padding": 10},
        },
        "scales": {
            "x": {
                "grid": {"display": False},
                "ticks": {"color": TICK, "maxRotation": 0, "autoSkip": True, "maxTicksLimit": 10},
            },
            "y": {
                "beginAtZero": True,
                "border": {"display": False},
                "grid": {"display": True, "color": "#e5e7eb"},
                "ticks": {"color": TICK, "precision": 0, "maxTicksLimit": 5, **tick_format},
            },
        },
    }
