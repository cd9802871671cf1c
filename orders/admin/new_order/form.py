"""The form for an order by phone: the customer, the lines, and what changes the price."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.dialogs import errors_of
from backoffice.admin.email_input import EmailAddressInput
from backoffice.admin.idempotency import IdempotencyKeyField
from backoffice.db.fields import many_lines, one_line
from backoffice.db.money_fields import MoneyInput
from backoffice.errors import Fault, Invalid, Refusal
from backoffice.languages import languages
from backoffice.money import ZERO
from backoffice.numbers import plain
from backoffice.text import without_control
from orders.admin.country import CountryField, offer_countries
from orders.admin.order.edit_dialog import ADDRESS_PARTS
from orders.admin.promos.terms_form import field_of
from orders.models import Order
from orders.placing.basket import MAX_NOTE, Address, LineRequest, OrderRequest, merged
from orders.promotions.redemption import PromoRefused

LONGEST_CODE = 60
LONGEST_QUANTITY = 9
LINE = "/lines/"


@dataclass(slots=True)
class TypedLine:
    """A line as it was typed, whether or not it is valid."""

    sku: str
    quantity: str
    problem: str = ""


class BasketForm(forms.Form):
    """The fields that the price depends on. None is required: it is sent while somebody types."""

    email = forms.CharField(required=False, validators=[one_line])
    promo_code = forms.CharField(
        label=gettext_lazy("Promo code"),
        required=False,
        max_length=LONGEST_CODE,
        validators=[one_line],
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "autocapitalize": "characters"}),
    )
    shipping_fee = MoneyInput(
        label=gettext_lazy("Shipping fee"),
        required=False,
        min_value=ZERO,
        help_text=gettext_lazy("Empty: the shop's own rule."),
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "inputmode": "decimal"}),
    )

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.lines = list(_typed_lines(data)) if data else []

    def clean(self) -> dict[str, Any]:
        super().clean()
        try:
            self.check_lines()
        except Refusal as refusal:
            self.refuse(refusal)
        return self.cleaned_data

    def check_lines(self) -> None:
        """Check what can be checked without the database.

        Raises:
            Invalid: naming every line whose quantity is no number.
        """
        text = _("Type how many of %(sku)s, as a whole number.")
        faults = [
            Fault(f"{LINE}{index}", "validation", text % {"sku": line.sku[:64]})
            for index, line in enumerate(self.lines)
            if not _is_number(line.quantity)
        ]
        if faults:
            raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)

    def refuse(self, refusal: Refusal) -> None:
        """Show each complaint at the line or field it is about, the others above the form."""
        if isinstance(refusal, PromoRefused):
            self.add_error("promo_code", refusal.detail)
            return
        about_lines = [fault for fault in refusal.faults if fault.pointer.startswith(LINE)]
        for fault in about_lines:
            self.lines[int(fault.pointer.split("/")[2])].problem = fault.detail
        if about_lines:
            self.add_error(None, _("Fix the highlighted items."))
            return
        for field, message in errors_of(refusal, self.fields):
            self.add_error(field, message)

    def requested_lines(self) -> tuple[LineRequest, ...]:
        return tuple(LineRequest(line.sku, int(line.quantity)) for line in self.lines)

    def order_request(self) -> OrderRequest:
        return OrderRequest(
            lines=self.requested_lines(),
            promo_code=self.cleaned_data["promo_code"],
            shipping_fee=self.cleaned_data["shipping_fee"],
        )


def _order_field(name: str, **attributes: Any) -> Any:
    """A form field with the label, length and `blank` of the order's own field."""
    return field_of(Order, name, widget=UnfoldAdminTextInputWidget({"autocomplete": "off", **attributes}))


def _offered_languages() -> list[tuple[str, str]]:
    return [("", _("The customer's")), *languages()]


class NewOrderForm(BasketForm):
    """A basket with everything else an order needs; `key` stays the same when it is sent again."""

    email = field_of(
        Order,
        "email",
        widget=EmailAddressInput({"autocomplete": "off", "data-focus": True}),
    )
    name = _order_field("ship_name")
    line1 = _order_field("ship_line1")
    line2 = _order_field("ship_line2")
    postcode = _order_field("ship_postcode")
    city = _order_field("ship_city")
    region = _order_field("ship_region")
    country = CountryField(label=gettext_lazy("Country"))
    phone = _order_field("ship_phone", inputmode="tel")
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=MAX_NOTE,
        validators=[many_lines],
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=_offered_languages,
        help_text=gettext_lazy("Of mails and paper about the order."),
        widget=UnfoldAdminSelectWidget(),
    )
    key = IdempotencyKeyField()

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        offer_countries(self)

    def check_lines(self) -> None:
        super().check_lines()
        merged(self.requested_lines())

    def order_request(self) -> OrderRequest:
        typed = self.cleaned_data
        address = Address(**{name: typed[name] for name in ADDRESS_PARTS})
        basket = super().order_request()
        return replace(basket, address=address, note=typed["note"], language=typed["language"])

    def give_another_key(self, key: str) -> None:
        """Make the next submission of the form count as another order."""
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["key"] = key

    def delivery_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*ADDRESS_PARTS, "note", "language")]

    def price_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("promo_code", "shipping_fee")]


def _typed_lines(data: QueryDict) -> Iterator[TypedLine]:
    for sku, quantity in zip(data.getlist("sku"), data.getlist("quantity"), strict=False):
        yield TypedLine(without_control(sku).strip(), plain(without_control(quantity).strip()))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_QUANTITY
