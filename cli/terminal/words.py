"""Translates words for people once Django is loaded; most of shopctl starts without it."""

import sys
from collections.abc import Callable, Mapping


def gettext(text: str) -> str:
    """Return the text in the user's language; as it is while Django is not set up."""
    if not _is_set_up():
        return text
    from django.utils.translation import gettext as translated

    return translated(text)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form for the number in the user's language; in English while Django is not set up."""
    if not _is_set_up():
        return singular if number == 1 else plural
    from django.utils.translation import ngettext as translated

    return translated(singular, plural, number)


def counted(number: int, thing: str) -> str:
    """Write a number of one of the THINGS below: `1 row`, `1,200 rows`."""
    return THINGS[thing](number) % {"number": f"{number:,}"}


THINGS: Mapping[str, Callable[[int], str]] = {
    "change": lambda number: ngettext("%(number)s change", "%(number)s changes", number),
    "code": lambda number: ngettext("%(number)s code", "%(number)s codes", number),
    "entry": lambda number: ngettext("%(number)s entry", "%(number)s entries", number),
    "customer": lambda number: ngettext("%(number)s customer", "%(number)s customers", number),
    "e-mail": lambda number: ngettext("%(number)s e-mail", "%(number)s e-mails", number),
    "more change": lambda number: ngettext("%(number)s more change", "%(number)s more changes", number),
    "more problem": lambda number: ngettext("%(number)s more problem", "%(number)s more problems", number),
    "order": lambda number: ngettext("%(number)s order", "%(number)s orders", number),
    "payment": lambda number: ngettext("%(number)s payment", "%(number)s payments", number),
    "problem": lambda number: ngettext("%(number)s problem", "%(number)s problems", number),
    "product": lambda number: ngettext("%(number)s product", "%(number)s products", number),
    "promo code": lambda number: ngettext("%(number)s promo code", "%(number)s promo codes", number),
    "row": lambda number: ngettext("%(number)s row", "%(number)s rows", number),
    "table": lambda number: ngettext("%(number)s table", "%(number)s tables", number),
    "unit": lambda number: ngettext("%(number)s unit", "%(number)s units", number),
}


def _is_set_up() -> bool:
    return "django.apps" in sys.modules and bool(sys.modules["django.apps"].apps.ready)
