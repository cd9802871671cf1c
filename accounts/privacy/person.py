"""All rows that are one person, and all by which traces of them are found."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from accounts.models import AccountChange, AccountEvent, Customer, EmailChange, User
from backoffice.email_addresses import is_erased
from backoffice.outbox.delivery import sender_address


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `addresses` are all that they have had and that are nobody else's today.

    `asked_for` are those that they only said they would have: what was mailed there is erased with them, but
    told to nobody, for it may be somebody else's mailbox. `customers` begin with the one that stayed of those
    who were merged.
    """

    customers: tuple[int, ...] = ()
    users: tuple[int, ...] = ()
    orders: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    addresses: frozenset[str] = field(default_factory=frozenset)
    asked_for: frozenset[str] = field(default_factory=frozenset)
    # Keys of what was written about their orders: its kept reply names neither the order nor the person.
    comments: tuple[int, ...] = ()

    @property
    def all_addresses(self) -> frozenset[str]:
        return self.addresses | self.asked_for

    @property
    def callers(self) -> list[str]:
        """Return how kept replies name them."""
        return [f"user:{pk}" for pk in self.users]

    @property
    def marks(self) -> list[str]:
        """Return the texts by which a kept reply tells of them."""
        comments = (f'{{"id":{pk},"kind":"comment"' for pk in self.comments)
        return [*sorted(self.all_addresses), *(f'"{number}"' for number in self.numbers), *comments]


def colleague(user: User) -> Person:
    """Return somebody who works here, or did, as one person."""
    addresses = {user.email, *earlier_addresses([user.pk])}
    return Person(
        users=(user.pk,),
        addresses=nobody_elses(addresses, users=[user.pk], customers=[]),
        asked_for=addresses_asked_for([user.pk], but=addresses, customers=[]),
    )


def earlier_addresses(users: Collection[int]) -> set[str]:
    """Return the addresses that these accounts have had."""
    changes = AccountEvent.objects.filter(user__in=users, kind=AccountChange.EMAIL)
    return {
        str(facts["email"]["from"]) for facts in changes.values_list("facts", flat=True) if "email" in facts
    }


def addresses_asked_for(
    users: Collection[int], *, but: Collection[str], customers: Collection[int]
) -> frozenset[str]:
    """Return the addresses that these accounts were to have and that nobody has or had.

    Anybody may ask for any address, such as one that somebody else has given up.
    """
    asked = set(EmailChange.objects.filter(user__in=users).values_list("email", flat=True)) - set(but)
    given_up = AccountEvent.objects.filter(kind=AccountChange.EMAIL, facts__email__from__in=asked)
    others = (
        {facts["email"]["from"] for facts in given_up.values_list("facts", flat=True)} if asked else set()
    )
    return nobody_elses(asked - others, users=users, customers=customers)


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
