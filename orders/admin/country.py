"""The country of an address as a field of forms."""

from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.countries import UnknownCountry, country_choices, country_code
from backoffice.shop.in_force import in_force
from orders.models import Order

# The newest orders say which countries are used most.
ORDERS_LOOKED_AT, MOST_USED = 500, 5


class CountryField(forms.ChoiceField):
    """A country to choose, the usual ones first; its name or code is taken too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": UnfoldAdminSelectWidget(), "choices": country_choices(), **options})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            return country_code(text) if text else ""
        except UnknownCountry as error:
            raise ValidationError(str(error), code="unknown_country") from error


def offer_countries(form: forms.Form, name: str = "country") -> None:
    """Put the usual countries first in this form's field; the shop's own is chosen already."""
    field = form.fields[name]
    assert isinstance(field, CountryField)
    own = in_force().country
    field.choices = country_choices(own, *_most_used())
    field.initial = field.initial or own


def _most_used() -> list[str]:
    newest = Order.objects.order_by("-pk").values_list("ship_country", flat=True)[:ORDERS_LOOKED_AT]
    return [code for code, _orders in Counter(newest).most_common(MOST_USED)]
