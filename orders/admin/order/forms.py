"""The dialogs over an order: each prefilled with what is left, each running one use case."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import Field, Prefetch
from django.http import Http404, HttpRequest
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from backoffice.admin.dialogs import UseCaseDialog
from backoffice.errors import Fault, Refusal
from orders.admin import words
from orders.fulfilment import lifecycle
from orders.fulfilment.lifecycle import ReturnedItem
from orders.fulfilment.tracking import CARRIERS
from orders.models import Order, OrderLine, Shipment
from orders.placing.basket import Address

ANOTHER_CARRIER = ""
ADDRESS_PARTS = ("name", "line1", "line2", "postcode", "city", "region", "country", "phone")


class OrderDialog(UseCaseDialog):
    """A dialog about one order."""

    form_before_template = "orders/admin/dialog_intro.html"

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        self.order = _order(object_id)
        self.add_fields()

    @property
    def number(self) -> str:
        return str(self.order)

    @property
    def lines(self) -> Iterable[OrderLine]:
        return self.order.lines.all()

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def add_fields(self) -> None:
        """Fields that depend on the order."""

    def intro(self) -> str:
        if not self.request.user.has_perm("accounts.view_customer"):
            return self.number
        town = f"{self.order.ship_postcode} {self.order.ship_city}".strip()
        return f"{self.number} to {self.order.ship_name}, {town}"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return {"intro": self.intro()}


class QuantitiesDialog(OrderDialog):
    """A quantity for each line of which something is left."""

    def left_of(self, line: OrderLine) -> int:
        raise NotImplementedError

    def help_for(self, line: OrderLine) -> str:
        raise NotImplementedError

    def prefilled(self, line: OrderLine) -> int:
        return self.left_of(line)

    def add_fields(self) -> None:
        for line in self.lines:
            if self.left_of(line):
                self.add_line(line)

    def add_line(self, line: OrderLine) -> None:
        self.fields[_field_of(line)] = forms.IntegerField(
            label=f"{line.name} ({line.sku})",
            min_value=0,
            max_value=1_000_000_000,
            required=False,
            initial=self.prefilled(line),
            help_text=self.help_for(line),
            widget=UnfoldAdminIntegerFieldWidget({"min": 0, "inputmode": "numeric"}),
        )

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        prefilled = [
            name for name in self.fields if name.startswith("quantity_") and self.fields[name].initial
        ]
        return {**super().get_before_template_context(request, object_id), "may_clear": len(prefilled) > 1}

    def chosen(self, data: dict[str, Any]) -> Iterator[tuple[OrderLine, int]]:
        for line in self.lines:
            if quantity := data.get(_field_of(line)):
                yield line, quantity

    def carry_out(self, data: dict[str, Any]) -> None:
        chosen = list(self.chosen(data))
        try:
            self.carry_out_for(chosen, data)
        except Refusal as refusal:
            refusal.faults = tuple(self._at_field(fault, chosen) for fault in refusal.faults)
            raise

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        raise NotImplementedError

    def _at_field(self, fault: Fault, chosen: list[tuple[OrderLine, int]]) -> Fault:
        """Use cases name a line by its place among those asked for; the dialog has a field for each."""
        if fault.pointer == "/lines":
            first = next((name for name in self.fields if name.startswith("quantity_")), "")
            return replace(fault, pointer=f"/{first}", detail="Choose at least one unit.")
        place = fault.pointer.removeprefix("/lines/").partition("/")[0]
        if place.isdecimal() and int(place) < len(chosen):
            return replace(fault, pointer=f"/{_field_of(chosen[int(place)][0])}")
        return fault


class ShipForm(QuantitiesDialog):
    carrier = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget())
    tracking_number = forms.CharField(
        required=False,
        max_length=80,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "placeholder": "Scan or type"}),
    )

    def add_fields(self) -> None:
        last = Shipment.objects.exclude(carrier="").order_by("-pk").values_list("carrier", flat=True).first()
        known = list(dict.fromkeys([*CARRIERS, *([last] if last else [])]))
        carrier = self.fields["carrier"]
        assert isinstance(carrier, forms.ChoiceField)
        carrier.choices = [*((name, name) for name in known), (ANOTHER_CARRIER, "Another")]
        carrier.initial = last or CARRIERS[0]
        super().add_fields()

    def left_of(self, line: OrderLine) -> int:
        return line.open

    def help_for(self, line: OrderLine) -> str:
        return f"{line.open} of {line.quantity} still to ship, {line.product.on_hand:,} on hand"

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        shipment = lifecycle.ship_order(
            self.number,
            by=self.actor,
            lines={line.sku: quantity for line, quantity in chosen},
            carrier=data["carrier"],
            tracking_number=data["tracking_number"],
        )
        self.done = f"Shipped {_units(chosen)} as {shipment.reference}."


class DeliverForm(OrderDialog):
    shipment = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget())

    def add_fields(self) -> None:
        under_way = self.order.shipments.filter(delivered_at=None)
        shipment = self.fields["shipment"]
        assert isinstance(shipment, forms.ChoiceField)
        shipment.choices = [
            ("", "All that are under way"),
            *((str(each), _shipment_label(each)) for each in under_way),
        ]

    def carry_out(self, data: dict[str, Any]) -> None:
        lifecycle.deliver_order(self.number, by=self.actor, shipment=data["shipment"] or None)
        self.done = f"{data['shipment'] or self.number} is delivered."


class CancelForm(QuantitiesDialog):
    reason = forms.CharField(
        required=False,
        max_length=255,
        help_text="The customer reads it in the e-mail.",
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
    )

    def intro(self) -> str:
        return f"{self.number}: these units go back on sale. What has shipped comes back as a return instead."

    def left_of(self, line: OrderLine) -> int:
        return line.open

    def prefilled(self, line: OrderLine) -> int:
        """All that is left, or of one line when the dialog is opened from there."""
        return self.left_of(line) if self.request.GET.get("line") in (None, str(line.pk)) else 0

    def help_for(self, line: OrderLine) -> str:
        return f"{line.open} of {line.quantity} not shipped yet"

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        lines = {line.sku: quantity for line, quantity in chosen}
        order = lifecycle.cancel_order(self.number, by=self.actor, lines=lines, reason=data["reason"])
        self.done = f"Cancelled {_units(chosen)} of {order}."


class ReturnForm(QuantitiesDialog):
    reason = forms.CharField(required=False, max_length=255, widget=UnfoldAdminTextInputWidget())

    def left_of(self, line: OrderLine) -> int:
        return line.shipped - line.returned

    def prefilled(self, line: OrderLine) -> int:
        """With several lines, which of them came back has to be said."""
        returnable = [each for each in self.lines if self.left_of(each)]
        return self.left_of(line) if len(returnable) == 1 else 0

    def help_for(self, line: OrderLine) -> str:
        paid = words.money(line.total / line.quantity, self.order.currency)
        return f"{self.left_of(line)} of {line.shipped} shipped could come back, {paid} each"

    def add_line(self, line: OrderLine) -> None:
        super().add_line(line)
        self.fields[_restock_of(line)] = forms.BooleanField(
            label=f"Put {line.sku} back on sale",
            required=False,
            initial=True,
            help_text="Off: written off.",
            widget=UnfoldBooleanSwitchWidget(),
        )

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        items = [ReturnedItem(line.sku, quantity, data[_restock_of(line)]) for line, quantity in chosen]
        returned = lifecycle.return_items(self.number, by=self.actor, items=items, reason=data["reason"])
        credit = words.money(returned.credit, self.order.currency)
        self.done = f"Registered {returned.reference}: {_units(chosen)} came back, worth {credit}."


class CommentForm(OrderDialog):
    text = forms.CharField(
        label="Comment",
        max_length=lifecycle.MAX_TEXT,
        help_text="Colleagues read it in the timeline; the customer does not.",
        widget=UnfoldAdminTextareaWidget({"autofocus": True, "rows": 4}),
    )

    def carry_out(self, data: dict[str, Any]) -> None:
        lifecycle.comment(self.number, by=self.actor, text=data["text"])
        self.done = "Comment added."


class EditForm(OrderDialog):
    """Where it goes to, whom it is about, and the note; only while nothing has shipped."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def intro(self) -> str:
        return f"{self.number}: with another e-mail address the confirmation is sent again."

    def add_fields(self) -> None:
        self.fields["version"].initial = self.order.version
        for name in ADDRESS_PARTS:
            self.fields[name] = _same_field(f"ship_{name}", UnfoldAdminTextInputWidget())
            self.fields[name].initial = getattr(self.order, f"ship_{name}")
        self.fields["email"] = _same_field("email", UnfoldAdminEmailInputWidget())
        self.fields["note"] = _same_field("note", UnfoldAdminTextareaWidget({"rows": 3}))
        for name in ("email", "note"):
            self.fields[name].initial = getattr(self.order, name)

    def carry_out(self, data: dict[str, Any]) -> None:
        lifecycle.edit_order(
            self.number,
            by=self.actor,
            address=Address(**{name: data[name] for name in ADDRESS_PARTS}),
            email=data["email"],
            note=data["note"],
            expected_version=data["version"],
        )
        self.done = "Saved."


def _order(object_id: int | str | None) -> Order:
    lines = OrderLine.objects.select_related("product").order_by("position")
    orders = Order.objects.select_related("customer").prefetch_related(Prefetch("lines", queryset=lines))
    try:
        return orders.get(pk=object_id or 0)
    except (Order.DoesNotExist, ValueError):
        raise Http404("There is no such order.") from None


def _field_of(line: OrderLine) -> str:
    return f"quantity_{line.pk}"


def _restock_of(line: OrderLine) -> str:
    return f"restock_{line.pk}"


def _same_field(model_field: str, widget: forms.Widget) -> forms.Field:
    """As the model says: label, length, whether it may be empty."""
    field = Order._meta.get_field(model_field)
    assert isinstance(field, Field)
    form_field = field.formfield(widget=widget)
    assert form_field is not None
    return form_field


def _shipment_label(shipment: Shipment) -> str:
    return " · ".join(filter(None, [shipment.reference, shipment.carrier, shipment.tracking_number]))


def _units(chosen: list[tuple[OrderLine, int]]) -> str:
    return words.counted(sum(quantity for _, quantity in chosen), "unit")
