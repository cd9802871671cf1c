"""The buttons of an order's page and when each shows. What they run is in dialogs.py; printing in paper/."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.dataclasses import UnfoldAction
from unfold.enums import ActionVariant

from backoffice.admin.dialogs import DialogButton
from backoffice.numbers import grouped
from orders.admin.order.dialogs import CancelForm, DeliverForm, ReturnForm, ShipForm
from orders.admin.order.edit_dialog import EditForm
from orders.admin.order.emails import SendAgainForm
from orders.admin.order.money_buttons import MORE_ABOUT_MONEY, OPENED_FROM_THE_CARD, MoneyActions
from orders.admin.order.shipment_dialogs import CorrectShipmentForm, UndoShipmentForm
from orders.models import Order, OrderLine
from orders.status import Action, is_allowed

# Whether a button would have an effect on this order with these lines.
HasEffect = Callable[[Order, Sequence[OrderLine]], bool]


def _always(_order: Order, _lines: Sequence[OrderLine]) -> bool:
    return True


def _for_some_line(is_so: Callable[[OrderLine], bool]) -> HasEffect:
    return lambda _order, lines: any(map(is_so, lines))


def _has_open(line: OrderLine) -> bool:
    return line.open > 0


def _is_under_way(line: OrderLine) -> bool:
    return line.delivered < line.shipped


def _can_come_back(line: OrderLine) -> bool:
    return line.returned < line.shipped


# Each button with the action it stands for, which the order's status must allow.
SHOWN_WHEN: dict[str, tuple[Action, HasEffect]] = {
    "ship_items": (Action.SHIP, _for_some_line(_has_open)),
    "mark_delivered": (Action.DELIVER, _for_some_line(_is_under_way)),
    "register_return": (Action.RETURN, _for_some_line(_can_come_back)),
    "cancel_items": (Action.CANCEL, _for_some_line(_has_open)),
    "edit_details": (Action.EDIT, _always),
}


# What an order waits for, the first that it allows.
NEXT_STEPS = ("ship_items", "mark_delivered")
# They are opened from the parcel or the mail that they are about, not from the top of the page.
OPENED_IN_PLACE = ("correct_shipment", "undo_shipment", "send_again")


class OrderActions(MoneyActions):
    """Dialogs over an order. Use cases decide, under the order's lock; the buttons only follow its status."""

    actions_detail: Sequence[Any] = (
        {
            "title": _("More"),
            "icon": "more_horiz",
            "items": [
                "mark_delivered",
                "register_return",
                *MORE_ABOUT_MONEY,
                *OPENED_IN_PLACE,
                *OPENED_FROM_THE_CARD,
            ],
        },
        {"title": _("Print"), "icon": "print", "items": ["packing_slip", "order_summary"]},
        {"title": _("Change"), "icon": "edit", "items": ["edit_details", "cancel_items"]},
        "ship_items",
    )

    def hidden_buttons(self, row: Order) -> Collection[str]:
        lines = list(row.lines.all())
        return [
            *OPENED_IN_PLACE,
            *self.without_effect(row),
            *(
                name
                for name, (domain_action, has_effect) in SHOWN_WHEN.items()
                if not (is_allowed(domain_action, row.status) and has_effect(row, lines))
            ),
        ]

    def button_texts(self, row: Order) -> Mapping[str, str]:
        units = sum(line.open for line in row.lines.all())
        text = ngettext("Ship %(units)s unit", "Ship %(units)s units", units)
        return {"ship_items": text % {"units": grouped(units)}}

    def _get_actions_navigation(
        self, provided_actions: Any, allowed_actions: list[UnfoldAction], object_id: str | None = None
    ) -> list[Any]:
        """What the order waits for stands by itself, as the primary button: what no longer ships, arrives."""
        if provided_actions is self.actions_detail:
            provided_actions, allowed_actions = _with_next_step(provided_actions, allowed_actions)
        navigation: list[Any] = super()._get_actions_navigation(provided_actions, allowed_actions, object_id)
        return navigation

    ship_items = DialogButton(
        _("Ship items"),
        ShipForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="ship",
        icon="local_shipping",
        variant=ActionVariant.PRIMARY,
        submit=_("Ship"),
        way_out=_("Not yet"),
    )
    mark_delivered = DialogButton(
        _("Mark delivered"),
        DeliverForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="deliver",
        icon="check_circle",
        submit=_("Mark as delivered"),
        way_out=_("Not yet"),
    )
    register_return = DialogButton(
        _("Register return"),
        ReturnForm,
        permissions=["orders.view_order", "orders.return_order"],
        url_path="return",
        icon="assignment_return",
        submit=_("Take back"),
        way_out=_("Not now"),
    )
    cancel_items = DialogButton(
        _("Cancel items"),
        CancelForm,
        permissions=["orders.view_order", "orders.cancel_order"],
        url_path="cancel",
        icon="cancel",
        variant=ActionVariant.DANGER,
        submit=_("Cancel units"),
        way_out=_("Keep them"),
    )
    edit_details = DialogButton(
        _("Edit address, contact and note"),
        EditForm,
        # The dialog is prefilled with the customer's e-mail and address.
        permissions=["orders.view_order", "orders.change_order", "accounts.view_customer"],
        url_path="edit",
        icon="edit",
        submit=_("Save"),
        way_out=_("Discard"),
    )
    correct_shipment = DialogButton(
        _("Correct shipment"),
        CorrectShipmentForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="correct-shipment",
        icon="edit",
        submit=_("Save"),
        way_out=_("Leave as it is"),
    )
    undo_shipment = DialogButton(
        _("Undo shipment"),
        UndoShipmentForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="undo-shipment",
        icon="undo",
        submit=_("It never left"),
        way_out=_("It did leave"),
    )
    send_again = DialogButton(
        _("Send e-mail again"),
        SendAgainForm,
        # The dialog names the customer's address.
        permissions=["orders.view_order", "outbox.requeue_emailmessage", "accounts.view_customer"],
        url_path="send-again",
        icon="forward_to_inbox",
        submit=_("Send again"),
        way_out=_("Do not send"),
    )


def _with_next_step(
    provided: Sequence[Any], allowed: list[UnfoldAction]
) -> tuple[Sequence[Any], list[UnfoldAction]]:
    shown = {action.action_name.removeprefix("orders_order_") for action in allowed}
    step = next((name for name in NEXT_STEPS if name in shown), None)
    if step is None:
        return provided, allowed
    others = [_without(step, each) for each in provided if each != step]
    primary = [
        replace(action, variant=ActionVariant.PRIMARY) if action.action_name.endswith(f"_{step}") else action
        for action in allowed
    ]
    return [*others, step], primary


def _without(step: str, entry: Any) -> Any:
    if isinstance(entry, str):
        return entry
    return {**entry, "items": [each for each in entry["items"] if each != step]}
