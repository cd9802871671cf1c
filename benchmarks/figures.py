"""A figure beside its yardstick, and whether the goal was reached."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from benchmarks.measuring import Sample


class Unit(Enum):
    SECONDS = "s"
    MILLISECONDS = "ms"
    MEGABYTES = "MB"
    STATEMENTS = "statements"
    TRIPS = "round trips"
    PER_SECOND = "/s"


DIGITS = {Unit.SECONDS: 3, Unit.MILLISECONDS: 2}


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for the ratio of the figure to its yardstick, or without one for the figure itself."""

    limit: float
    is_upper: bool

    def is_met_by(self, value: float) -> bool:
        return value <= self.limit if self.is_upper else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.is_upper else '≥'} {self.limit:g}"


def at_most(limit: float) -> Goal:
    return Goal(limit, is_upper=True)


def at_least(limit: float) -> Goal:
    return Goal(limit, is_upper=False)


@dataclass(frozen=True, slots=True)
class Series:
    """What one contestant needed, once for each repetition."""

    name: str
    values: Sequence[float]
    cpu_seconds: Sequence[float] = ()
    # What the median consists of, for people.
    detail: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)


def seconds_of(name: str, samples: Sequence[Sample]) -> Series:
    return Series(
        name,
        [sample.seconds for sample in samples],
        [sample.cpu_seconds for sample in samples],
    )


def peaks_of(name: str, samples: Sequence[Sample]) -> Series:
    return Series(name, [sample.peak_mb for sample in samples])


@dataclass(frozen=True, slots=True)
class Figure:
    measured: Series
    unit: Unit
    yardstick: Series | None = None
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        return self.measured.median / self.yardstick.median if self.yardstick else None

    @property
    def cpu_ratio(self) -> float | None:
        """The same of the CPU needed: a busy machine disturbs it less."""
        if not (self.yardstick and self.yardstick.cpu_seconds and self.measured.cpu_seconds):
            return None
        return statistics.median(self.measured.cpu_seconds) / statistics.median(self.yardstick.cpu_seconds)

    @property
    def is_reached(self) -> bool | None:
        """By the CPU where both have one, else by the figures themselves."""
        if self.goal is None:
            return None
        ratio = self.ratio if self.cpu_ratio is None else self.cpu_ratio
        return self.goal.is_met_by(self.measured.median if ratio is None else ratio)


def lines_of(figure: Figure) -> str:
    """The figure for a terminal: how much, beside what, how many times as much, reached or not."""
    verdict = ""
    if figure.goal:
        verdict = f"  goal {figure.goal}: {'reached' if figure.is_reached else 'NOT REACHED'}"
    lines = f"  {_line(figure.measured, figure.unit, 70)}"
    if figure.yardstick is None:
        return lines + verdict
    by_cpu = "" if figure.cpu_ratio is None else f" (CPU {figure.cpu_ratio:.2f} ×)"
    lines += f"\n    beside {_line(figure.yardstick, figure.unit, 61)}"
    return f"{lines}\n    {figure.ratio:.3g} ×{by_cpu}{verdict}"


def _line(series: Series, unit: Unit, width: int) -> str:
    detail = f"  ({series.detail})" if series.detail else ""
    return f"{series.name:<{width}}{amount_of(series.median, unit):>12}{detail}"


def amount_of(value: float, unit: Unit) -> str:
    """With the digits that mean something."""
    digits = DIGITS.get(unit, 0)
    return f"{value:,.{digits}f} {unit.value}"
