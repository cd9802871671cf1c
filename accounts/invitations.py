"""Invites a colleague: an account with a role, and a link by e-mail to choose a password with."""

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell, who
from accounts.mailing.links import password_link
from accounts.models import AccountChange, User
from accounts.people import create_staff, role_named
from backoffice.db.transactions import write_transaction
from backoffice.errors import Conflict


@write_transaction
def invite(email: str, *, role: str, name: str = "", by: Actor) -> User:
    """Create the account and send the invitation, both or neither.

    Raises:
        Invalid, EmailTaken, Forbidden.
    """
    user = create_staff(email, role=role, name=name, by=by)
    about = {"name": user.greeting, "invited_by": who(by), "role": role_named(role)}
    tell(user.email, "invitation", {**about, **password_link(user)})
    record(user, AccountChange.INVITED, by=by)
    return user


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
