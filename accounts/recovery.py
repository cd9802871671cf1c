"""Recovers a forgotten password: a link by e-mail, and choosing a new one with it."""

from django.contrib.auth.hashers import make_password

from accounts.actors import Actor
from accounts.addresses.confirmation import confirm_address
from accounts.mailing.account_mails import limit_links, limit_mails, tell
from accounts.mailing.links import PASSWORD, no_longer_valid, password_link, user_of
from accounts.models import Source, User
from accounts.passwords.choosing import check_strength, store_password
from accounts.sign_in.places import know_place
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import checked_email
from backoffice.errors import Conflict
from backoffice.requests.addresses import current_address


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


@write_transaction
def _send_what_is_known(recipient: str) -> None:
    user = User.objects.filter(email=recipient).first()
    if user is None:
        tell(recipient, "no_account", {}, language="")
    elif user.is_active:
        context = {"name": user.greeting, **password_link(user)}
        tell(recipient, "password_reset", context, language=user.language)
    else:
        tell(recipient, "account_deactivated", {"name": user.greeting}, language=user.language)


def reset_password(token: str, new: str, *, source: Source, address: str) -> User:
    """Choose a new password with the token of a mail; all tokens, sessions and other links end.

    Raises:
        InvalidLink: used, too old or forged.
        Invalid: the password is weak, and the token still good; the fault points at /new_password.
        Throttled: too many tries from one place.
    """
    uses = limit_links(address)
    user = user_of(token, PASSWORD)
    choose_password(user, new, by=Actor(user, source))
    for use in uses:
        use.give_back()
    return user


def choose_password(user: User, new: str, *, by: Actor) -> None:
    """Set the password of somebody who came by a link, which proves that the mailbox is theirs.

    Raises:
        InvalidLink: the link was used at the same moment.
        Invalid: the password is weak; the fault points at /new_password.
    """
    check_strength(new, user, pointer="/new_password")
    _choose(user, make_password(new), by=by)


@write_transaction
def _choose(user: User, encoded: str, *, by: Actor) -> None:
    try:
        store_password(user, encoded, by=by, by_link=True)
    except Conflict:
        raise no_longer_valid() from None
    confirm_address(user)
    know_place(user, current_address.get())
