"""What counts as an e-mail address, and the one form in which addresses are kept, compared and written to.

However somebody types an address, it is theirs alone. Domains are kept in ASCII as IDNA 2008 says, after the
mapping of UTS 46: `straße.de` is `xn--strae-oqa.de`, and not `strasse.de`, which is a stranger's.
"""

from unicodedata import category

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from backoffice.errors import Fault, Invalid

LONGEST = 254
# No mailbox can be there (RFC 2606): `customer-42` has the place of an address that was erased.
ERASED = "erased.invalid"
CUSTOMER, COLLEAGUE = "customer", "colleague"
# What may stand around an address without being a part of it; other control characters may not.
BLANKS = " \t\r\n\u00a0\u2007\u2009\u202f\u3000"
INVISIBLE = ("Cc", "Cf", "Zl", "Zp")


def checked_email(text: str) -> str:
    """Return the address as it is kept: trimmed, in small letters, its domain in ASCII.

    Raises:
        Invalid: it is not an e-mail address; the fault points at /email.
    """
    address = text.strip(BLANKS)
    if not address:
        raise _no_address(_("An empty text is not an e-mail address."))
    if _has_invisible(address):
        raise _no_address(
            _("This e-mail address has a character that cannot be seen. Type it again instead of pasting it.")
        )
    address = _canonical(address)
    if is_erased(address):
        raise _no_address(_("%(address)s stands for somebody who was erased.") % {"address": address})
    if len(address) > LONGEST:
        raise _no_address(_("An e-mail address has at most %(most)s characters.") % {"most": LONGEST})
    return address


def normalised_email(text: str) -> str:
    """Return what an address is looked up by: the form it is kept in, or a text that no address has."""
    try:
        return checked_email(text)
    except Invalid:
        # PostgreSQL takes no NUL, not even to look for it.
        return _as_begun(text.replace("\0", "\ufffd").strip(BLANKS).lower())


def valid_email(text: str) -> None:
    """Let a model's or a form's field hold nothing but addresses in any way of writing them."""
    try:
        checked_email(text)
    except Invalid as refusal:
        raise ValidationError(refusal.detail, "invalid") from None


def readable_email(address: str) -> str:
    """Return a kept address as people write it: `theo@straße.de`, or who was erased in words."""
    if is_erased(address):
        return _who_was_erased(address)
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain:
        return address
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def erased_address(who: str, pk: int) -> str:
    """Return what stands in the place of the address of a customer or colleague who was erased."""
    return f"{who}-{pk}@{ERASED}"


def is_erased(address: str) -> bool:
    return address.endswith(f"@{ERASED}")


def known_as(address: str) -> str:
    """Return the address as it is kept, or who was erased in words: `Former colleague 12`."""
    return _who_was_erased(address) if is_erased(address) else address


def _who_was_erased(address: str) -> str:
    who, _mark, number = address.partition("@")[0].partition("-")
    if who not in (CUSTOMER, COLLEAGUE):
        return _("Somebody who was erased")
    words = _("Former colleague %(number)s") if who == COLLEAGUE else _("Erased customer %(number)s")
    return words % {"number": number}


def _as_begun(text: str) -> str:
    """Return the beginning of an address with its domain in ASCII, as far as that is possible."""
    local, at, domain = text.rpartition("@")
    if not at or _has_invisible(text):
        return text
    try:
        return f"{local}@{_ascii(domain)}"
    except idna.IDNAError:
        return text


def _has_invisible(text: str) -> bool:
    return any(category(character) in INVISIBLE for character in text)


def _canonical(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    if not local.isascii():
        raise _no_address(
            _("%(address)s: before the @ an address has letters a to z, digits and marks, without accents.")
            % {"address": address}
        )
    try:
        canonical = f"{local.lower()}@{_ascii(domain.lower())}"
        validate_email(canonical)
    except (ValidationError, idna.IDNAError):
        raise _no_address(_("%(address)s is not an e-mail address.") % {"address": address}) from None
    if local.startswith('"'):
        # "ada"@example.com is ada@example.com to mail servers, and would be a second customer here.
        raise _no_address(_("%(address)s: write the address without quotes.") % {"address": address})
    return canonical


def _ascii(domain: str) -> str:
    """Return the domain in ASCII. Names in ASCII alone are left as they are: mail servers know them so.

    Raises:
        idna.IDNAError: there can be no such domain.
    """
    if domain.isascii() and "xn--" not in domain:
        return domain
    return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")


def _no_address(detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault("/email", "email", detail)])
