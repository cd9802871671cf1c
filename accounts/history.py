"""The history of an account: who signed in, and who changed its role, activity or password, and when."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import override

from accounts.actors import Actor
from accounts.models import AccountChange, AccountEvent, User
from accounts.models.changes import details_of
from accounts.security_log import write_line
from backoffice.db.transactions import write_transaction
from backoffice.requests.addresses import current_address

# Strangers can cause these, so only a few are shown: else they would push what matters off the page.
BY_STRANGERS = (AccountChange.REFUSED, AccountChange.LIMITED)
LATEST, LATEST_BY_STRANGERS = 50, 10


@write_transaction
def record(
    user: User | None,
    kind: AccountChange,
    facts: Mapping[str, Any] | None = None,
    *,
    by: Actor,
    account: str = "",
    address: str | None = None,
) -> AccountEvent:
    """Add an entry to the account's history, and once it is committed a line to the security log.

    Without a user, `account` is what was typed instead of one. `accounts.models.changes` has words for the
    facts of each kind.
    """
    come_from = current_address.get() if address is None else address
    event = AccountEvent.objects.create(
        user=user,
        kind=kind,
        facts=dict(facts or {}),
        actor=by.user,
        source=by.source,
        address=come_from[:45],
    )
    text = _logged(kind, event.facts)
    line = partial(
        write_line, kind.value, account=user.email if user else account, by=by, address=come_from, text=text
    )
    transaction.on_commit(line, robust=True)
    return event


def latest_events(user: User) -> list[AccountEvent]:
    """Return the latest events, the newest first, only a few of them by strangers."""
    events = user.events.select_related("actor").order_by("-id")
    others = events.exclude(kind__in=BY_STRANGERS)[:LATEST]
    by_strangers = events.filter(kind__in=BY_STRANGERS)[:LATEST_BY_STRANGERS]
    return sorted([*others, *by_strangers], key=lambda event: event.pk, reverse=True)


def record_export(what: str, *, by: Actor, **facts: Any) -> None:
    """Record that somebody takes data of customers, orders or promo codes out, before they get it.

    `what` is a code such as "orders"; facts are its `format`, the `count` of rows, or the `promotion`.
    """
    facts = {"what": what, **facts}
    if by.user is not None:
        record(by.user, AccountChange.EXPORTED, facts, by=by)
    else:
        write_line(
            AccountChange.EXPORTED.value, account="", by=by, text=_logged(AccountChange.EXPORTED, facts)
        )


def record_about_person(kind: AccountChange, who: str, number: int, *, by: Actor) -> None:
    """Record that somebody's data were handed out or erased: whose by number, for the entry outlives them."""
    facts = {"who": who, "number": number}
    if by.user is not None:
        record(by.user, kind, facts, by=by)
    else:
        write_line(kind.value, account="", by=by, text=_logged(kind, facts))


def record_of_system(kind: AccountChange, text: str, *, by: Actor) -> None:
    """Write to the security log alone what concerns the whole shop and no account."""
    write_line(kind.value, account="", by=by, text=text)


def _logged(kind: AccountChange, facts: Mapping[str, Any]) -> str:
    """Return the details in English, whoever acts: programs read the log."""
    with override(None):
        return details_of(kind, facts)
