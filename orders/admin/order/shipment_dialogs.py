"""The dialogs over one of an order's shipments, opened from its parcel on the page."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from backoffice.db.fields import one_line
from orders.admin import counted
from orders.admin.order.order_dialog import OrderDialog, says
from orders.fulfilment.shipments import correct_shipment, undo_shipment
from orders.models import Shipment


class ShipmentDialog(OrderDialog):
    """A dialog about the shipment that its address names."""

    shipment = forms.CharField(max_length=60, validators=[one_line], widget=forms.HiddenInput)

    def add_fields(self) -> None:
        meant = self.request.GET.get("shipment", "").replace("\x00", "")
        self.shown: Shipment | None = self.order.shipments.filter(reference=meant).first()
        self.fields["shipment"].initial = meant

    def intro(self) -> str:
        if self.shown is None:
            return self.number
        return " · ".join(
            filter(None, [self.shown.reference, self.shown.carrier, self.shown.tracking_number])
        )


class CorrectShipmentForm(ShipmentDialog):
    carrier = forms.CharField(
        validators=[one_line],
        label=gettext_lazy("Carrier"),
        required=False,
        max_length=60,
        widget=UnfoldAdminTextInputWidget(),
    )
    tracking_number = forms.CharField(
        validators=[one_line],
        label=gettext_lazy("Tracking number"),
        required=False,
        max_length=80,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "placeholder": gettext_lazy("Scan or type")}),
    )
    notify = forms.BooleanField(
        label=gettext_lazy("Tell the customer"),
        required=False,
        initial=True,
        help_text=gettext_lazy("By e-mail, unless the parcel has arrived."),
        widget=UnfoldBooleanSwitchWidget(),
    )

    def add_fields(self) -> None:
        super().add_fields()
        if self.shown is not None:
            for name in ("carrier", "tracking_number"):
                self.fields[name].initial = getattr(self.shown, name)

    def footer(self) -> str:
        return says(
            _("The parcel is found by what you write"), _("Its units and the stock stay as they are.")
        )

    def carry_out(self, data: dict[str, Any]) -> None:
        shipment = correct_shipment(
            self.number,
            data["shipment"],
            by=self.actor,
            carrier=data["carrier"],
            tracking_number=data["tracking_number"],
            notify=data["notify"],
        )
        self.done = _("%(shipment)s is corrected.") % {"shipment": shipment.reference}


class UndoShipmentForm(ShipmentDialog):
    reason = forms.CharField(
        validators=[one_line],
        label=gettext_lazy("Reason"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("The customer reads it in the e-mail."),
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
    )
    notify = forms.BooleanField(
        label=gettext_lazy("Tell the customer that it is not on its way"),
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget(),
    )

    def footer(self) -> str:
        lines = self.shown.lines.all() if self.shown else ()
        facts = {"units": counted.units(sum(line.quantity for line in lines))}
        return says(
            _("%(units)s to ship again") % facts,
            _("It never left: they are on the shelf, reserved for this order."),
        )

    def carry_out(self, data: dict[str, Any]) -> None:
        shipment = undo_shipment(
            self.number, data["shipment"], by=self.actor, reason=data["reason"], notify=data["notify"]
        )
        text = _("%(shipment)s is undone: its units are to be shipped again.")
        self.done = text % {"shipment": shipment.reference}
