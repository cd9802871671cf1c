"""Cards with one number each: what it is, how it compares, and the list that it leads to."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from backoffice.numbers import grouped, percent

# From so many times as much on, a percentage says less than the factor.
MANIFOLD = 10


@dataclass(frozen=True, slots=True)
class FigureCard:
    """A number and what it means. With a `url` the whole card opens the list of just what it counts."""

    title: str
    value: str
    note: str = ""
    note_tone: str = "muted"
    change: str = ""
    change_tone: str = "muted"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """`+20 %` or `×12`, and the tone to show it in; nothing where there is nothing to compare with."""

    text: str = ""
    tone: str = "muted"


def change_of(now: Decimal | int, before: Decimal | int) -> Difference:
    if not before:
        return Difference()
    if now >= MANIFOLD * before > 0:
        return Difference(f"×{grouped(round(Decimal(now) / before))}", "good")
    share = round(100 * (Decimal(now) - before) / before)
    sign = "−" if share < 0 else "+" if share else ""
    tone = "good" if share > 0 else "bad" if share < 0 else "muted"
    return Difference(f"{sign}{percent(abs(share))}", tone)


def compared(
    title: str, now: Decimal | int, before: Decimal | int, *, value: str, was: str, url: str
) -> FigureCard:
    """Return a card that says what the number was in the period before."""
    change = change_of(now, before)
    note = _("was %(value)s") % {"value": was} if before else _("nothing to compare with")
    return FigureCard(title, value, note=note, change=change.text, change_tone=change.tone, url=url)
