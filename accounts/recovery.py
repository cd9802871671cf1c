"""A forgotten password: a link by e-mail, and choosing a new one with it."""

from hashlib import sha256

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.actors import Actor, Source
from accounts.confirmation import confirm_address
from accounts.emails import checked_email
from accounts.mail_links import DAYS_VALID, PASSWORD, no_longer_valid, password_link, user_of
from accounts.models import User
from accounts.passwords import check_strength, store_password
from backoffice.errors import Conflict
from backoffice.outbox.queueing import queue_email
from backoffice.throttling import address_block, hit
from backoffice.transactions import write_transaction

MAILS_PER_HOUR = 5
MAILS_PER_HOUR_FROM_ONE_PLACE = 20
TRIES_PER_HOUR = 30
HOUR = 60 * 60


def request_password_link(email: str, *, address: str) -> None:
    """Send a mail to this address: a link if it has an account, else that it has none.

    Whether it has one is told to its mailbox alone: what is done here is the same.

    Raises:
        Invalid: it is not an e-mail address.
        Throttled: too many mails to it, or from one place.
    """
    recipient = checked_email(email)
    limit_mails(recipient, address=address)
    _send_what_is_known(recipient)


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
    """Count one more link tried from this place.

    Raises:
        Throttled: too many.
    """
    hit(f"link-from:{address_block(address)}", limit=TRIES_PER_HOUR, window_seconds=HOUR)


@write_transaction
def _send_what_is_known(recipient: str) -> None:
    user = User.objects.filter(email=recipient).first()
    if user is None:
        tell(recipient, "no_account", {})
    elif user.is_active:
        tell(recipient, "password_reset", {"name": user.greeting, **password_link(user)})
    else:
        tell(recipient, "account_deactivated", {"name": user.greeting})


def tell(recipient: str, template: str, context: dict[str, str]) -> None:
    """Queue a mail about somebody's account; each time anew."""
    queue_email(
        # The moment keeps a second link from being taken for the first.
        cause=f"account:{timezone.now():%Y%m%d%H%M%S%f}",
        template=template,
        recipient=recipient,
        context={"days": DAYS_VALID, **context},
    )


def reset_password(token: str, new: str, *, source: Source, address: str) -> User:
    """Choose a new password with the token of a mail; all tokens, sessions and other links fall.

    Raises:
        InvalidLink: used, too old or forged.
        Invalid: the password is weak, and the token still good; the fault points at /new_password.
        Throttled: too many tries from one place.
    """
    limit_links(address)
    user = user_of(token, PASSWORD)
    choose_password(user, new, by=Actor(user, source))
    return user


def choose_password(user: User, new: str, *, by: Actor) -> None:
    """The password of somebody who has come by a link, which proves that the mailbox is theirs.

    Raises:
        InvalidLink: the link was used at the same moment.
        Invalid: the password is weak; the fault points at /new_password.
    """
    check_strength(new, user, pointer="/new_password")
    _choose(user, make_password(new), by=by)


@write_transaction
def _choose(user: User, encoded: str, *, by: Actor) -> None:
    try:
        store_password(user, encoded, by=by)
    except Conflict:
        raise no_longer_valid() from None
    confirm_address(user)
