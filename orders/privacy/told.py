"""Everything that is kept of one person as data (GDPR Art. 15 and 20), without which colleague did what."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Customer, User
from accounts.privacy.account import told_account
from accounts.privacy.person import Person, colleague
from accounts.privacy.traces import mails_to_tell
from backoffice.shop.in_force import in_force
from orders.models import Order, OrderEvent, PaymentEntry, PaymentImportRow, Redemption, RedemptionState
from orders.privacy.emptying import history_rows
from orders.privacy.person import person_of
from orders.readers.events import event_as_data, event_columns
from orders.readers.orders import ORDER_FIELDS, OrderReader, order_columns, orders_as_data
from orders.readers.payments import entry_as_data, entry_columns

OF_CUSTOMER = ("email", "name", "phone", "note", "created_at")
# What a person is told of an entry: not which colleague it was.
OF_EVENT = ("kind", "text", "facts", "at")
OF_PAYMENT = (
    *("id", "kind", "paid_delta", "waived_delta", "method", "provider", "reference", "settles"),
    *("value_date", "note", "at"),
)
OF_BANK_LINE = ("name", "text")
OF_MAIL = ("recipient", "template", "about", "subject", "text", "state", "error", "created_at", "sent_at")
NOT_TOLD = ("version",)


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """One person's data; `content` is what JSON holds, with moments and amounts."""

    person: Person
    content: dict[str, Any]


def tell_person(person: Person) -> ToldPerson:
    """Return all that is kept of the person as a customer, of whoever was merged into them, of an account."""
    rows = Customer.objects.filter(pk__in=person.customers).order_by("pk")
    accounts = User.objects.filter(pk__in=person.users).order_by("pk")
    content = {
        "shop": in_force().name,
        "made_at": timezone.now(),
        "customer": list(rows.values("id", *OF_CUSTOMER)),
        "accounts": [told_account(user) for user in accounts],
        "orders": list(_orders(person)),
        "promo_codes": list(_uses(person)),
        "emails": list(mails_to_tell(person).values(*OF_MAIL)),
        "history": list(_history(person)),
    }
    return ToldPerson(person, content)


def person_of_user(user: User) -> Person:
    """Return whoever has this account, also one who has never ordered."""
    customer = Customer.objects.filter(user=user).first()
    return colleague(user) if customer is None else person_of(customer)


def _orders(person: Person) -> Iterator[dict[str, Any]]:
    fields = [name for name in ORDER_FIELDS if name not in NOT_TOLD]
    orders = Order.objects.filter(pk__in=person.orders).order_by("pk")
    for row in orders.values(*order_columns(fields)).iterator(500):
        [order] = orders_as_data([row], fields, to=OrderReader())
        events = OrderEvent.objects.filter(order=row["pk"]).order_by("pk").values(*event_columns(OF_EVENT))
        yield order | {
            "timeline": [event_as_data(event, OF_EVENT, to=None) for event in events],
            "payments": list(_payments(row["pk"])),
        }


def _payments(order: int) -> Iterator[dict[str, Any]]:
    """Yield the order's entries, each with what the bank said of it in a file.

    A line of an entry that was taken back is not told: it may have been about somebody else's money.
    """
    booked = PaymentImportRow.objects.filter(entry__order=order, entry__reversed_by=None)
    said = {line.pop("entry"): line for line in booked.values("entry", *OF_BANK_LINE)}
    entries = PaymentEntry.objects.filter(order=order).order_by("pk")
    for entry in entries.values(*entry_columns(OF_PAYMENT)):
        yield entry_as_data(entry, OF_PAYMENT, to=None) | {"bank_line": said.get(entry["id"])}


def _uses(person: Person) -> Iterator[dict[str, Any]]:
    uses = Redemption.objects.filter(customer__in=person.customers).select_related("promo_code", "order")
    for use in uses.order_by("pk"):
        yield {
            "code": use.promo_code.code,
            "order": use.order.number,
            "discount": use.discount,
            "currency": use.order.currency,
            "used_at": use.redeemed_at,
            "given_back": use.state == RedemptionState.RELEASED,
        }


def _history(person: Person) -> Iterator[dict[str, Any]]:
    for event in history_rows(person).order_by("pk"):
        yield {"what": event.kind, "changes": event.facts.get("changes", {}), "at": event.at}
