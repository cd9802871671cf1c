"""Checks whether a password is good enough, and exchanges one for another."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of
from accounts.models import AccountChange, User
from accounts.passwords.hashing import turn
from accounts.tokens.refresh import revoke_everything
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict, Fault, Invalid
from backoffice.requests.throttling import Limit, take

GUESSES = 5
WINDOW_SECONDS = 15 * 60
# Argon2 reads the whole password: an endless one would keep the server busy.
LONGEST_PASSWORD = 1024


def change_password(user: User, *, old: str, new: str, by: Actor) -> None:
    """Change one's own password, for which the old one is needed; all tokens end.

    Raises:
        Invalid: the old one is wrong or the new one weak; faults point at /old_password and /new_password.
        Throttled: too many wrong old ones.
        Conflict: it was changed at the same moment.
    """
    if not is_own_password(user, old):
        detail = _("This is not your current password.")
        raise Invalid(detail, faults=[Fault("/old_password", "wrong_password", detail)])
    check_strength(new, user, pointer="/new_password")
    store_password(user, make_password(new), by=by)


def is_own_password(user: User, password: str) -> bool:
    """Whether it is the password of a user who is signed in already; a right one does not count as a guess.

    Raises:
        Throttled: too many wrong ones, or too many people at a time.
    """
    with turn():
        uses = take([Limit(f"password:{user.pk}", GUESSES, WINDOW_SECONDS)])
        is_right = user.check_password(password)
    if is_right:
        for use in uses:
            use.give_back()
    return is_right


def check_strength(password: str, user: User, *, pointer: str) -> None:
    """Check what NIST 800-63B asks: long enough, not a common one, not the user's name; nothing else.

    Raises:
        Invalid: the faults point at `pointer`.
    """
    try:
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(
                _("A password has at most %(most)s characters.") % {"most": LONGEST_PASSWORD},
                "password_too_long",
            )
        validate_password(password, user)
    except ValidationError as error:
        faults = [Fault(pointer, item.code or "invalid", item.messages[0]) for item in error.error_list]
        raise Invalid(" ".join(fault.detail for fault in faults), faults=faults) from None


@write_transaction
def store_password(user: User, encoded: str, *, by: Actor, by_link: bool = False) -> None:
    """Replace the hash that `user` holds by this one; all tokens, sessions and links end.

    History and mail say whether they came `by_link` of a mail.

    Raises:
        Conflict: it was changed, or everything was revoked, at the same moment.
    """
    # The row must still be as it was checked: of two changes at once only one counts.
    same = User.objects.filter(pk=user.pk, password=user.password, auth_version=user.auth_version)
    if not same.update(password=encoded):
        raise Conflict(_("The password was changed at the same moment. Sign in again."))
    facts = {"by_link": True} if by_link else {}
    event = record(user, AccountChange.PASSWORD, facts, by=by)
    if user.has_usable_password():
        tell_of(event, "password_changed", {"by_link": by_link})
    revoke_everything(user, because=f"password changed by {by.source}")
    user.refresh_from_db(fields=["password", "auth_version"])
