"""Plans what happened to each order of the sample, and when. The same sample always gives the same story.

The sample says who ordered what, and some of what came back. When parcels left and arrived, and who changed
their mind, is made up by dice that the invoice number seeds. Nothing happens after the sample's last moment:
the newest orders are still waiting.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from cli.demo.reading import RetailSample, SampleOrder, SampleReturn

CARRIERS = (("DHL", "JJD0003"), ("Royal Mail", "RM"), ("DPD", "1550"), ("UPS", "1Z9A4"))
REGRETS = ("Smaller than expected", "Not the colour of the picture", "An unwanted gift", "Arrived too late")
CHANGES_OF_MIND = ("Ordered twice by mistake", "Found it elsewhere", "Wrong address", "No longer needed")
WELCOME = "WELCOME10"
OTHER_CODES = ("SUMMER15", "LANTERN5", "BULK50", "SPRING20", "FIRST40")


@dataclass(frozen=True, slots=True)
class Place:
    at: datetime
    order: SampleOrder
    promo_code: str


@dataclass(frozen=True, slots=True)
class Ship:
    """Sends the order's shipment number `nth`, counted from 1."""

    at: datetime
    order: SampleOrder
    nth: int
    lines: dict[str, int]
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class Deliver:
    at: datetime
    order: SampleOrder
    nth: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancels lines. `reason` is unlike that of any other cancellation of the order."""

    at: datetime
    order: SampleOrder
    lines: dict[str, int] | None
    reason: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Returns lines. `reason` is unlike that of any other return of the order."""

    at: datetime
    order: SampleOrder
    lines: dict[str, int]
    restock: bool
    reason: str


type Step = Place | Ship | Deliver | Cancel | TakeBack


@dataclass(frozen=True, slots=True)
class Story:
    """All steps in order of time, and how many returned lines belong to no order of the sample."""

    steps: tuple[Step, ...]
    unmatched_returns: int


@dataclass(slots=True)
class PlannedParcel:
    at: datetime
    arrives_at: datetime
    lines: dict[str, int]


@dataclass(slots=True)
class Course:
    """One order on its way through the shop. Returned and cancelled units are kept by their cause."""

    order: SampleOrder
    promo_code: str
    cancelled_at: datetime | None = None
    change_of_mind: str = ""
    parcels: list[PlannedParcel] = field(default_factory=list)
    returned: Counter[str] = field(default_factory=Counter)
    taken_back: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    called_off: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    times: dict[str, datetime] = field(default_factory=dict)

    def give_back(self, back: SampleReturn, quantity: int) -> int:
        """Return units that have left by then, cancel others; return how many of `quantity` that covers."""
        if self.cancelled_at is not None:
            return 0
        shipped = sum(parcel.lines.get(back.sku, 0) for parcel in self.parcels if parcel.at <= back.at)
        returned = min(quantity, shipped - self.returned[back.sku])
        called_off = self._call_off(back, quantity - returned)
        if returned:
            self.returned[back.sku] += returned
            self.taken_back[back.invoice][back.sku] += returned
        if called_off:
            self.called_off[back.invoice][back.sku] += called_off
        self.times[back.invoice] = back.at
        return returned + called_off

    def _call_off(self, back: SampleReturn, wanted: int) -> int:
        done = 0
        for parcel in self.parcels:
            if parcel.at > back.at:
                units = min(wanted - done, parcel.lines.get(back.sku, 0))
                parcel.lines[back.sku] = parcel.lines.get(back.sku, 0) - units
                parcel.lines = {sku: quantity for sku, quantity in parcel.lines.items() if quantity}
                done += units
        self.parcels = [parcel for parcel in self.parcels if parcel.lines]
        return done


