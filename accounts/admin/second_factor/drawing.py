"""What an authenticator app is set up with: a QR code, an address, and the secret as text."""

from typing import Any

from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from accounts.second_factor.totp import address_of, as_text
from backoffice.shop.in_force import in_force


def app_to_scan(secret: bytes, user: User) -> dict[str, Any]:
    """Return for a page what `accounts/app_to_scan.html` shows."""
    address = address_of(secret, issuer=in_force().name, account=user.readable_email)
    return {"secret": as_text(secret), "app_address": address, "qr_code": _drawn(address)}


def _drawn(address: str) -> SafeString:
    """Return the code as SVG. It is black on white in both themes, for cameras take no other."""
    # Imported late: few pages draw one.
    import segno

    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawing)  # noqa: S308
