"""The currency of the books: kept in the database, so that another SHOP_CURRENCY cannot relabel amounts."""

from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.db.money_fields import MoneyField
from backoffice.errors import Conflict, Title
from backoffice.models import Books


class OtherCurrency(Conflict):
    code = "other_currency"
    title: ClassVar[Title] = gettext_lazy("The books are in another currency")


def keep_currency(**_signal: Any) -> None:
    """Note the shop's currency for a database that has none yet, or no amount."""
    books, is_new = Books.objects.get_or_create(pk=1, defaults={"currency": settings.SHOP_CURRENCY})
    if not is_new and books.currency != settings.SHOP_CURRENCY and not _has_amounts():
        Books.objects.update(currency=settings.SHOP_CURRENCY)


def refuse_other_currency() -> None:
    """Refuse to run on books in another currency: every amount would be read as one of the wrong money.

    Raises:
        OtherCurrency: saying what to do.
    """
    kept = kept_currency()
    if kept is None or kept == settings.SHOP_CURRENCY or not _has_amounts():
        return
    raise OtherCurrency(
        _(
            "SHOP_CURRENCY is %(wanted)s, but the products and orders of this database are in %(kept)s: "
            "their amounts would not be converted. Set SHOP_CURRENCY to %(kept)s, or begin with an empty "
            "database."
        )
        % {"wanted": settings.SHOP_CURRENCY, "kept": kept}
    )


def kept_currency() -> str | None:
    """Return the currency of the books; None where there are none, or no database that answers."""
    try:
        return Books.objects.values_list("currency", flat=True).first()
    except DatabaseError:
        return None


def _has_amounts() -> bool:
    priced = (
        model
        for model in apps.get_models()
        if any(isinstance(field, MoneyField) for field in model._meta.concrete_fields)
    )
    return any(model._default_manager.exists() for model in priced)
