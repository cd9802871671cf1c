"""Mails about somebody's account, and how many a stranger may cause."""

from hashlib import sha256

from django.utils import timezone

from accounts.mail_links import DAYS_VALID
from backoffice.outbox.queueing import queue_email
from backoffice.throttling import address_block, hit

MAILS_PER_HOUR = 5
MAILS_PER_HOUR_FROM_ONE_PLACE = 20
TRIES_PER_HOUR = 30
HOUR = 60 * 60


def tell(recipient: str, template: str, context: dict[str, str]) -> None:
    """Queue a mail about somebody's account; each time anew."""
    queue_email(
        # The moment keeps a second link from being taken for the first.
        cause=f"account:{timezone.now():%Y%m%d%H%M%S%f}",
        template=template,
        recipient=recipient,
        context={"days": DAYS_VALID, **context},
    )


def limit_mails(recipient: str, *, address: str) -> None:
    """Count one more mail that somebody who has not signed in has sent to this address.

    Raises:
        Throttled: too many to it, or from one place.
    """
    digest = sha256(recipient.encode(errors="replace")).hexdigest()
    hit(
        f"mail-from:{address_block(address)}",
        limit=MAILS_PER_HOUR_FROM_ONE_PLACE,
        window_seconds=HOUR,
    )
    hit(f"mail-to:{digest}", limit=MAILS_PER_HOUR, window_seconds=HOUR)


def limit_links(address: str) -> None:
    """Count one more link of a mail tried from this place.

    Raises:
        Throttled: too many.
    """
    hit(f"link-from:{address_block(address)}", limit=TRIES_PER_HOUR, window_seconds=HOUR)
