"""Countries as people type them, and as pages show them."""

from collections.abc import Iterable
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from backoffice.countries.names import NAMES
from backoffice.countries.other_names import CODES_MEANT, OTHER_NAMES
from backoffice.text import identity_key


class UnknownCountry(ValueError):
    """Neither a code nor the name of a country. The message is a sentence."""


def country_name(code: str) -> str:
    """Return the country's name, for people; a code that is none stands for itself."""
    return str(NAMES.get(code, code))


def country_code(text: str) -> str:
    """Return the code of a country that somebody typed, by code or name, in any case.

    Raises:
        UnknownCountry.
    """
    code = text.strip().upper()
    if code in NAMES:
        return code
    named = _by_name().get(identity_key(text))
    if named is None:
        raise UnknownCountry(_unknown(text.strip()))
    return named


def checked_code(code: str) -> str:
    """Return the code in capitals. Raises UnknownCountry, for a name too."""
    if code.strip().upper() not in NAMES:
        raise UnknownCountry(_unknown(code.strip()))
    return code.strip().upper()


def country_choices(*first: str) -> list[tuple[str, Iterable[tuple[str, str]]]]:
    """Return groups of codes and names to choose from: those named `first`, then all by name."""
    everywhere = sorted(((code, str(name)) for code, name in NAMES.items()), key=_by_sound)
    usual = [(code, country_name(code)) for code in dict.fromkeys(first) if code in NAMES]
    groups = [(_("Usual"), usual), (_("All countries"), everywhere)]
    return [(title, choices) for title, choices in groups if choices]


def _by_sound(choice: tuple[str, str]) -> str:
    """Sort Åland and Österreich beside A and O."""
    plain = identity_key(choice[1])
    return plain.translate(str.maketrans("åäáãéèëíìïñóôöüúç", "aaaaeeeiiinooouuc"))


@cache
def _by_name() -> dict[str, str]:
    with override("en"):
        english = {identity_key(str(name)): code for code, name in NAMES.items()}
    return english | {identity_key(name): code for name, code in OTHER_NAMES.items()}


def _unknown(text: str) -> str:
    instead = CODES_MEANT.get(text.upper()) or _by_name().get(identity_key(text))
    if instead:
        return _("“%(text)s” is not a country code of ISO 3166-1: for %(country)s write %(code)s.") % {
            "text": text[:40],
            "country": country_name(instead),
            "code": instead,
        }
    return _("“%(text)s” is not a country: give its code of ISO 3166-1, such as DE for Germany.") % {
        "text": text[:40]
    }
