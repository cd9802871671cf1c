"""The dialog that corrects an order's address, e-mail address and note while anything is still to ship."""

from typing import Any

from django import forms
from django.db.models import Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.email_input import EmailAddressInput
from orders.admin.country import CountryField, offer_countries
from orders.admin.order.order_dialog import OrderDialog
from orders.changing.details import edit_order
from orders.models import Order
from orders.placing.basket import Address

ADDRESS_PARTS = ("name", "line1", "line2", "postcode", "city", "region", "country", "phone")


class EditForm(OrderDialog):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def intro(self) -> str:
        text = _(
            "%(order)s: with another e-mail address the order becomes that person's, and they get the "
            "confirmation."
        )
        return text % {"order": self.number}

    def add_fields(self) -> None:
        self.fields["version"].initial = self.order.version
        for name in ADDRESS_PARTS:
            self.fields[name] = (
                CountryField(label=gettext_lazy("Country"))
                if name == "country"
                else _order_field(f"ship_{name}", UnfoldAdminTextInputWidget())
            )
            self.fields[name].initial = getattr(self.order, f"ship_{name}")
        offer_countries(self)
        self.fields["email"] = _order_field("email", EmailAddressInput())
        self.fields["email"].initial = self.order.readable_email
        if self.order.promo_code:
            self.fields["past_promo_limits"] = forms.BooleanField(
                label=_("Allow the discount all the same"),
                required=False,
                help_text=_("If the person with the new e-mail address has used up the promo code."),
                widget=UnfoldBooleanSwitchWidget(),
            )
        self.fields["note"] = _order_field("note", UnfoldAdminTextareaWidget({"rows": 3}))
        self.fields["note"].label = _("Note")
        self.fields["note"].initial = self.order.note

    def carry_out(self, data: dict[str, Any]) -> None:
        edit_order(
            self.number,
            by=self.actor,
            address=Address(**{name: data[name] for name in ADDRESS_PARTS}),
            email=data["email"],
            note=data["note"],
            past_promo_limits=data.get("past_promo_limits", False),
            expected_version=data["version"],
        )
        self.done = _("Saved.")


def _order_field(model_field: str, widget: forms.Widget) -> forms.Field:
    """A form field with the label, length and `blank` of the model's field."""
    field = Order._meta.get_field(model_field)
    assert isinstance(field, Field)
    form_field = field.formfield(widget=widget)
    assert form_field is not None
    return form_field
