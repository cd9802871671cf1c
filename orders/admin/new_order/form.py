"""What is typed of an order by phone: whom it is for, its lines, and what changes its price."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.dialogs import errors_of
from backoffice.admin.idempotency import IdempotencyKeyField
from backoffice.errors import Fault, Invalid, Refusal
from backoffice.money import ZERO
from orders.admin.order.forms import ADDRESS_PARTS
from orders.admin.promos.terms_form import field_of
from orders.models import Order
from orders.placing.basket import MAX_NOTE, Address, LineRequest, OrderRequest, merged
from orders.promotions.redemption import PromoRefused

LONGEST_CODE = 60
LONGEST_QUANTITY = 9
LINE = "/lines/"


@dataclass(slots=True)
class TypedLine:
    """A line as it stands on the page, also when it is no good."""

    sku: str
    quantity: str
    problem: str = ""


class BasketForm(forms.Form):
    """What a price depends on. Half-typed as it may be, nothing of it is required."""

    email = forms.CharField(required=False)
    promo_code = forms.CharField(
        required=False,
        max_length=LONGEST_CODE,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "autocapitalize": "characters"}),
    )
    shipping_fee = forms.DecimalField(
        required=False,
        min_value=ZERO,
        max_digits=12,
        decimal_places=2,
        help_text="Empty: the shop's own rule.",
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
        """Nothing here needs a look at the shop.

        Raises:
            Invalid: naming every line whose quantity is no number.
        """
        faults = [
            Fault(f"{LINE}{index}", "validation", f"Type how many of {line.sku[:64]}, as a whole number.")
            for index, line in enumerate(self.lines)
            if not _is_number(line.quantity)
        ]
        if faults:
            raise Invalid(" ".join(fault.detail for fault in faults), faults=faults)

    def refuse(self, refusal: Refusal) -> None:
        """Say at each line and each field what is wrong there, and the rest to the form as a whole."""
        if isinstance(refusal, PromoRefused):
            self.add_error("promo_code", refusal.detail)
            return
        about_lines = [fault for fault in refusal.faults if fault.pointer.startswith(LINE)]
        for fault in about_lines:
            self.lines[int(fault.pointer.split("/")[2])].problem = fault.detail
        if about_lines:
            self.add_error(None, "Mend the marked lines.")
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


def _same_as(name: str, **attributes: Any) -> Any:
    """As the order's own field says: label, length, whether it may be empty."""
    return field_of(Order, name, widget=UnfoldAdminTextInputWidget({"autocomplete": "off", **attributes}))


class NewOrderForm(BasketForm):
    """`key` is the same whenever the same order is sent once more."""

    email = field_of(
        Order,
        "email",
        label="E-mail",
        widget=UnfoldAdminEmailInputWidget({"autocomplete": "off", "data-focus": True}),
    )
    name = _same_as("ship_name")
    line1 = _same_as("ship_line1")
    line2 = _same_as("ship_line2")
    postcode = _same_as("ship_postcode")
    city = _same_as("ship_city")
    region = _same_as("ship_region")
    country = _same_as("ship_country", autocapitalize="characters")
    phone = _same_as("ship_phone", inputmode="tel")
    note = forms.CharField(
        required=False,
        max_length=MAX_NOTE,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )
    key = IdempotencyKeyField()

    def check_lines(self) -> None:
        super().check_lines()
        merged(self.requested_lines())

    def order_request(self) -> OrderRequest:
        typed = self.cleaned_data
        address = Address(**{name: typed[name] for name in ADDRESS_PARTS})
        basket = super().order_request()
        return OrderRequest(
            basket.lines, basket.promo_code, basket.shipping_fee, address=address, note=typed["note"]
        )

    def give_another_key(self, key: str) -> None:
        """What is sent next is another order."""
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["key"] = key

    def delivery_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*ADDRESS_PARTS, "note")]

    def price_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("promo_code", "shipping_fee")]


def _typed_lines(data: QueryDict) -> Iterator[TypedLine]:
    for sku, quantity in zip(data.getlist("sku"), data.getlist("quantity"), strict=False):
        # PostgreSQL's text cannot hold a NUL.
        yield TypedLine(sku.replace("\x00", "").strip(), quantity.replace("\x00", "").strip())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_QUANTITY
