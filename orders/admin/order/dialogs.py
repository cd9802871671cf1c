"""The dialogs over an order's units, each running one use case."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.db.fields import one_line
from backoffice.db.money_fields import MoneyInput
from backoffice.errors import Fault, Invalid
from backoffice.money import ZERO
from backoffice.numbers import grouped
from orders.admin import counted, words
from orders.admin.order.credit_words import back_on_sale, credited
from orders.admin.order.money_card import balance_told_to
from orders.admin.order.order_dialog import OrderDialog
from orders.admin.order.quantities import (
    Consequence,
    QuantitiesDialog,
    field_of_line,
    units_of,
    written_off_of,
)
from orders.fulfilment import lifecycle
from orders.fulfilment.foreseen import cancellation_foreseen, return_foreseen
from orders.fulfilment.holding import is_held, refuse_held, why_held
from orders.fulfilment.lifecycle import ReturnedItem
from orders.fulfilment.reversals import shipping_left
from orders.fulfilment.tracking import CARRIERS
from orders.fulfilment.units import open_units
from orders.models import OrderLine, Shipment
from orders.visibility import tracking_told_to

ANOTHER_CARRIER = ""

type Chosen = list[tuple[OrderLine, int]]


class ShipForm(QuantitiesDialog):
    heads = (gettext_lazy("On hand"), pgettext_lazy("units", "Left"))
    quantity_head = gettext_lazy("Ship")
    nothing = gettext_lazy("Set all to 0")

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
        if is_held(self.order) and self.actor.may("orders.ship_unpaid"):
            self.fields["unpaid"] = forms.BooleanField(
                label=_("Ship it unpaid"),
                required=False,
                help_text=why_held(self.order),
                widget=UnfoldBooleanSwitchWidget(),
            )
        super().add_fields()

    def left_of(self, line: OrderLine) -> int:
        return line.open

    def prefilled(self, line: OrderLine) -> int:
        return line.open

    def cells_of(self, line: OrderLine) -> Sequence[str]:
        facts = {"open": line.open, "quantity": line.quantity}
        left = _("%(open)s of %(quantity)s") % facts if line.open < line.quantity else grouped(line.open)
        return [grouped(line.product.on_hand), left]

    def foresee(self, chosen: Chosen, data: Mapping[str, Any]) -> Consequence:
        open_units(self.lines, _by_sku(chosen))
        refuse_held(self.order, by=self.actor, unpaid=data.get("unpaid", False))
        told = {"units": counted.units(units_of(chosen))}
        rest = sum(line.open for line in self.lines) - units_of(chosen)
        left = ngettext("%(count)s unit is left to ship.", "%(count)s units are left to ship.", rest)
        because = left % {"count": grouped(rest)} if rest else _("Nothing is left to ship then.")
        text = _("Ship %(units)s") % told
        return Consequence(text, because, button=text)

    def carry_out_for(self, chosen: Chosen, data: dict[str, Any]) -> None:
        shipment = lifecycle.ship_order(
            self.number,
            by=self.actor,
            lines=_by_sku(chosen),
            carrier=data["carrier"],
            tracking_number=data["tracking_number"],
            unpaid=data.get("unpaid", False),
        )
        facts = {"units": _units_in_words(chosen), "shipment": shipment.reference}
        self.done = _("Shipped %(units)s as %(shipment)s.") % facts


class DeliverForm(OrderDialog):
    shipment = forms.ChoiceField(
        label=gettext_lazy("Shipment"), required=False, widget=UnfoldAdminSelectWidget()
    )

    def add_fields(self) -> None:
        under_way = list(self.order.shipments.under_way())
        meant = self.request.GET.get("shipment", "")
        shipment = self.fields["shipment"]
        assert isinstance(shipment, forms.ChoiceField)
        shipment.choices = [
            ("", _("All that are under way")),
            *((str(each), self._label_of(each)) for each in under_way),
        ]
        shipment.initial = meant if meant in map(str, under_way) else ""

    def _label_of(self, shipment: Shipment) -> str:
        tracking = tracking_told_to(self.actor.user, shipment)
        return " · ".join(filter(None, [shipment.reference, shipment.carrier, tracking]))

    def carry_out(self, data: dict[str, Any]) -> None:
        lifecycle.deliver_order(self.number, by=self.actor, shipment=data["shipment"] or None)
        self.done = _("%(shipment)s is delivered.") % {"shipment": data["shipment"] or self.number}


class CancelForm(QuantitiesDialog):
    heads = (gettext_lazy("Price"), pgettext_lazy("units", "Left"))
    quantity_head = gettext_lazy("Cancel")
    figure_head = gettext_lazy("Credit")
    everything = gettext_lazy("Cancel everything left")
    says_note = True

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=255,
        validators=[one_line],
        help_text=gettext_lazy("The customer reads it in the e-mail."),
        widget=UnfoldAdminTextInputWidget(),
    )

    def intro(self) -> str:
        text = _("%(order)s · only units that have not shipped can be cancelled")
        return text % {"order": self.number}

    def left_of(self, line: OrderLine) -> int:
        return line.open

    def cells_of(self, line: OrderLine) -> Sequence[str]:
        return [words.money(line.unit_price, self.order.currency), grouped(line.open)]

    def foresee(self, chosen: Chosen, data: Mapping[str, Any]) -> Consequence:
        foreseen = cancellation_foreseen(self.order, self.lines, _by_sku(chosen))
        button = _("Cancel %(units)s") % {"units": counted.units(foreseen.quantity)}
        note = back_on_sale(chosen)
        return credited(self.order, foreseen, button=button, note=note, promo=self.promo)

    def carry_out_for(self, chosen: Chosen, data: dict[str, Any]) -> None:
        order = lifecycle.cancel_order(
            self.number, by=self.actor, lines=_by_sku(chosen), reason=data["reason"]
        )
        told = _("Cancelled %(units)s of %(order)s.") % {"units": _units_in_words(chosen), "order": order}
        self.done = f"{told} {balance_told_to(self.actor.user, order)}".strip()


class ReturnForm(QuantitiesDialog):
    heads = (gettext_lazy("Price"), gettext_lazy("Shipped"))
    quantity_head = gettext_lazy("Came back")
    of_these_head = gettext_lazy("Written off")
    figure_head = gettext_lazy("Credit")
    everything = gettext_lazy("Everything came back")
    says_note = True

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=255,
        validators=[one_line],
        widget=UnfoldAdminTextInputWidget(),
    )

    def intro(self) -> str:
        text = _("%(order)s · what came back goes on sale again, but for units that are written off")
        return text % {"order": self.number}

    def left_of(self, line: OrderLine) -> int:
        return line.shipped - line.returned

    def cells_of(self, line: OrderLine) -> Sequence[str]:
        return [words.money(line.unit_price, self.order.currency), grouped(self.left_of(line))]

    def add_fields(self) -> None:
        super().add_fields()
        left = shipping_left(self.order, self.lines)
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
        label = _("Of these written off: %(sku)s") % {"sku": line.sku}
        self.add_number(written_off_of(line), label=label, most=self.left_of(line))
        self.fields[written_off_of(line)].initial = 0

    def chosen(self, data: Mapping[str, Any]) -> Iterator[tuple[OrderLine, int]]:
        """Yield also a line of which units are to be written off although none is said to have come back."""
        for line in self.lines:
            quantity, written_off = (data.get(name(line)) for name in (field_of_line, written_off_of))
            if quantity or written_off:
                yield line, quantity or 0

    def foresee(self, chosen: Chosen, data: Mapping[str, Any]) -> Consequence:
        items = self._all_items(chosen, data)
        fee = data.get("shipping_credit") or ZERO
        foreseen = return_foreseen(self.order, self.lines, items, shipping_credit=fee)
        written_off = sum(item.quantity for item in items if not item.restock)
        restocked = foreseen.quantity - written_off
        told = [_("Back on sale: %(units)s") % {"units": counted.units(restocked)}] if restocked else []
        told += [_("written off: %(units)s") % {"units": counted.units(written_off)}] if written_off else []
        button = _("Take back %(units)s") % {"units": counted.units(foreseen.quantity)}
        note = ", ".join(told)
        return credited(self.order, foreseen, button=button, note=note, promo=self.promo)

    def carry_out_for(self, chosen: Chosen, data: dict[str, Any]) -> None:
        returned = lifecycle.return_items(
            self.number,
            by=self.actor,
            items=self._all_items(chosen, data),
            shipping_credit=data.get("shipping_credit") or ZERO,
            reason=data["reason"],
        )
        credit = words.money(returned.credit + returned.shipping_credit, self.order.currency)
        facts = {"return": returned.reference, "units": _units_in_words(chosen), "credit": credit}
        told = _("Registered %(return)s: %(units)s came back, worth %(credit)s.") % facts
        self.done = f"{told} {balance_told_to(self.actor.user, returned.order)}".strip()

    def _all_items(self, chosen: Chosen, data: Mapping[str, Any]) -> list[ReturnedItem]:
        return [item for line, quantity in chosen for item in self._items(line, quantity, data)]

    def _items(self, line: OrderLine, quantity: int, data: Mapping[str, Any]) -> Iterator[ReturnedItem]:
        """Raises Invalid when more are written off than came back."""
        written_off = data.get(written_off_of(line)) or 0
        if written_off > quantity:
            text = _("%(count)s of %(sku)s came back: no more can be written off.")
            detail = text % {"count": quantity, "sku": line.sku}
            raise Invalid(detail, faults=[Fault(f"/{written_off_of(line)}", "validation", detail)])
        if quantity > written_off:
            yield ReturnedItem(line.sku, quantity - written_off)
        if written_off:
            yield ReturnedItem(line.sku, written_off, restock=False)


def _by_sku(chosen: Chosen) -> dict[str, int]:
    return {line.sku: quantity for line, quantity in chosen}


def _units_in_words(chosen: Chosen) -> str:
    return counted.units(units_of(chosen))
