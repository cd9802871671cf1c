"""Numbers as people write them in the language that is spoken: 1,234.5 in English, 1.234,5 in German.

What programs read, such as the API and exports, is the plain decimal and never comes by here.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext as _

_BLANK_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}](?=\d{3}(?!\d))")


# Compared and kept as what they are, not by their fields: every amount of a page asks for them.
@dataclass(frozen=True, eq=False)
class Conventions:
    """How a language writes numbers."""

    decimal_mark: str
    group_mark: str
    # Of the amount, its sign and the symbol of its currency, or the code of a currency that has none.
    money_with_symbol: str
    money_with_code: str
    percent: str

    def written(self, english: str) -> str:
        """Return a number that is written with English marks with those of this language."""
        return english.translate({ord("."): self.decimal_mark, ord(","): self.group_mark})


ENGLISH = Conventions(
    decimal_mark=".",
    group_mark=",",
    money_with_symbol="%(sign)s%(symbol)s%(amount)s",
    money_with_code="%(sign)s%(symbol)s %(amount)s",
    percent="%(number)s %%",
)
# A no-break space, as DIN 5008 has it, keeps a number and its unit on one line.
GERMAN = Conventions(
    decimal_mark=",",
    group_mark=".",
    money_with_symbol="%(sign)s%(amount)s\N{NO-BREAK SPACE}%(symbol)s",
    money_with_code="%(sign)s%(amount)s\N{NO-BREAK SPACE}%(symbol)s",
    percent="%(number)s\N{NO-BREAK SPACE}%%",
)
# By ISO 639; a language that is not here writes as English does.
OF_LANGUAGES = {"en": ENGLISH, "de": GERMAN}


def conventions() -> Conventions:
    """Return those of the language that is spoken."""
    return _conventions_of(get_language())


@cache
def _conventions_of(language: str | None) -> Conventions:
    return OF_LANGUAGES.get((language or "").partition("-")[0], ENGLISH)


def grouped(number: Decimal | int) -> str:
    """`1,234` in English, `1.234` in German."""
    plain = f"{number:,}"
    return plain if plain.isdecimal() else conventions().written(plain)


def percent(number: Decimal | int) -> str:
    """`20 %` or `12.5 %`, without needless zeros."""
    plain = f"{number:,}" if isinstance(number, int) else f"{number.normalize():f}"
    spoken = conventions()
    return spoken.percent % {"number": spoken.written(plain)}


grouped_lazy = lazy(grouped, str)


def editable(number: Decimal | int | str) -> str:
    """Return a plain decimal as a field to type in shows it: `1234.50`, in German `1234,50`."""
    return conventions().written(f"{number:f}" if isinstance(number, Decimal) else str(number))


def is_plain(text: str) -> bool:
    """Whether a text is digits with at most a sign and a point: Python would take `1e3` and `4_90`, too."""
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text) is not None


class AmbiguousNumber(ValueError):
    """Somebody may mean a thousand times as much: the message is a sentence that asks them."""

    def __init__(self, typed: str, readings: tuple[str, str]) -> None:
        one, other = readings
        words = _("“%(typed)s” may be read in two ways: write %(one)s or %(other)s.")
        super().__init__(words % {"typed": typed, "one": one, "other": other})


def plain(typed: str, *, places: int = 0) -> str:
    """Return what somebody typed, in the language that is spoken, as the plain decimal that programs write.

    In German `1.234,50`, `1234,50` and `1.234` are 1234.50, 1234.50 and 1234; in English `1,234.50`,
    `1234.50` and `1,234`. A plain decimal that cannot be anything else, such as German `12.5`, is what it is.
    All else is returned as it was typed: it is no number.

    Args:
        places: how many decimal places the number may have.

    Raises:
        AmbiguousNumber: `1.234` in German where there may be three places, and `1,234` in English; where
            there are fewer, `1.500` in English and `1,500` in German: elsewhere they are fifteen hundred.
    """
    spoken = conventions()
    group, mark = re.escape(spoken.group_mark), re.escape(spoken.decimal_mark)
    text = _BLANK_BETWEEN_DIGITS.sub("", typed.strip()).replace("\N{MINUS SIGN}", "-")
    number = re.fullmatch(rf"([+-]?)([1-9]\d{{0,2}}(?:{group}\d{{3}})+|\d*)(?:{mark}(\d*))?", text, re.ASCII)
    if number is None:
        return text
    sign, whole, fraction = number.groups()
    digits = whole.replace(spoken.group_mark, "")
    if fraction is None and places >= 3 and whole.count(spoken.group_mark) == 1:
        raise AmbiguousNumber(text, (digits, whole.replace(spoken.group_mark, spoken.decimal_mark)))
    if fraction is not None and _may_be_grouped_elsewhere(whole, fraction, places):
        raise AmbiguousNumber(
            text, (whole + fraction, f"{whole}{spoken.decimal_mark}{fraction[:places]}".rstrip(",."))
        )
    return f"{sign}{digits}" + (f".{fraction}" if fraction is not None else "")


def _may_be_grouped_elsewhere(whole: str, fraction: str, places: int) -> bool:
    """Whether it has just three places, more than it may have and the last of them 0: nobody writes so."""
    is_a_group = re.fullmatch(r"[1-9]\d{0,2}", whole) is not None and len(fraction) == 3
    return is_a_group and places < len(fraction) and not fraction[places:].strip("0")
