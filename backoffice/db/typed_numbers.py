"""Fields of forms that take a number as its reader's language writes it, and show theirs so."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from backoffice import numbers
from backoffice.numbers import AmbiguousNumber, conventions, editable, is_plain


class TypedNumber(forms.Field):
    """What all of them share; it stands before Django's field, which makes a number of the plain decimal."""

    def prepare_value(self, value: Any) -> Any:
        return editable(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(self.plain(value) if isinstance(value, str) else value)

    def units(self) -> Iterable[str]:
        """Return what may stand beside the number, such as `€`."""
        return ()

    def places(self) -> int:
        """Return how many decimal places the number may have."""
        return getattr(self, "decimal_places", None) or 0

    def plain(self, typed: str) -> str:
        """Return the number as programs write it. Raises ValidationError: it is none, or may be two."""
        text = typed.strip()
        for unit in self.units():
            text = text.removeprefix(unit).removesuffix(unit).strip()
        try:
            text = numbers.plain(text, places=self.places())
        except AmbiguousNumber as error:
            raise ValidationError(str(error), code="ambiguous") from error
        if text and not is_plain(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return text


class WholeNumberInput(TypedNumber, forms.IntegerField):
    """A number of things: plain digits, as browsers send them, or digits grouped as people do."""

    def plain(self, typed: str) -> str:
        text = super().plain(typed)
        # Django would take 10.00 for ten, which in German may be a slip for 10.000.
        if conventions().group_mark in text:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return text


class DecimalInput(TypedNumber, forms.DecimalField):
    """A number with decimal places."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"} | super().widget_attrs(widget)


class PercentInput(DecimalInput):
    def units(self) -> Iterable[str]:
        return ("%",)
