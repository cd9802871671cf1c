"""Empties what orders and customers keep of a person. Amounts, goods, dates, countries and numbers stay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from accounts.models import Customer
from accounts.privacy.person import Person
from backoffice.db.search_words import search_text
from backoffice.email_addresses import CUSTOMER, erased_address
from orders.models import (
    Allowance,
    Cancellation,
    CustomerEvent,
    EventKind,
    Order,
    OrderEvent,
    PaymentImportRow,
    Return,
    Shipment,
)
from orders.models.order import ADDRESS_PARTS
from orders.privacy.person import corrections_away_from
from orders.visibility import PERSONAL, PERSONAL_FACTS

# Countries are kept for the taxes of a sale.
OF_ADDRESS = tuple(part for part in ADDRESS_PARTS if part != "country")
TEXTS = {**{f"ship_{part}": "" for part in OF_ADDRESS}, "note": ""}

ERASED = "–"
# Of the line of a bank: there is no search text beside it.
OF_STATEMENT = {"text": "", "name": ""}


def empty_customers(person: Person, at: datetime) -> int:
    """Leave rows that orders and uses of promo codes can hang on, of nobody who can be written to."""
    for customer in Customer.objects.filter(pk__in=person.customers):
        customer.email = erased_address(CUSTOMER, customer.pk)
        customer.name = customer.phone = customer.note = ""
        customer.user, customer.erasure_asked_at, customer.erased_at = None, None, at
        customer.save()
    return len(person.customers)


def empty_customer_history(person: Person, _at: datetime) -> int:
    """Forget old and new values, and by them how a merge would be undone."""
    rows = history_rows(person)
    # The one place that changes this history: its manager refuses.
    return QuerySet(CustomerEvent).filter(pk__in=rows.values("pk")).update(facts={})


def history_rows(person: Person) -> QuerySet[CustomerEvent]:
    events = CustomerEvent.objects
    return events.filter(customer__in=person.customers) | events.filter(other__in=person.customers)


def empty_orders(person: Person, at: datetime) -> int:
    """Take name, address, telephone number and note from orders and parcels, and the words of reasons."""
    stayed = person.customers[0]
    email = erased_address(CUSTOMER, stayed)
    orders = Order.objects.filter(pk__in=person.orders)
    orders.update(
        **TEXTS,
        email=email,
        search_text=search_text([email], codes=[], phones=[]),
        version=F("version") + 1,
        updated_at=at,
    )
    for parcel in Shipment.objects.filter(order__in=person.orders):
        parcel.shipping_address = dict.fromkeys(ADDRESS_PARTS, "") | {
            "country": parcel.shipping_address.get("country", "")
        }
        parcel.tracking_number = ""
        parcel.save(update_fields=["shipping_address", "tracking_number"])
    for reversal in (Cancellation, Return):
        reversal._default_manager.filter(order__in=person.orders).update(reason="")
    # An allowance always has one.
    Allowance.objects.filter(order__in=person.orders).update(reason=ERASED)
    return len(person.orders)


def empty_statement_lines(person: Person, _at: datetime) -> int:
    """Forget what stood with the payments, and whose account they came from."""
    return PaymentImportRow.objects.filter(order__in=person.orders).update(**OF_STATEMENT)


def empty_timelines(person: Person, _at: datetime) -> int:
    """Keep what happened to the goods; forget what was written, and what was changed from and to."""
    theirs = OrderEvent.objects.filter(order__in=person.orders)
    touched = theirs | OrderEvent.objects.filter(pk__in=corrections_away_from(person))
    emptied = 0
    for event in touched.exclude(kind=EventKind.PLACED).iterator(500):
        facts = without_personal(event.facts)
        if facts != event.facts:
            OrderEvent.objects.filter(pk=event.pk).update(facts=facts)
            emptied += 1
    return emptied


def without_personal(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry's facts with None for old and new values, and "" for what somebody wrote."""
    kept = {**facts, **{name: "" for name in (*PERSONAL_FACTS, "text") if facts.get(name)}}
    if "changes" in facts:
        personal = (*PERSONAL, *PERSONAL_FACTS)
        kept["changes"] = {
            name: None if name in personal else change for name, change in facts["changes"].items()
        }
    return kept