def story_of(sample: RetailSample) -> Story:
    known: set[str] = set()
    courses: dict[str, Course] = {}
    of_customer: defaultdict[tuple[str, str], list[Course]] = defaultdict(list)
    for order in sample.orders:
        course = _course(order, is_first=order.customer not in known)
        known.update(filter(None, [order.customer]))
        courses[order.invoice] = course
        for sku in order.lines if order.customer else ():
            of_customer[order.customer, sku].append(course)
    unmatched = sum(not _matched(back, of_customer[back.customer, back.sku]) for back in sample.returns)
    times = [order.at for order in sample.orders] + [back.at for back in sample.returns]
    end = max(times)
    steps = [step for course in courses.values() for step in _steps(course) if step.at <= end]
    # The sort is stable: what happens to one order in the same minute keeps its sequence.
    return Story(tuple(sorted(steps, key=lambda step: step.at)), unmatched)


def _matched(back: SampleReturn, courses: Sequence[Course]) -> bool:
    """Give the units back to the latest earlier orders; return whether at least one had them."""
    open_units = back.quantity
    for course in reversed(courses):
        if open_units and course.order.at <= back.at:
            open_units -= course.give_back(back, open_units)
    return open_units < back.quantity


def _course(order: SampleOrder, *, is_first: bool) -> Course:
    dice = Random(order.invoice)  # noqa: S311
    course = Course(order, _promo_code(dice, is_first=is_first))
    if dice.random() < 0.04:
        course.cancelled_at = order.at + timedelta(minutes=dice.randint(20, 400))
        course.change_of_mind = dice.choice(CHANGES_OF_MIND)
        return course
    is_slow = dice.random() < 0.12
    leaves_at = order.at + timedelta(minutes=dice.randint(2400, 7800) if is_slow else dice.randint(180, 2400))
    parts = [order.lines]
    if len(order.lines) > 1 and dice.random() < 0.1:
        skus = list(order.lines)
        half = math.ceil(len(skus) / 2)
        parts = [{sku: order.lines[sku] for sku in some} for some in (skus[:half], skus[half:])]
    for part in parts:
        arrives_at = leaves_at + timedelta(minutes=dice.randint(1200, 6000))
        course.parcels.append(PlannedParcel(leaves_at, arrives_at, dict(part)))
        leaves_at += timedelta(minutes=dice.randint(2400, 8000))
    if dice.random() < 0.03:
        _regret(course, dice)
    return course


def _regret(course: Course, dice: Random) -> None:
    """Let a part of one line come back some days after its parcel arrived."""
    parcel = course.parcels[0]
    sku = dice.choice(list(parcel.lines))
    reason = dice.choice(REGRETS)
    course.times[reason] = parcel.arrives_at + timedelta(minutes=dice.randint(1000, 9000))
    units = min(parcel.lines[sku], dice.randint(1, 6))
    course.returned[sku] += units
    course.taken_back[reason][sku] += units


def _promo_code(dice: Random, *, is_first: bool) -> str:
    roll = dice.random()
    if is_first and roll < 0.3:
        return WELCOME
    return dice.choice(OTHER_CODES) if roll > 0.88 else ""


def _steps(course: Course) -> Iterator[Step]:
    order = course.order
    yield Place(order.at, order, course.promo_code)
    if course.cancelled_at is not None:
        yield Cancel(course.cancelled_at, order, None, course.change_of_mind)
    for nth, parcel in enumerate(course.parcels, 1):
        carrier, prefix = CARRIERS[int(order.invoice) % len(CARRIERS)]
        tracking_number = f"{prefix}{int(order.invoice) * 10 + nth:010d}"
        yield Ship(parcel.at, order, nth, parcel.lines, carrier, tracking_number)
        yield Deliver(parcel.arrives_at, order, nth)
    for invoice, lines in course.called_off.items():
        yield Cancel(course.times[invoice], order, dict(lines), f"Called off by the customer ({invoice})")
    for cause, lines in course.taken_back.items():
        is_regret = cause in REGRETS
        is_whole = is_regret or Random(cause).random() < 0.7  # noqa: S311
        reason = cause if is_regret else f"{'Sent back' if is_whole else 'Arrived damaged'} ({cause})"
        yield TakeBack(course.times[cause], order, dict(lines), is_whole, reason)
