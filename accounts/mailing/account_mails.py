"""Mails about somebody's account, and how many a stranger may cause."""

from hashlib import sha256
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.mailing.links import DAYS_VALID
from accounts.models import AccountEvent, User, nobody_in
from accounts.models.changes import Facts
from backoffice.outbox import facts
from backoffice.outbox.facts import Fact
from backoffice.outbox.queueing import queue_email
from backoffice.requests.addresses import current_address
from backoffice.requests.devices import current_user_agent
from backoffice.requests.throttling import Limit, LimitUse, limits_of_place, take

MAILS_PER_HOUR = 5
MAILS_PER_HOUR_FROM_ONE_PLACE = 20
TRIES_PER_HOUR = 30
HOUR = 60 * 60
THE_SHOPS_COMPUTER = gettext_noop("the shop's computer")


def tell(recipient: str, template: str, context: dict[str, Any], *, language: str | None = None) -> None:
    """Queue a mail about somebody's account, a new one at each call.

    It is in the language of the account that has this address, unless the caller knows the language.
    """
    spoken = _language_of(recipient) if language is None else language
    queue_email(
        # The moment makes each cause unique: a mail with the same one would not be queued.
        cause=f"account:{timezone.now():%Y%m%d%H%M%S%f}",
        template=template,
        recipient=recipient,
        context={"days": DAYS_VALID, **context},
        language=spoken,
    )


def tell_of(event: AccountEvent, template: str, about: Facts | None = None, *, to: str | None = None) -> None:
    """Mail the owner of an account what its history has just noted: when, from where, with what, by whom.

    The entry is the cause, so that nobody is told of it twice. `to` is another address of theirs.
    """
    user = event.user
    assert user is not None
    context = {
        "name": user.greeting,
        **told_now(),
        **({"address": event.address} if event.address else {}),
        "user_agent": current_user_agent.get(),
        "by": event.actor.email if event.actor else "",
        "reset_page": settings.SHOP_URL + reverse("admin:admin_password_reset"),
        **(about or {}),
    }
    queue_email(
        cause=f"account-event:{event.pk}",
        template=template,
        recipient=to or user.email,
        context=context,
        language=user.language,
    )


def _language_of(address: str) -> str:
    return User.objects.filter(email=address).values_list("language", flat=True).first() or ""


def told_now() -> dict[str, Any]:
    """Return for a mail's context this moment, and where the request came from."""
    return {
        "at": facts.moment_with_zone(timezone.now()),
        "address": current_address.get() or facts.text(THE_SHOPS_COMPUTER),
    }


def who(by: Actor) -> str | Fact:
    """Return for a mail's context who did it."""
    return by.user.email if by.user else facts.text(nobody_in(by.source))


def limit_mails(recipient: str, *, address: str) -> None:
    """Count one more mail that somebody who has not signed in has sent to this address.

    Raises:
        Throttled: too many to it, or from one place.
    """
    digest = sha256(recipient.encode(errors="replace")).hexdigest()
    from_one_place = limits_of_place(
        "mail-from", address, most=MAILS_PER_HOUR_FROM_ONE_PLACE, window_seconds=HOUR
    )
    take([*from_one_place, Limit(f"mail-to:{digest}", MAILS_PER_HOUR, HOUR)])


def limit_links(address: str) -> list[LimitUse]:
    """Count one more try of a mailed link from this place; the caller gives it back if the link was good.

    Raises:
        Throttled: too many.
    """
    return take(limits_of_place("link-from", address, most=TRIES_PER_HOUR, window_seconds=HOUR))
