"""The buttons over an order's money, and when each shows. What they run is in money_dialogs.py."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from unfold.enums import ActionVariant

from backoffice.admin.dialogs import ButtonsFollowState, DialogButton
from orders.admin.order.money_dialogs import (
    AllowanceForm,
    DueDateForm,
    MoveForm,
    PayBackForm,
    RecordPaymentForm,
    RemindForm,
    ReverseForm,
    WriteOffForm,
)
from orders.models import Order

SEES_PAYMENTS = ("orders.view_order", "orders.view_paymententry")
# They are opened from the entry that they are about.
OPENED_FROM_THE_CARD = ("reverse_payment", "move_payment")
# Among "More", when they would have an effect on this order.
MORE_ABOUT_MONEY: dict[str, Callable[[Order], bool]] = {
    "record_payment": lambda order: order.due > 0,
    "pay_back": lambda order: order.due < 0,
    "grant_allowance": lambda order: order.total > order.credited,
    "write_off": lambda order: bool(order.due),
    "change_due_date": lambda order: order.due > 0,
    "remind_of_payment": lambda order: order.due > 0,
}


class MoneyActions(ButtonsFollowState):
    """Dialogs over an order's money."""

    def without_effect(self, order: Order) -> list[str]:
        """Return the names of the buttons that this order does not need."""
        return [*OPENED_FROM_THE_CARD, *(name for name, has in MORE_ABOUT_MONEY.items() if not has(order))]

    record_payment: Any = DialogButton(
        _("Record payment"),
        RecordPaymentForm,
        permissions=[*SEES_PAYMENTS, "orders.record_payment"],
        url_path="record-payment",
        icon="payments",
        submit=_("Record"),
        way_out=_("Not yet"),
    )
    pay_back: Any = DialogButton(
        _("Pay back"),
        PayBackForm,
        permissions=[*SEES_PAYMENTS, "orders.pay_back"],
        url_path="pay-back",
        icon="undo",
        submit=_("Pay back"),
        way_out=_("Not now"),
    )
    grant_allowance: Any = DialogButton(
        _("Grant allowance"),
        AllowanceForm,
        permissions=[*SEES_PAYMENTS, "orders.grant_allowance"],
        url_path="allowance",
        icon="sell",
        submit=_("Grant"),
        way_out=_("Not now"),
    )
    write_off: Any = DialogButton(
        _("Write off"),
        WriteOffForm,
        permissions=[*SEES_PAYMENTS, "orders.record_payment"],
        url_path="write-off",
        icon="cancel",
        submit=_("Write off"),
        way_out=_("Leave it"),
    )
    change_due_date: Any = DialogButton(
        _("Change due date"),
        DueDateForm,
        permissions=[*SEES_PAYMENTS, "orders.record_payment"],
        url_path="due-date",
        icon="event",
        submit=_("Save"),
        way_out=_("Discard"),
    )
    remind_of_payment: Any = DialogButton(
        _("Send reminder"),
        RemindForm,
        # The dialog names the customer's address.
        permissions=[*SEES_PAYMENTS, "orders.record_payment", "accounts.view_customer"],
        url_path="remind",
        icon="forward_to_inbox",
        submit=_("Send"),
        way_out=_("Do not send"),
    )
    reverse_payment: Any = DialogButton(
        _("Reverse payment entry"),
        ReverseForm,
        permissions=[*SEES_PAYMENTS, "orders.record_payment"],
        url_path="reverse-payment",
        icon="undo",
        variant=ActionVariant.DANGER,
        submit=_("Reverse"),
        way_out=_("Leave it"),
    )
    move_payment: Any = DialogButton(
        _("Move payment entry"),
        MoveForm,
        permissions=[*SEES_PAYMENTS, "orders.record_payment"],
        url_path="move-payment",
        icon="arrow_forward",
        submit=_("Move"),
        way_out=_("Leave it"),
    )
