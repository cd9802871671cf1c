"""Links in e-mails that let somebody in: signed, good once, for a few days.

The shop keeps none of them. A link is signed over what it would change, so it ends when it is used, when the
password is changed, and when `auth_version` is raised: by a new role, deactivation or signing out everywhere.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from backoffice.errors import Fault, Invalid, Title

DAYS_VALID = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
LONGEST = 200


class InvalidLink(Invalid):
    code = "invalid_link"
    title: ClassVar[Title] = gettext_lazy("This link no longer works")


class LinkSigner(PasswordResetTokenGenerator):
    """Signs for one purpose: a link of one kind is worth nothing as another."""

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.key_salt = f"accounts.mailing.links.{purpose}"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        changing = (user.password, user.auth_version, user.is_active, user.email_confirmed_at, user.email)
        return "\n".join(map(str, (user.pk, timestamp, *changing)))


PASSWORD = LinkSigner("password")
CONFIRMATION = LinkSigner("confirmation")


def token_for(user: User, signer: LinkSigner) -> str:
    """Return the token that a client sends back; it names the user."""
    return f"{_identifier(user)}.{signer.make_token(user)}"


def user_of(token: str, signer: LinkSigner) -> User:
    """Return the user to whose mailbox the token was sent.

    Raises:
        InvalidLink: forged, used, too old, or worthless since; which of them is not told.
    """
    identifier, _dot, signed = token.partition(".")
    user = _user_with(identifier)
    if user is None or not signer.check_token(user, signed):
        raise no_longer_valid()
    return user


def no_longer_valid() -> InvalidLink:
    detail = _("This link was used already, or it is too old. Ask for another one.")
    return InvalidLink(detail, faults=[Fault("/token", InvalidLink.code, detail)])


def password_link(user: User) -> dict[str, str]:
    """Return for a mail's context the page to choose a password on, and the token for other clients."""
    signed = PASSWORD.make_token(user)
    token = f"{_identifier(user)}.{signed}"
    if not user.is_staff and settings.SHOP_ACCOUNT_URL:
        return _context(f"{settings.SHOP_ACCOUNT_URL}?reset={token}", token)
    page = "admin:choose_password" if user.is_staff else "choose_password"
    return _context(settings.SHOP_URL + reverse(page, args=[_identifier(user), signed]), token)


def confirmation_link(user: User) -> dict[str, str]:
    """Return for a mail's context the page to confirm the address on, and the token for other clients."""
    token = token_for(user, CONFIRMATION)
    if settings.SHOP_ACCOUNT_URL:
        return _context(f"{settings.SHOP_ACCOUNT_URL}?confirm={token}", token)
    return _context(settings.SHOP_URL + reverse("confirm_email", args=[token]), token)


def _context(link: str, token: str) -> dict[str, str]:
    return {"secret_link": link, "secret_token": token}


def _identifier(user: User) -> str:
    return urlsafe_base64_encode(force_bytes(user.pk))


def _user_with(identifier: str) -> User | None:
    try:
        pk = int(urlsafe_base64_decode(identifier))
    except ValueError:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()
