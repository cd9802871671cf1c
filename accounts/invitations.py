"""Invites a colleague: an account with a role, and a link by e-mail to choose a password with."""

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell
from accounts.mailing.links import password_link
from accounts.models import AccountChange, User
from accounts.people import create_staff, role_named
from accounts.roles import ROLES
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict


@write_transaction
def invite(email: str, *, role: str, name: str = "", by: Actor) -> User:
    """Create the account and send the invitation, both or neither.

    Raises:
        Invalid, EmailTaken, Forbidden.
    """
    user = create_staff(email, role=role, name=name, by=by)
    about = {"name": user.greeting, "invited_by": str(by), **_in_words(role_named(role))}
    tell(user.email, "invitation", {**about, **password_link(user)})
    record(user, AccountChange.INVITED, by=by)
    return user


def _in_words(role: str) -> dict[str, str]:
    """Return the context of a mail: the role, and what whoever has it may do."""
    words = {each.name: each for each in ROLES}.get(role)
    return {
        "role": role,
        "you_may": words.you_may if words else _("You may see and do everything in the shop."),
    }


@write_transaction
def send_password_link(user: User, *, by: Actor) -> None:
    """Mail a link to choose a new password; the old password works until it is used.

    Raises:
        Conflict: the account is deactivated.
    """
    if not user.is_active:
        raise Conflict(_("%(email)s is deactivated. Activate the account first.") % {"email": user.email})
    tell(user.email, "password_reset", {"name": user.greeting, **password_link(user)})
    record(user, AccountChange.LINK, by=by)
