"""Checks how staff sign in."""

from cli.doctor.findings import Finding, fine, note, trouble
from cli.terminal.words import ngettext


def check_second_factors() -> Finding:
    from django.conf import settings

    from accounts.second_factor.audit import unreadable_apps, without_factor

    if unreadable := unreadable_apps():
        words = ngettext(
            "%(number)s authenticator app cannot be read with this SECRET_KEY, that of %(email)s; name the "
            "earlier key in SECRET_KEY_FALLBACKS, or run: shopctl users mfa reset %(email)s",
            "%(number)s authenticator apps cannot be read with this SECRET_KEY, such as that of %(email)s; "
            "name the earlier key in SECRET_KEY_FALLBACKS, or run: shopctl users mfa reset %(email)s",
            len(unreadable),
        )
        return trouble(words % {"number": f"{len(unreadable):,}", "email": unreadable[0]})
    lacking = without_factor()
    if settings.SHOP_MFA == "required" and lacking:
        words = ngettext(
            "required; %(number)s member of staff has none yet",
            "required; %(number)s members of staff have none yet",
            lacking,
        )
        return note(words % {"number": f"{lacking:,}"})
    return fine(settings.SHOP_MFA)
