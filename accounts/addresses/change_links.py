"""Links that confirm or stop a change of an account's e-mail address, one for each of both mailboxes.

Like all links of mails they are signed over what they would change: they end with the change, with a new
password, and whenever `auth_version` is raised.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.mailing.links import no_longer_valid
from accounts.models import EmailChange

NEW, OLD = "new", "old"


class ChangeSigner(PasswordResetTokenGenerator):
    """Signs for the mailbox of one side: what the new one gets is worth nothing as the old one's."""

    def __init__(self, side: str) -> None:
        super().__init__()
        self.side = side
        self.key_salt = f"accounts.addresses.change_links.{side}"

    def _make_hash_value(self, change: Any, timestamp: int) -> str:
        user = change.user
        changing = (
            user.password,
            user.auth_version,
            user.is_active,
            user.email,
            change.email,
            change.ended_at,
        )
        return "\n".join(map(str, (change.pk, timestamp, *changing)))


SIGNERS = {side: ChangeSigner(side) for side in (NEW, OLD)}


def change_token(change: EmailChange, side: str) -> str:
    return f"{urlsafe_base64_encode(force_bytes(change.pk))}.{SIGNERS[side].make_token(change)}"  # type: ignore[arg-type]


def change_link(change: EmailChange, side: str) -> dict[str, str]:
    """Return for a mail's context the page to answer on, and the token for other clients."""
    token = change_token(change, side)
    if not change.user.is_staff and settings.SHOP_ACCOUNT_URL:
        return {"secret_link": f"{settings.SHOP_ACCOUNT_URL}?email={token}", "secret_token": token}
    page = settings.SHOP_URL + reverse("email_change", args=[token])
    return {"secret_link": page, "secret_token": token}


def change_of(token: str) -> tuple[EmailChange, str]:
    """Return the change and the side whose mailbox the token was sent to.

    Raises:
        InvalidLink: forged, too old, or worthless since; which of them is not told.
    """
    identifier, _dot, signed = token.partition(".")
    change = _change_with(identifier)
    if change is not None:
        for side, signer in SIGNERS.items():
            if signer.check_token(change, signed):  # type: ignore[arg-type]
                return change, side
    raise no_longer_valid()


def _change_with(identifier: str) -> EmailChange | None:
    try:
        pk = int(urlsafe_base64_decode(identifier))
    except ValueError:
        return None
    changes = EmailChange.objects.select_related("user").filter(ended_at=None, user__is_active=True)
    return changes.filter(pk=pk).first()
