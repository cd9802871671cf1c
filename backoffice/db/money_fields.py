"""Amounts in the shop's currency, as columns and as fields of forms."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Round

from backoffice.db.typed_numbers import DecimalInput
from backoffice.money import WHOLE_DIGITS, TooManyPlaces, in_places, places, rounded
from backoffice.money.currencies import MOST_PLACES, SYMBOLS


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An amount: the column has room for every currency, its values have the places of the shop's."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options |= {"max_digits": WHOLE_DIGITS + MOST_PLACES, "decimal_places": MOST_PLACES}
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, args, options

    def from_db_value(self, value: Decimal | None, _expression: Any, _connection: Any) -> Decimal | None:
        return None if value is None else rounded(value)

    def clean(self, value: Any, model_instance: Any) -> Decimal | None:
        cleaned: Decimal | None = super().clean(value, model_instance)
        return _in_places(cleaned)

    def run_validators(self, value: Any) -> None:
        super().run_validators(_in_places(value))

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"form_class": MoneyInput, **options})


class MoneyInput(DecimalInput):
    """A field of a form for an amount in the shop's currency, which may stand beside it."""

    def __init__(self, **options: Any) -> None:
        options |= {"max_digits": WHOLE_DIGITS + MOST_PLACES, "decimal_places": MOST_PLACES}
        super().__init__(**options)

    def units(self) -> Iterable[str]:
        currency = settings.SHOP_CURRENCY
        return filter(None, (currency, SYMBOLS.get(currency)))

    def places(self) -> int:
        return places()

    def to_python(self, value: Any) -> Any:
        return _in_places(super().to_python(value))


def _in_places(value: Any) -> Any:
    """Raises ValidationError for an amount that the currency does not have."""
    try:
        return in_places(value) if isinstance(value, Decimal) else value
    except TooManyPlaces as error:
        raise ValidationError(str(error), code="max_decimal_places", params={"max": places()}) from error


def exact(amount: models.expressions.Combinable) -> Round:
    """Round an amount to the places of its column before comparing: SQLite computes in floating point."""
    return Round(amount, precision=MOST_PLACES, output_field=MoneyField())
