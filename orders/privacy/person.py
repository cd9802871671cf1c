"""A customer with everybody who was merged into them, their account and their orders, as one person."""

from collections.abc import Collection

from django.db.models import Q

from accounts.models import Customer
from accounts.privacy.person import Person, addresses_asked_for, earlier_addresses, nobody_elses
from orders.models import CustomerEvent, CustomerEventKind, EventKind, Order, OrderEvent


def who_stayed(customer: Customer) -> Customer:
    """Return the one whom all this customer's orders belong to."""
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def person_of(customer: Customer) -> Person:
    """Return the person, by whichever row of theirs."""
    return person_of_row(who_stayed(customer))


def person_of_row(customer: Customer) -> Person:
    """Return the customer with everybody who was merged into this row."""
    merged = [customer.pk, *_merged_into([customer.pk])]
    orders = list(
        Order.objects.filter(customer__in=merged).order_by("pk").values_list("pk", "number", "email")
    )
    customers = [*merged, *_left_by_corrections([pk for pk, _number, _email in orders], merged)]
    rows = Customer.objects.filter(pk__in=customers)
    users = sorted({user for user in rows.values_list("user", flat=True) if user is not None})
    addresses = {
        *rows.values_list("email", flat=True),
        *(email for _pk, _number, email in orders),
        *earlier_addresses(users),
        *_earlier_of_customers(customers),
    }
    return Person(
        customers=tuple(customers),
        users=tuple(users),
        orders=tuple(pk for pk, _number, _email in orders),
        numbers=tuple(number for _pk, number, _email in orders),
        addresses=nobody_elses(addresses, users=users, customers=customers),
        asked_for=addresses_asked_for(users, but=addresses, customers=customers),
        comments=_comments_on([pk for pk, _number, _email in orders]),
    )


def _comments_on(orders: Collection[int]) -> tuple[int, ...]:
    comments = OrderEvent.objects.filter(order__in=orders, kind=EventKind.COMMENT)
    return tuple(comments.order_by("pk").values_list("pk", flat=True))


def _left_by_corrections(orders: Collection[int], merged: Collection[int]) -> list[int]:
    """Return customers made of this one's name and a mistyped address, who have nothing of their own."""
    edits = OrderEvent.objects.filter(order__in=orders, kind=EventKind.EDITED)
    changes = [facts["changes"].get("email") for facts in edits.values_list("facts", flat=True)]
    typed = {email for change in changes if change for email in change}
    nothing = Customer.objects.filter(email__in=typed, orders=None, user=None, merged_into=None, merged=None)
    return list(nothing.exclude(pk__in=merged).order_by("pk").values_list("pk", flat=True))


def _merged_into(pks: Collection[int]) -> list[int]:
    """Return whoever was merged into these, and into those."""
    found = list(Customer.objects.filter(merged_into__in=pks).order_by("pk").values_list("pk", flat=True))
    return [*found, *_merged_into(found)] if found else []


def _earlier_of_customers(customers: Collection[int]) -> set[str]:
    changes = CustomerEvent.objects.filter(customer__in=customers, kind=CustomerEventKind.EMAIL_CHANGED)
    facts = changes.values_list("facts", flat=True)
    return {str(each["changes"]["email"][0]) for each in facts if "email" in each.get("changes", {})}


def corrections_away_from(person: Person) -> list[int]:
    """Return the keys of entries by which an order of somebody else's was freed of this person's address."""
    edits = OrderEvent.objects.filter(kind=EventKind.EDITED).exclude(order__in=person.orders)
    named = Q(facts__changes__email__0__in=person.addresses) | Q(
        facts__changes__email__1__in=person.addresses
    )
    return list(edits.filter(named).values_list("pk", flat=True)) if person.addresses else []
