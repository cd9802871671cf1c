"""The history of an account: who signed in, and who changed its role, activity or password, and when."""

from functools import partial

from django.db import transaction

from accounts.actors import Actor
from accounts.models import AccountChange, AccountEvent, User
from accounts.security_log import write_line
from backoffice.api.addresses import current_address
from backoffice.db.transactions import write_transaction

LONGEST_TEXT = 200
# What strangers can cause: shown a few times, or it would push what matters off the page.
BY_STRANGERS = (AccountChange.REFUSED, AccountChange.LIMITED)
LATEST, LATEST_BY_STRANGERS = 50, 10


@write_transaction
def record(
    user: User | None,
    kind: AccountChange,
    text: str = "",
    *,
    by: Actor,
    account: str = "",
    address: str | None = None,
) -> AccountEvent:
    """An entry of the account's history, and once it is committed a line of the security log.

    Without a user, `account` is what was typed instead of one.
    """
    come_from = current_address.get() if address is None else address
    event = AccountEvent.objects.create(
        user=user,
        kind=kind,
        text=text[:LONGEST_TEXT],
        actor=by.user,
        source=by.source,
        address=come_from[:45],
    )
    line = partial(
        write_line, kind.value, account=user.email if user else account, by=by, address=come_from, text=text
    )
    transaction.on_commit(line, robust=True)
    return event


def latest_events(user: User) -> list[AccountEvent]:
    """The newest first."""
    events = user.events.select_related("actor").order_by("-id")
    others = events.exclude(kind__in=BY_STRANGERS)[:LATEST]
    by_strangers = events.filter(kind__in=BY_STRANGERS)[:LATEST_BY_STRANGERS]
    return sorted([*others, *by_strangers], key=lambda event: event.pk, reverse=True)


def record_export(what: str, *, by: Actor) -> None:
    """That somebody takes data of customers, orders or promo codes out of the shop, before they get it."""
    if by.user is not None:
        record(by.user, AccountChange.EXPORTED, what, by=by)
    else:
        write_line(AccountChange.EXPORTED.value, account="", by=by, text=what)


def record_of_system(kind: AccountChange, text: str, *, by: Actor) -> None:
    """What concerns the whole shop and no account: a line of the log alone."""
    write_line(kind.value, account="", by=by, text=text)
