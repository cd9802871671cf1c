"""Words for people, in their language once the shop is loaded. Most of shopctl starts without Django."""

import sys


def gettext(text: str) -> str:
    """The text in the language of whoever runs shopctl; as it is while Django is not set up."""
    if not _is_set_up():
        return text
    from django.utils.translation import gettext as translated

    return translated(text)


def ngettext(singular: str, plural: str, number: int) -> str:
    """As `gettext`, in the form that the number wants."""
    if not _is_set_up():
        return singular if number == 1 else plural
    from django.utils.translation import ngettext as translated

    return translated(singular, plural, number)


def _is_set_up() -> bool:
    return "django.apps" in sys.modules and bool(sys.modules["django.apps"].apps.ready)
