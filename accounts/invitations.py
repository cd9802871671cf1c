"""Inviting a colleague: an account with a role, and a link by e-mail to choose a password with."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.actors import Actor
from accounts.models import User
from accounts.people import create_staff
from accounts.roles import ROLES
from backoffice.errors import Conflict
from backoffice.outbox.queueing import queue_email
from backoffice.transactions import write_transaction

CHOOSE_PASSWORD = "admin:choose_password"  # noqa: S105 — the name of a page
DAYS_VALID = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)


@write_transaction
def invite(email: str, *, role: str, name: str = "", by: Actor) -> User:
    """Create the account and send the invitation, both or neither.

    Raises:
        Invalid, EmailTaken, Forbidden.
    """
    user = create_staff(email, role=role, name=name, by=by)
    words = {each.name: each for each in ROLES}.get(role)
    context = {"role": role, "may": words.may if words else "Everything.", "invited_by": str(by)}
    _send_link(user, "invitation", context)
    return user


@write_transaction
def send_password_link(user: User) -> None:
    """A link to choose a new password; the old one works until it is used.

    Raises:
        Conflict: the account is deactivated.
    """
    if not user.is_active:
        raise Conflict(f"{user.email} is deactivated. Activate the account first.")
    _send_link(user, "password_reset", {})


def _send_link(user: User, template: str, context: dict[str, str]) -> None:
    identifier = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    link = settings.SHOP_URL + reverse(CHOOSE_PASSWORD, args=[identifier, token])
    queue_email(
        # The moment keeps a second link from being taken for the first.
        cause=f"user:{user.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        template=template,
        recipient=user.email,
        context={**context, "name": user.get_short_name(), "days": DAYS_VALID, "secret_link": link},
    )
