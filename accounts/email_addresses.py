"""Checks what counts as an e-mail address."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import normalised_email
from backoffice.errors import Fault, Invalid

LONGEST = 254


def checked_email(text: str) -> str:
    """Return the address as it is kept: trimmed and casefolded.

    Raises:
        Invalid: it is not an e-mail address; the fault points at /email.
    """
    address = normalised_email(text)
    if address != text.strip().lower():
        # Folding ß into ss would send the mails, and the links in them, to somebody else's mailbox.
        raise _no_address(
            _(
                "%(text)s has a letter such as ß, which mail servers do not agree on. Write the "
                "domain in its ASCII form, which begins with xn--."
            )
            % {"text": text.strip()}
        )
    try:
        validate_email(address)
    except ValidationError:
        raise _no_address(
            _("%(address)s is not an e-mail address.") % {"address": address}
            if address
            else _("An empty text is not an e-mail address.")
        ) from None
    if len(address) > LONGEST:
        raise _no_address(_("An e-mail address has at most %(most)s characters.") % {"most": LONGEST})
    return address


def _no_address(detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault("/email", "email", detail)])
