"""Numbers as people write them in the language that is spoken: 1,234.5 in English, 1.234,5 in German.

What programs read, such as the API and exports, is the plain decimal and never comes by here.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.utils.translation import get_language


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
