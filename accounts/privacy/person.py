"""All rows that are one person, and all by which traces of them are found."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from accounts.models import AccountChange, AccountEvent, Customer, EmailChange, User
from backoffice.email_addresses import is_erased
from backoffice.outbox.delivery import sender_address


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `addresses` are all that they have had and that are nobody else's today.

    `customers` begin with the one that stayed of those who were merged.
    """

    customers: tuple[int, ...] = ()
    users: tuple[int, ...] = ()
    orders: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    addresses: frozenset[str] = field(default_factory=frozenset)

    @property
    def callers(self) -> list[str]:
        """Return how kept replies name them."""
        return [f"user:{pk}" for pk in self.users]

    @property
    def marks(self) -> list[str]:
        """Return the texts by which a kept reply tells of them."""
        return [*sorted(self.addresses), *(f'"{number}"' for number in self.numbers)]


def colleague(user: User) -> Person:
    """Return somebody who works here, or did, as one person."""
    addresses = {user.email, *earlier_addresses([user.pk])}
    return Person(users=(user.pk,), addresses=nobody_elses(addresses, users=[user.pk], customers=[]))


def earlier_addresses(users: Collection[int]) -> set[str]:
    """Return the addresses that these accounts have had, and those that they were to have."""
    changes = AccountEvent.objects.filter(user__in=users, kind=AccountChange.EMAIL)
    had = {
        str(facts["email"]["from"]) for facts in changes.values_list("facts", flat=True) if "email" in facts
    }
    return had | set(EmailChange.objects.filter(user__in=users).values_list("email", flat=True))


def nobody_elses(
    addresses: Iterable[str], *, users: Collection[int], customers: Collection[int]
) -> frozenset[str]:
    """Leave out the addresses of others: what lies there is about them, and the shop's own address."""
    wanted = {address for address in addresses if address and not is_erased(address)}
    others = set(User.objects.filter(email__in=wanted).exclude(pk__in=users).values_list("email", flat=True))
    others |= set(
        Customer.objects.filter(email__in=wanted)
        .exclude(pk__in=customers)
        .exclude(user__in=users)
        .values_list("email", flat=True)
    )
    return frozenset(wanted - others - {sender_address()})
