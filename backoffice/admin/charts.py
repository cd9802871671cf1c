"""Bar charts as data: where each bar stands, what the axes say, and the same numbers as a table.

The server draws them as SVG (templates/backoffice/chart.html), so that they are there before any script.
Places are shares of the plot in percent, written with a point in every language, for SVG knows no comma.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import zip_longest
from typing import NamedTuple

from backoffice.numbers import grouped

type Number = int | Decimal

MOST_TICKS = 4
# A pair of bars takes this share of its column; the rest is the gap to the next.
FILLED = 0.72
WIDEST_BAR = 6
# So many days can be named below the plot; on a phone every second of them.
MOST_NAMED = 8


class Label(NamedTuple):
    """What a column is called below the plot, and in full."""

    short: str
    full: str


@dataclass(frozen=True, slots=True)
class Series:
    """A number for each column, as something called `title`, such as `1–30 Nov`."""

    title: str
    values: Sequence[Number]


@dataclass(frozen=True, slots=True)
class Bar:
    is_before: bool
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """One label with its bars; `values` are their numbers in words, in the order of the legend."""

    label: Label
    x: str
    width: str
    middle: str
    bars: tuple[Bar, ...]
    values: tuple[str, ...]
    is_named: bool
    is_named_on_phones: bool


@dataclass(frozen=True, slots=True)
class Tick:
    text: str
    y: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` says in words what it shows, `column_title` what its columns are, such as *Day*."""

    title: str
    column_title: str
    legend: tuple[str, ...]
    columns: tuple[ChartColumn, ...]
    ticks: tuple[Tick, ...]


def bar_chart(
    title: str,
    labels: Sequence[Label],
    now: Series,
    *,
    column_title: str,
    before: Series | None = None,
    told: Callable[[Number], str] = lambda number: grouped(number),
    told_on_axis: Callable[[Number], str] | None = None,
) -> Chart:
    """Draw a bar for each label, paired with that of the period before where there is one.

    `told` writes a number in words, `told_on_axis` the round ones of the axis.
    """
    top, step = _scale([*now.values, *(before.values if before else ())])
    pairs = list(zip_longest(before.values if before else (), now.values, fillvalue=None))[: len(labels)]
    every = -(-len(labels) // MOST_NAMED) or 1
    write = told_on_axis or told
    return Chart(
        title=title,
        column_title=column_title,
        legend=tuple(series.title for series in (now, before) if series),
        columns=tuple(
            _column(place, len(labels), label, pair, top, told, has_before=before is not None, every=every)
            for place, (label, pair) in enumerate(zip(labels, pairs, strict=True))
        ),
        ticks=tuple(
            Tick(write(_plain(step * n)), _percent(1 - step * n / top)) for n in range(int(top / step) + 1)
        ),
    )


def _column(
    place: int,
    columns: int,
    label: Label,
    pair: tuple[Number | None, Number | None],
    top: Decimal,
    told: Callable[[Number], str],
    *,
    has_before: bool,
    every: int,
) -> ChartColumn:
    width = 1 / columns
    shown = list(zip((True, False), pair, strict=True)) if has_before else [(False, pair[1])]
    bar = min(width * FILLED / len(shown), WIDEST_BAR / 100)
    left = place * width + (width - bar * len(shown)) / 2
    numbers = [number or 0 for _is_before, number in reversed(shown)]
    return ChartColumn(
        label=label,
        x=_percent(place * width),
        width=_percent(width),
        middle=_percent((place + 0.5) * width),
        bars=tuple(
            _bar(left + bar * n, bar, number, top, is_before=is_before)
            for n, (is_before, number) in enumerate(shown)
            if number
        ),
        values=tuple(map(told, numbers)),
        is_named=place % every == 0,
        is_named_on_phones=place % (2 * every) == 0,
    )


def _bar(left: float, width: float, number: Number, top: Decimal, *, is_before: bool) -> Bar:
    share = max(0.0, float(number / top))
    # A gap of a tenth between the two of a pair.
    return Bar(is_before, _percent(left), _percent(1 - share), _percent(width * 0.9), _percent(share))


def _scale(values: Sequence[Number]) -> tuple[Decimal, Decimal]:
    """Return the top of the axis and the step between its ticks: 1, 2 or 5 of a power of ten."""
    most = Decimal(max(values, default=0))
    if most <= 0:
        return Decimal(1), Decimal(1)
    power = Decimal(10) ** (most / MOST_TICKS).adjusted()
    step = next(n * power for n in (1, 2, 5, 10) if n * power * MOST_TICKS >= most)
    if all(isinstance(value, int) for value in values):
        step = max(step, Decimal(1))
    return (most / step).to_integral_value(ROUND_CEILING) * step, step


def _plain(number: Decimal) -> Number:
    return int(number) if number == int(number) else number.normalize()


def _percent(share: float | Decimal) -> str:
    return f"{float(share) * 100:.2f}%"
