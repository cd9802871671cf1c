"""Values of a mail that are kept as facts, and told in the mail's language when it is rendered.

Each is what JSON holds, such as `{"told_as": "money", "value": "18.00", "currency": "EUR"}`; a template sees
only its words.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from backoffice import dates
from backoffice.countries import postal_lines
from backoffice.money import formatted, percent
from backoffice.numbers import grouped

TOLD_AS = "told_as"
type Fact = dict[str, Any]


def money(amount: Decimal, currency: str) -> Fact:
    return {TOLD_AS: "money", "value": str(amount), "currency": currency}


def percentage(number: Decimal) -> Fact:
    return {TOLD_AS: "percentage", "value": str(number)}


def count(number: int) -> Fact:
    """A number to be grouped; whatever a template chooses a plural by stays a plain number beside it."""
    return {TOLD_AS: "count", "value": number}


def moment(at: datetime) -> Fact:
    """`22 November 2026, 03:34`."""
    return {TOLD_AS: "moment", "value": at.isoformat()}


def day(on: date) -> Fact:
    """`30 November 2026`."""
    return {TOLD_AS: "day", "value": on.isoformat()}


def moment_with_zone(at: datetime) -> Fact:
    """`22 November 2026, 03:34 CET`."""
    return {TOLD_AS: "moment_with_zone", "value": at.isoformat()}


def address(parts: Mapping[str, str]) -> Fact:
    """The lines of a postal address, which name its country."""
    return {TOLD_AS: "address", "value": dict(parts)}


def text(sentence: str, **facts: Any) -> Fact:
    """A sentence of the catalogues, with what stands for its `%(name)s`."""
    return {TOLD_AS: "text", "value": sentence, "facts": facts}


def counted(one: str, many: str, number: int) -> Fact:
    """`1 code` or `2,000 codes`, of two sentences of the catalogues with `%(count)s`."""
    return {TOLD_AS: "counted", "value": number, "one": one, "many": many}


def in_words(value: Any) -> Any:
    """Return the context, or a part of it, with all its facts in the language that is spoken."""
    if isinstance(value, list):
        return [in_words(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if TOLD_AS in value:
        return TELLING[value[TOLD_AS]](value)
    return {name: in_words(each) for name, each in value.items()}


def _number_of(one: str, many: str, value: int, **_: object) -> str:
    return ngettext(one, many, value) % {"count": grouped(value)}  # of the catalogues


TELLING: Mapping[str, Callable[[Mapping[str, Any]], str | list[str]]] = {
    "money": lambda fact: formatted(Decimal(fact["value"]), fact["currency"]),
    "percentage": lambda fact: percent(Decimal(fact["value"])),
    "count": lambda fact: grouped(fact["value"]),
    "moment": lambda fact: dates.full_moment(datetime.fromisoformat(fact["value"])),
    "day": lambda fact: dates.full_day(date.fromisoformat(fact["value"])),
    "moment_with_zone": lambda fact: dates.full_moment_with_zone(datetime.fromisoformat(fact["value"])),
    "address": lambda fact: postal_lines(fact["value"]),
    "text": lambda fact: gettext(fact["value"]) % in_words(fact["facts"]),  # of the catalogues
    "counted": lambda fact: _number_of(**fact),
}
