"""What can be done to an order from its page: which buttons show, and what each of them runs."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant

from backoffice.admin.base import close_dialog
from orders.admin.order.forms import (
    CancelForm,
    CommentForm,
    DeliverForm,
    EditForm,
    OrderDialog,
    ReturnForm,
    ShipForm,
)
from orders.models import Order, OrderLine
from orders.status import Action, is_allowed


def _is_there(line: OrderLine) -> bool:
    return line.quantity > 0


def _has_open(line: OrderLine) -> bool:
    return line.open > 0


def _is_under_way(line: OrderLine) -> bool:
    return line.delivered < line.shipped


def _can_come_back(line: OrderLine) -> bool:
    return line.returned < line.shipped


# Each button with the action it stands for, and what some line must be like for it to have an effect.
SHOWN_WHEN: dict[str, tuple[Action, Callable[[OrderLine], bool]]] = {
    "ship_items": (Action.SHIP, _has_open),
    "mark_delivered": (Action.DELIVER, _is_under_way),
    "register_return": (Action.RETURN, _can_come_back),
    "add_comment": (Action.COMMENT, _is_there),
    "cancel_items": (Action.CANCEL, _has_open),
    "edit_details": (Action.EDIT, _is_there),
}


class OrderActions:
    """Dialogs over an order. Use cases decide, under the order's lock; the buttons only follow its status."""

    actions_detail: Sequence[Any] = (
        "ship_items",
        "mark_delivered",
        "register_return",
        "add_comment",
        {"title": "Print", "icon": "print", "items": ["packing_slip", "order_summary"]},
        {"title": "More", "icon": "more_horiz", "items": ["edit_details", "cancel_items"]},
    )

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Order | None:  # pragma: no cover
        raise NotImplementedError

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        permitted: list[UnfoldAction] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        order = self.get_object(request, str(object_id))
        if order is None:
            return []
        lines = list(order.lines.all())
        return [each for each in permitted if _is_shown(each, order, lines)]

    def has_ship_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return _may(request, "orders.ship_order")

    def has_return_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return _may(request, "orders.return_order")

    def has_cancel_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return _may(request, "orders.cancel_order")

    def has_comment_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return _may(request, "orders.comment_order")

    def has_edit_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        """The dialog is prefilled with the customer's e-mail and address."""
        return _may(request, "orders.change_order") and _may(request, "accounts.view_customer")

    @action(
        description="Ship items",
        permissions=["ship"],
        url_path="ship",
        icon="local_shipping",
        variant=ActionVariant.PRIMARY,
        dialog={"title": "Ship items", "form_class": ShipForm, "form_submit_text": "Mark as shipped"},
    )
    def ship_items(self, request: HttpRequest, form: OrderDialog, object_id: str) -> HttpResponse:
        return close_dialog(request, form.done)

    @action(
        description="Mark delivered",
        permissions=["ship"],
        url_path="deliver",
        icon="check_circle",
        dialog={
            "title": "Mark delivered",
            "form_class": DeliverForm,
            "form_submit_text": "Mark as delivered",
        },
    )
    def mark_delivered(self, request: HttpRequest, form: OrderDialog, object_id: str) -> HttpResponse:
        return close_dialog(request, form.done)

    @action(
        description="Register return",
        permissions=["return"],
        url_path="return",
        icon="assignment_return",
        dialog={"title": "Register return", "form_class": ReturnForm, "form_submit_text": "Register return"},
    )
    def register_return(self, request: HttpRequest, form: OrderDialog, object_id: str) -> HttpResponse:
        return close_dialog(request, form.done)

    @action(
        description="Comment",
        permissions=["comment"],
        url_path="comment",
        icon="comment",
        dialog={"title": "Comment", "form_class": CommentForm, "form_submit_text": "Add comment"},
    )
    def add_comment(self, request: HttpRequest, form: OrderDialog, object_id: str) -> HttpResponse:
        return close_dialog(request, form.done)

    @action(
        description="Cancel items",
        permissions=["cancel"],
        url_path="cancel",
        icon="cancel",
        variant=ActionVariant.DANGER,
        dialog={"title": "Cancel items", "form_class": CancelForm, "form_submit_text": "Cancel these units"},
    )
    def cancel_items(self, request: HttpRequest, form: OrderDialog, object_id: str) -> HttpResponse:
        return close_dialog(request, form.done)

    @action(
        description="Edit address and note",
        permissions=["edit"],
        url_path="edit",
        icon="edit",
        dialog={"title": "Edit address and note", "form_class": EditForm, "form_submit_text": "Save"},
    )
    def edit_details(self, request: HttpRequest, form: OrderDialog, object_id: str) -> HttpResponse:
        return close_dialog(request, form.done)


def _may(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perms(["orders.view_order", permission])


def _is_shown(button: UnfoldAction, order: Order, lines: Sequence[OrderLine]) -> bool:
    name = button.action_name.removeprefix("orders_order_")
    if name not in SHOWN_WHEN:
        return True
    domain_action, has_effect = SHOWN_WHEN[name]
    return is_allowed(domain_action, order.status) and any(map(has_effect, lines))
