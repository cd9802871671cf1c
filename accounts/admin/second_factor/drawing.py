"""Draws the QR code that an authenticator app reads."""

from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from accounts.second_factor.totp import address_of
from backoffice.shop.in_force import in_force


def drawn(secret: bytes, user: User) -> SafeString:
    """Return the code as SVG. It is black on white in both themes, for cameras take no other."""
    # Imported late: few pages draw one.
    import segno

    address = address_of(secret, issuer=in_force().name, account=user.readable_email)
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawing)  # noqa: S308
