"""A weight that people write in kilograms, and that is kept in grams."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.db.typed_numbers import DecimalInput
from backoffice.numbers import editable
from catalog.models.product import MAX_GRAMS, kilograms


class KilogramsField(forms.Field):
    """`0.42` stands for 420 grams."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._kilograms = DecimalInput(
            max_digits=9,
            decimal_places=3,
            min_value=0,
            max_value=Decimal(MAX_GRAMS) / 1000,
            required=False,
            error_messages={"invalid": _("Enter a weight in kilograms, such as 0.42.")},
        )

    def prepare_value(self, value: Any) -> Any:
        return editable(kilograms(value)) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        # Compared with what is kept to tell whether it was changed.
        if isinstance(value, int):
            return value
        weight = self._kilograms.clean(value)
        return None if weight is None else int(weight * 1000)
