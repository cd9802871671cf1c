"""The dialogs over an order: each prefilled with what is left, each running one use case."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.db.fields import many_lines, one_line
from backoffice.db.money_fields import MoneyInput
from backoffice.errors import Fault, Invalid
from backoffice.money import ZERO
from orders.admin import counted, words
from orders.admin.order.order_dialog import OrderDialog, QuantitiesDialog, field_of_line
from orders.fulfilment import lifecycle
from orders.fulfilment.lifecycle import ReturnedItem
from orders.fulfilment.reversals import shipping_left
from orders.fulfilment.tracking import CARRIERS
from orders.models import OrderLine, Shipment
from orders.visibility import tracking_told_to

ANOTHER_CARRIER = ""


class ShipForm(QuantitiesDialog):
    carrier = forms.ChoiceField(
        label=gettext_lazy("Carrier"), required=False, widget=UnfoldAdminSelectWidget()
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        required=False,
        max_length=80,
        validators=[one_line],
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "placeholder": gettext_lazy("Scan or type")}),
    )

    def add_fields(self) -> None:
        last = Shipment.objects.exclude(carrier="").order_by("-pk").values_list("carrier", flat=True).first()
        known = list(dict.fromkeys([*CARRIERS, *([last] if last else [])]))
        carrier = self.fields["carrier"]
        assert isinstance(carrier, forms.ChoiceField)
        carrier.choices = [*((name, name) for name in known), (ANOTHER_CARRIER, _("Another"))]
        carrier.initial = last or CARRIERS[0]
        super().add_fields()

    def left_of(self, line: OrderLine) -> int:
        return line.open

    def help_for(self, line: OrderLine) -> str:
        facts = {"open": line.open, "quantity": line.quantity, "on_hand": f"{line.product.on_hand:,}"}
        return _("%(open)s of %(quantity)s still to ship, %(on_hand)s on hand") % facts

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        shipment = lifecycle.ship_order(
            self.number,
            by=self.actor,
            lines={line.sku: quantity for line, quantity in chosen},
            carrier=data["carrier"],
            tracking_number=data["tracking_number"],
        )
        facts = {"units": _units_in_words(chosen), "shipment": shipment.reference}
        self.done = _("Shipped %(units)s as %(shipment)s.") % facts


class DeliverForm(OrderDialog):
    shipment = forms.ChoiceField(
        label=gettext_lazy("Shipment"), required=False, widget=UnfoldAdminSelectWidget()
    )

    def add_fields(self) -> None:
        under_way = self.order.shipments.under_way()
        shipment = self.fields["shipment"]
        assert isinstance(shipment, forms.ChoiceField)
        shipment.choices = [
            ("", _("All that are under way")),
            *((str(each), self._label_of(each)) for each in under_way),
        ]

    def _label_of(self, shipment: Shipment) -> str:
        tracking = tracking_told_to(self.actor.user, shipment)
        return " · ".join(filter(None, [shipment.reference, shipment.carrier, tracking]))

    def carry_out(self, data: dict[str, Any]) -> None:
        lifecycle.deliver_order(self.number, by=self.actor, shipment=data["shipment"] or None)
        self.done = _("%(shipment)s is delivered.") % {"shipment": data["shipment"] or self.number}


class CancelForm(QuantitiesDialog):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=255,
        validators=[one_line],
        help_text=gettext_lazy("The customer reads it in the e-mail."),
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
    )

    def intro(self) -> str:
        text = _("%(order)s: these units go back on sale. What has shipped comes back as a return instead.")
        return text % {"order": self.number}

    def left_of(self, line: OrderLine) -> int:
        return line.open

    @property
    def lines(self) -> Iterable[OrderLine]:
        """Return the one line from which the dialog was opened, else all."""
        meant = self.request.GET.get("line", "")
        return [line for line in super().lines if meant in ("", str(line.pk))]

    def help_for(self, line: OrderLine) -> str:
        facts = {"open": line.open, "quantity": line.quantity}
        return _("%(open)s of %(quantity)s not shipped yet") % facts

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        lines = {line.sku: quantity for line, quantity in chosen}
        order = lifecycle.cancel_order(self.number, by=self.actor, lines=lines, reason=data["reason"])
        self.done = _("Cancelled %(units)s of %(order)s.") % {
            "units": _units_in_words(chosen),
            "order": order,
        }


class ReturnForm(QuantitiesDialog):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=255,
        validators=[one_line],
        widget=UnfoldAdminTextInputWidget(),
    )

    def left_of(self, line: OrderLine) -> int:
        return line.shipped - line.returned

    def prefilled(self, line: OrderLine) -> int:
        """Prefill all that can come back if only one line can; otherwise the person says what came back."""
        returnable = [each for each in self.lines if self.left_of(each)]
        return self.left_of(line) if len(returnable) == 1 else 0

    def help_for(self, line: OrderLine) -> str:
        each = words.money(line.total / line.quantity, self.order.currency)
        facts = {"left": self.left_of(line), "shipped": line.shipped, "each": each}
        return _("%(left)s of %(shipped)s shipped could come back, %(each)s each") % facts

    def add_fields(self) -> None:
        super().add_fields()
        left = shipping_left(self.order, list(self.lines))
        if left:
            self.fields["shipping_credit"] = MoneyInput(
                label=_("Shipping fee given back"),
                required=False,
                help_text=_("At most %(amount)s. Empty: none.")
                % {"amount": words.money(left, self.order.currency)},
                widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),
            )

    def add_line(self, line: OrderLine) -> None:
        super().add_line(line)
        self.fields[_written_off_of(line)] = forms.IntegerField(
            label=_("Of these written off: %(sku)s") % {"sku": line.sku},
            required=False,
            min_value=0,
            max_value=1_000_000_000,
            help_text=_("The others go back on sale."),
            widget=UnfoldAdminIntegerFieldWidget({"min": 0, "inputmode": "numeric"}),
        )

    def chosen(self, data: dict[str, Any]) -> Iterator[tuple[OrderLine, int]]:
        """Yield also a line of which units are to be written off although none is said to have come back."""
        for line in self.lines:
            quantity, written_off = (data.get(name(line)) for name in (field_of_line, _written_off_of))
            if quantity or written_off:
                yield line, quantity or 0

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        items = [item for line, quantity in chosen for item in self._items(line, quantity, data)]
        returned = lifecycle.return_items(
            self.number,
            by=self.actor,
            items=items,
            shipping_credit=data.get("shipping_credit") or ZERO,
            reason=data["reason"],
        )
        credit = words.money(returned.credit + returned.shipping_credit, self.order.currency)
        facts = {"return": returned.reference, "units": _units_in_words(chosen), "credit": credit}
        self.done = _("Registered %(return)s: %(units)s came back, worth %(credit)s.") % facts

    def _items(self, line: OrderLine, quantity: int, data: dict[str, Any]) -> Iterator[ReturnedItem]:
        """Raises Invalid when more are written off than came back."""
        written_off = data[_written_off_of(line)] or 0
        if written_off > quantity:
            text = _("%(count)s of %(sku)s came back: no more can be written off.")
            detail = text % {"count": quantity, "sku": line.sku}
            raise Invalid(detail, faults=[Fault(f"/{_written_off_of(line)}", "validation", detail)])
        if quantity > written_off:
            yield ReturnedItem(line.sku, quantity - written_off)
        if written_off:
            yield ReturnedItem(line.sku, written_off, restock=False)


class CommentForm(OrderDialog):
    text = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=lifecycle.MAX_TEXT,
        validators=[many_lines],
        help_text=gettext_lazy("Colleagues read it in the timeline; the customer does not."),
        widget=UnfoldAdminTextareaWidget({"autofocus": True, "rows": 4}),
    )

    def carry_out(self, data: dict[str, Any]) -> None:
        lifecycle.comment(self.number, by=self.actor, text=data["text"])
        self.done = _("Comment added.")


def _written_off_of(line: OrderLine) -> str:
    return f"written_off_{line.pk}"


def _units_in_words(chosen: list[tuple[OrderLine, int]]) -> str:
    return counted.units(sum(quantity for _line, quantity in chosen))
