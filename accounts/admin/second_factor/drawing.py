"""Draws the QR code that an authenticator app reads."""

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from accounts.second_factor.totp import address_of


def drawn(secret: bytes, user: User) -> SafeString:
    """Return the code as SVG. It is black on white in both themes, for cameras take no other."""
    # Imported late: few pages draw one.
    import segno

    address = address_of(secret, issuer=settings.SHOP_NAME, account=user.readable_email)
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawing)  # noqa: S308
