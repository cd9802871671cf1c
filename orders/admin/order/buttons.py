"""The buttons of an order's page and when each shows. What they run is in dialogs.py; printing in paper/."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant

from backoffice.admin.dialogs import ButtonsFollowState, DialogButton
from orders.admin.order.dialogs import CancelForm, CommentForm, DeliverForm, ReturnForm, ShipForm
from orders.admin.order.edit_dialog import EditForm
from orders.admin.order.emails import SendAgainForm
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
    "add_comment": (Action.COMMENT, _always),
    "cancel_items": (Action.CANCEL, _for_some_line(_has_open)),
    "edit_details": (Action.EDIT, _always),
}


# They are opened from the parcel or the mail that they are about, not from the top of the page.
OPENED_IN_PLACE = ("correct_shipment", "undo_shipment", "send_again")


class OrderActions(ButtonsFollowState):
    """Dialogs over an order. Use cases decide, under the order's lock; the buttons only follow its status."""

    actions_detail: Sequence[Any] = (
        "ship_items",
        "mark_delivered",
        "register_return",
        "add_comment",
        {"title": "Print", "icon": "print", "items": ["packing_slip", "order_summary"]},
        {
            "title": "More",
            "icon": "more_horiz",
            "items": ["edit_details", "cancel_items", *OPENED_IN_PLACE],
        },
    )

    def hidden_buttons(self, row: Order) -> Collection[str]:
        lines = list(row.lines.all())
        return [
            *OPENED_IN_PLACE,
            *(
                name
                for name, (domain_action, has_effect) in SHOWN_WHEN.items()
                if not (is_allowed(domain_action, row.status) and has_effect(row, lines))
            ),
        ]

    ship_items = DialogButton(
        _("Ship items"),
        ShipForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="ship",
        icon="local_shipping",
        variant=ActionVariant.PRIMARY,
        submit=_("Mark as shipped"),
    )
    mark_delivered = DialogButton(
        _("Mark delivered"),
        DeliverForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="deliver",
        icon="check_circle",
        submit=_("Mark as delivered"),
    )
    register_return = DialogButton(
        _("Register return"),
        ReturnForm,
        permissions=["orders.view_order", "orders.return_order"],
        url_path="return",
        icon="assignment_return",
        submit=_("Register return"),
    )
    add_comment = DialogButton(
        _("Comment"),
        CommentForm,
        permissions=["orders.view_order", "orders.comment_order"],
        url_path="comment",
        icon="comment",
        submit=_("Add comment"),
    )
    cancel_items = DialogButton(
        _("Cancel items"),
        CancelForm,
        permissions=["orders.view_order", "orders.cancel_order"],
        url_path="cancel",
        icon="cancel",
        variant=ActionVariant.DANGER,
        submit=_("Cancel these units"),
    )
    edit_details = DialogButton(
        _("Edit address and note"),
        EditForm,
        # The dialog is prefilled with the customer's e-mail and address.
        permissions=["orders.view_order", "orders.change_order", "accounts.view_customer"],
        url_path="edit",
        icon="edit",
        submit=_("Save"),
    )
    correct_shipment = DialogButton(
        _("Correct shipment"),
        CorrectShipmentForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="correct-shipment",
        icon="edit",
        submit=_("Save"),
    )
    undo_shipment = DialogButton(
        _("Undo shipment"),
        UndoShipmentForm,
        permissions=["orders.view_order", "orders.ship_order"],
        url_path="undo-shipment",
        icon="undo",
        variant=ActionVariant.DANGER,
        submit=_("It never left"),
    )
    send_again = DialogButton(
        _("Send e-mail again"),
        SendAgainForm,
        # The dialog names the customer's address.
        permissions=["orders.view_order", "outbox.requeue_emailmessage", "accounts.view_customer"],
        url_path="send-again",
        icon="forward_to_inbox",
        submit=_("Send"),
    )
