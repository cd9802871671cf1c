"""What erasing a person would do: what goes, what stays and why, what stands in the way. Writes nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Customer, User
from accounts.privacy.person import Person
from accounts.privacy.traces import is_under_way, mail_under_way, mails_of
from backoffice.errors import Conflict, Fault
from backoffice.numbers import grouped
from orders.models import Order, Redemption
from orders.privacy.person import person_of, who_stayed
from orders.privacy.rooms import ROOMS, PersonalRoom
from orders.status import OrderStatus

# A parcel may still come back, and until it has arrived somebody must know where it goes.
UNFINISHED = (OrderStatus.PENDING, OrderStatus.PARTIALLY_SHIPPED, OrderStatus.SHIPPED)
NAMED_AT_MOST = 10


class CannotErase(Conflict):
    code = "cannot_erase"
    title = gettext_lazy("This person cannot be erased now")


@dataclass(frozen=True, slots=True)
class RoomContent:
    """How many rows of a room there are."""

    room: PersonalRoom
    count: int


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What would happen if this customer were erased; `problems` say why it cannot be."""

    customer: Customer
    person: Person
    contents: Sequence[RoomContent]
    uses: int
    problems: Sequence[Fault]
    digest: str

    @property
    def merged(self) -> int:
        """Return how many were merged into the customer, who go as well."""
        return len(self.person.customers) - 1


def plan_erasure(customer: Customer) -> ErasurePlan:
    """Plan for the one whom the customer was merged into, if they were, with everybody merged into them."""
    stayed = who_stayed(customer)
    person = person_of(stayed)
    contents = [RoomContent(room, room.count(person)) for room in ROOMS]
    return ErasurePlan(
        customer=stayed,
        person=person,
        contents=contents,
        uses=Redemption.objects.filter(customer__in=person.customers).count(),
        problems=[fault for find in HINDRANCES for fault in find(stayed, person)],
        digest=_digest(stayed, person, contents),
    )


def _digest(customer: Customer, person: Person, contents: Iterable[RoomContent]) -> str:
    """Return what differs whenever something else would be erased."""
    orders = Order.objects.filter(pk__in=person.orders).order_by("pk").values_list("pk", "version")
    counted = [(content.room.key, content.count) for content in contents]
    known = (customer.email, customer.name, customer.phone, customer.note)
    told = (known, person.customers, person.users, sorted(person.all_addresses), list(orders), counted)
    return sha256(repr(told).encode()).hexdigest()[:16]


def _erased_already(customer: Customer, _person: Person) -> Iterator[Fault]:
    if customer.erased_at is not None:
        yield _problem("erased_already", _("This customer was erased already."))


def _unfinished_orders(_customer: Customer, person: Person) -> Iterator[Fault]:
    orders = Order.objects.filter(pk__in=person.orders, status__in=UNFINISHED).order_by("pk")
    if count := orders.count():
        named = ", ".join(orders.values_list("number", flat=True)[:NAMED_AT_MOST])
        words = ngettext(
            "%(count)s order is not finished: %(orders)s. Ship, deliver or cancel it first.",
            "%(count)s orders are not finished, such as %(orders)s. Ship, deliver or cancel them first.",
            count,
        )
        yield _problem("unfinished_orders", words % {"count": grouped(count), "orders": named})


def _works_here(_customer: Customer, person: Person) -> Iterator[Fault]:
    if User.objects.filter(pk__in=person.users, is_staff=True, is_active=True).exists():
        words = _("They work here. Deactivate their account first, when they have left.")
        yield _problem("works_here", words)


def _mail_under_way(_customer: Customer, person: Person) -> Iterator[Fault]:
    leases = mails_of(person).filter(leased_until__isnull=False).values_list("state", "leased_until")
    if any(is_under_way(*lease) for lease in leases):
        yield _problem("mail_under_way", mail_under_way())


# Whatever else must be settled first, such as money that is owed, adds to these.
HINDRANCES: list[Callable[[Customer, Person], Iterable[Fault]]] = [
    _erased_already,
    _unfinished_orders,
    _works_here,
    _mail_under_way,
]


def _problem(code: str, detail: str) -> Fault:
    return Fault("/customer", code, detail)


def plan_as_data(plan: ErasurePlan) -> dict[str, Any]:
    customer = plan.customer
    return {
        "customer": {"id": customer.pk, "email": customer.email, "name": customer.name},
        "merged": plan.merged,
        "uses": plan.uses,
        "rooms": [
            {
                "what": content.room.key,
                "title": str(content.room.title),
                "count": content.count,
                "goes": str(content.room.goes),
                "stays": str(content.room.stays),
            }
            for content in plan.contents
        ],
        "problems": [{"code": fault.code, "detail": fault.detail} for fault in plan.problems],
        "digest": plan.digest,
    }


def done_as_data(plan: ErasurePlan) -> dict[str, Any]:
    """Return what was erased without saying who it was: answers are kept."""
    counts = {content.room.key: content.count for content in plan.contents}
    return {
        "customer": plan.customer.pk,
        "merged": plan.merged,
        "orders": counts["orders"],
        "emails": counts["mails"],
        "rooms": [{"what": key, "count": count} for key, count in counts.items()],
    }
