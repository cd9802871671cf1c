"""What kinds of settings there are: how each reads what somebody typed, and writes it again.

What is kept, typed, printed and put into a file is a text; `value` is what the shop computes with.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from backoffice.db.money_fields import MoneyInput
from backoffice.money import (
    MAX_AMOUNT,
    TooManyPlaces,
    formatted,
    in_places,
    rounded,
)
from backoffice.numbers import editable, grouped, is_plain
from backoffice.pictures.logo import Logo
from backoffice.text import fault_of

COLOUR = re.compile("#[0-9a-fA-F]{6}")
LARGEST_NUMBER = 1_000_000_000


class Unfit(ValueError):
    """A text that the setting cannot have. The message is a sentence, for whoever typed it."""


@dataclass(frozen=True, slots=True)
class SettingKind:
    """How a setting is read and written; `control` names the part of a form that it is typed into."""

    control = "text"

    def value(self, text: str) -> Any:
        """Return what the text says. Raises Unfit."""
        raise NotImplementedError

    def text(self, value: Any) -> str:
        """Return the text that says this value; `value` reads it back."""
        return "" if value is None else str(value)

    def shown(self, value: Any) -> str:
        """Return the value as a field to type in shows it, in the language that is spoken."""
        return self.text(value)

    def typed(self, shown: str) -> str:
        """Return the text of what somebody typed into such a field. Raises Unfit."""
        return shown

    def words(self, value: Any) -> str:
        """Return the value as people read it."""
        return self.text(value)


@dataclass(frozen=True, slots=True)
class LineKind(SettingKind):
    """One line of text that is not empty."""

    most: int

    def value(self, text: str) -> str:
        line = " ".join(text.split())
        if fault := fault_of(text.strip()):
            raise Unfit(fault)
        if not line:
            raise Unfit(_("Write something, or go back to the default."))
        if len(line) > self.most:
            raise Unfit(_("At most %(most)s characters; these are %(count)s.") % self._counts(line))
        return line

    def _counts(self, line: str) -> dict[str, int]:
        return {"most": self.most, "count": len(line)}


@dataclass(frozen=True, slots=True)
class ColourKind(SettingKind):
    control = "color"

    def value(self, text: str) -> str:
        colour = text.strip().lower()
        if not COLOUR.fullmatch(colour):
            raise Unfit(_("Write a colour as # and six digits of 0–9 and a–f, such as #2563eb."))
        return colour


@dataclass(frozen=True, slots=True)
class AmountKind(SettingKind):
    """An amount in the shop's currency. With `empty` nothing at all is a value, too, and says so."""

    most: Decimal = MAX_AMOUNT
    empty: Callable[[], str] | None = None
    zero_is_empty: bool = False
    control = "amount"

    def value(self, text: str) -> Decimal | None:
        text = text.strip()
        if not text and self.empty is not None:
            return None
        if not is_plain(text):
            raise Unfit(self._an_amount())
        try:
            amount = in_places(Decimal(text))
        except TooManyPlaces as error:
            raise Unfit(str(error)) from error
        if not 0 <= amount <= self.most:
            most = {"most": formatted(self.most, settings.SHOP_CURRENCY)}
            raise Unfit(_("Not negative, and at most %(most)s.") % most)
        return None if self.zero_is_empty and not amount else amount

    def text(self, value: Decimal | None) -> str:
        return "" if value is None else str(rounded(value))

    def shown(self, value: Decimal | None) -> str:
        return editable(self.text(value))

    def typed(self, shown: str) -> str:
        try:
            return MoneyInput().plain(shown)
        except ValidationError as error:
            told = self._an_amount() if error.code == "invalid" else " ".join(error.messages)
            raise Unfit(told) from error

    def words(self, value: Decimal | None) -> str:
        if value is None:
            return self.empty() if self.empty else ""
        return formatted(value, settings.SHOP_CURRENCY)

    def _an_amount(self) -> str:
        return _("Write an amount such as %(example)s.") % {"example": editable(rounded(Decimal("4.90")))}


@dataclass(frozen=True, slots=True)
class WholeKind(SettingKind):
    """A whole number of 0 or more. With `empty` neither 0 nor nothing at all is a limit, and says so."""

    empty: Callable[[], str] | None = None
    most: int = LARGEST_NUMBER
    control = "number"

    def value(self, text: str) -> int | None:
        text = text.strip()
        if not text and self.empty is not None:
            return None
        if not re.fullmatch("[0-9]{1,10}", text) or int(text) > self.most:
            most = {"most": grouped(self.most)}
            raise Unfit(_("Write a whole number from 0 to %(most)s.") % most)
        return int(text) or (None if self.empty is not None else 0)

    def words(self, value: int | None) -> str:
        if value is None:
            return self.empty() if self.empty else ""
        return grouped(value)


@dataclass(frozen=True, slots=True)
class ChoiceKind(SettingKind):
    """One of some codes, each with its name."""

    among: Callable[[], Mapping[str, Any]]
    control = "choice"

    def value(self, text: str) -> Any:
        wanted = text.strip().casefold()
        for code in self.among():
            if code.casefold() == wanted:
                return code
        known = list(self.among())
        if len(known) > 10:
            raise Unfit(_("Choose one of the list: there is no such code."))
        raise Unfit(_("Choose one of: %(codes)s.") % {"codes": ", ".join(known)})

    def words(self, value: Any) -> str:
        return str(self.among().get(value, value))


@dataclass(frozen=True, slots=True)
class TruthKind(ChoiceKind):
    """Yes or no."""

    among: Callable[[], Mapping[str, Any]] = lambda: {"yes": _("Yes"), "no": _("No")}

    def value(self, text: str) -> Any:
        words = {"1": "yes", "true": "yes", "on": "yes", "0": "no", "false": "no", "off": "no"}
        wanted = text.strip().casefold()
        return ChoiceKind.value(self, words.get(wanted, wanted)) == "yes"

    def text(self, value: bool) -> str:
        return "yes" if value else "no"

    def words(self, value: Any) -> str:
        return ChoiceKind.words(self, self.text(value))


@dataclass(frozen=True, slots=True)
class LogoKind(SettingKind):
    """A logo that the shop has drawn, or none. It comes as a file; a text only says which one was kept."""

    control = "logo"

    def value(self, text: str) -> Logo | None:
        logo = Logo.kept_as(text)
        if text and logo is None:
            raise Unfit(_("Choose a file with the picture."))
        return logo

    def words(self, value: Logo | None) -> str:
        return _("Logo %(name)s") % {"name": value.short_name} if value else _("None")


def no_limit() -> str:
    return _("No limit")


def never() -> str:
    return _("Never")


def for_ever() -> str:
    return _("For ever")


def no_due_date() -> str:
    return _("No due date")
