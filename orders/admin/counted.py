"""Numbers of things, in words."""

from django.utils.translation import ngettext

from backoffice.numbers import grouped


def orders(number: int) -> str:
    """Return `1 order` or `2,000 orders`."""
    return ngettext("%(count)s order", "%(count)s orders", number) % {"count": grouped(number)}


def units(number: int) -> str:
    return ngettext("%(count)s unit", "%(count)s units", number) % {"count": grouped(number)}


def products(number: int) -> str:
    return ngettext("%(count)s product", "%(count)s products", number) % {"count": grouped(number)}


def lines(number: int) -> str:
    return ngettext("%(count)s line", "%(count)s lines", number) % {"count": grouped(number)}
