"""The three doors through which staff act on an order, each spoken to as its users do."""

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any, ClassVar

from django.test import Client
from typer.testing import CliRunner

from accounts.models import Source, User
from backoffice.outbox.models import EmailMessage
from cli.app import app
from orders.models import Order
from tests.contract.client import Api, assert_problem
from tests.factories import ADDRESS, make_user
from tests.orders.admin.posted_dialogs import submitted

OTHER_STREET = "Hafenstr. 1"
OTHER_EMAIL = "other@example.com"
OTHER_NOTE = "Ring twice"
OTHER_PARCEL = "0035"
PATCHES = ("change_order", "correct_shipment")


class Door(ABC):
    """Acts on an order and its first shipment: all that staff may do once it is placed."""

    source: ClassVar[Source]

    @property
    def actor(self) -> User | None:
        """Whom the timeline names."""
        return None

    @abstractmethod
    def act(self, order: Order, action: str) -> str | None:
        """Nothing when it was done, else the words of the refusal, which is one of an illegal transition."""

    def offered(self, order: Order) -> set[str] | None:
        """The actions that this door shows to be possible, if it shows any."""
        return None


def confirmation_of(order: Order) -> int:
    """The number of the mail that confirmed the order."""
    return EmailMessage.objects.filter(about=order.number).earliest("pk").pk


class ApiDoor(Door):
    source = Source.API
    operations: ClassVar[dict[str, tuple[str, str, dict[str, Any]]]] = {
        "ship": ("ship_order", "/ship", {}),
        "correct a shipment": (
            "correct_shipment",
            "/shipments/{number}-S1",
            {"tracking_number": OTHER_PARCEL},
        ),
        "undo a shipment": ("undo_shipment", "/shipments/{number}-S1/undo", {}),
        "send a mail again": ("send_order_email_again", "/emails/{email}/send-again", {}),
        "deliver": ("deliver_order", "/deliver", {}),
        "cancel": ("cancel_order", "/cancel", {}),
        "return": ("return_items", "/return", {"lines": [{"sku": "A", "quantity": 1}]}),
        "comment": ("comment_on_order", "/comments", {"text": "Hello"}),
        "edit the address": (
            "change_order",
            "",
            {"shipping_address": {**asdict(ADDRESS), "line1": OTHER_STREET}},
        ),
        "edit the e-mail": ("change_order", "", {"email": OTHER_EMAIL}),
        "edit the note": ("change_order", "", {"note": OTHER_NOTE}),
    }

    def __init__(self) -> None:
        self.user = make_user(role="Manager")
        self.api = Api(self.user)

    @property
    def actor(self) -> User | None:
        return self.user

    def act(self, order: Order, action: str) -> str | None:
        operation, path, body = self.operations[action]
        path = path.format(number=order.number, email=confirmation_of(order))
        method = "PATCH" if operation in PATCHES else "POST"
        response = self.api.send(method, f"orders/{order.number}{path}", body)
        if response.status_code in (200, 201):
            return None
        return str(assert_problem(response, 409, "illegal_transition")["detail"])


class AdminDoor(Door):
    source = Source.ADMIN
    dialogs: ClassVar[dict[str, tuple[str, str]]] = {
        "ship": ("ship_items", "ship"),
        "correct a shipment": ("correct_shipment", "correct-shipment"),
        "undo a shipment": ("undo_shipment", "undo-shipment"),
        "send a mail again": ("send_again", "send-again"),
        "deliver": ("mark_delivered", "deliver"),
        "cancel": ("cancel_items", "cancel"),
        "return": ("register_return", "return"),
        "comment": ("comment", "comment"),
        "edit the address": ("edit_details", "edit"),
        "edit the e-mail": ("edit_details", "edit"),
        "edit the note": ("edit_details", "edit"),
    }

    def __init__(self) -> None:
        self.user = make_user(role="Manager")
        self.client = Client()
        self.client.force_login(self.user)

    @property
    def actor(self) -> User | None:
        return self.user

    def act(self, order: Order, action: str) -> str | None:
        """Send the dialog, also where no button leads to it."""
        _, dialog = self.dialogs[action]
        fields = submitted(**self._fields(order, action))
        response = self.client.post(f"/admin/orders/order/{order.pk}/{dialog}/", fields)
        if response.status_code == 302 or "HX-Redirect" in response.headers:
            return None
        assert response.status_code == 200
        # Kept open.
        errors: dict[str, list[str]] = response.context["comment" if dialog == "comment" else "form"].errors
        return "; ".join(message for messages in errors.values() for message in messages)

    def offered(self, order: Order) -> set[str]:
        """Those whose button is on the order's page."""
        page = self.client.get(f"/admin/orders/order/{order.pk}/change/")
        return {
            action
            for action, (_, dialog) in self.dialogs.items()
            if f"/admin/orders/order/{order.pk}/{dialog}/" in page.text
        }

    def _fields(self, order: Order, action: str) -> dict[str, Any]:
        lines = list(order.lines.all())
        if action in ("ship", "cancel"):
            return {f"quantity_{line.pk}": line.open for line in lines}
        if action == "return":
            return {f"quantity_{lines[0].pk}": 1}
        if action.endswith("a shipment"):
            return {"shipment": f"{order}-S1", "tracking_number": OTHER_PARCEL, "notify": "on"}
        if action == "send a mail again":
            return {"email": confirmation_of(order)}
        if action == "comment":
            return {"text": "Hello"}
        if action == "deliver":
            return {}
        as_it_is = {**asdict(ADDRESS), "email": order.email, "note": order.note, "version": order.version}
        change = {
            "edit the address": {"line1": OTHER_STREET},
            "edit the e-mail": {"email": OTHER_EMAIL},
            "edit the note": {"note": OTHER_NOTE},
        }
        return {**as_it_is, **change[action]}


class CliDoor(Door):
    source = Source.CLI
    verbs: ClassVar[dict[str, tuple[str, list[str]]]] = {
        "ship": ("ship", ["--yes"]),
        "correct a shipment": (
            "correct-shipment",
            ["--shipment", "{number}-S1", "--tracking", OTHER_PARCEL, "--yes"],
        ),
        "undo a shipment": ("undo-shipment", ["--shipment", "{number}-S1", "--yes"]),
        "send a mail again": ("send-again", ["--email", "{email}", "--yes"]),
        "deliver": ("deliver", []),
        "cancel": ("cancel", ["--yes"]),
        "return": ("return", ["--line", "A=1", "--yes"]),
        "comment": ("comment", ["Hello"]),
        "edit the address": ("edit", ["--line1", OTHER_STREET]),
        "edit the e-mail": ("edit", ["--email", OTHER_EMAIL]),
        "edit the note": ("edit", ["--note", OTHER_NOTE]),
    }

    def act(self, order: Order, action: str) -> str | None:
        verb, asked = self.verbs[action]
        email = confirmation_of(order)
        options = [option.format(number=order.number, email=email) for option in asked]
        result = CliRunner().invoke(app, ["orders", verb, order.number, *options])
        if result.exit_code == 0:
            return None
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        return result.stderr.strip()


DOORS: dict[str, type[Door]] = {"API": ApiDoor, "admin": AdminDoor, "shopctl": CliDoor}
