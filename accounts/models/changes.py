"""The kinds of change to an account, and the words for the facts that are kept about them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import role_in_words
from backoffice.email_addresses import readable_email
from backoffice.languages import languages
from backoffice.numbers import grouped
from backoffice.requests.devices import device_of

type Facts = Mapping[str, Any]


class AccountChange(TextChoices):
    CREATED = "created", gettext_lazy("Account created")
    INVITED = "invited", gettext_lazy("Invited")
    EDITED = "edited", gettext_lazy("Profile changed")
    ROLE = "role", gettext_lazy("Role changed")
    DEACTIVATED = "deactivated", gettext_lazy("Deactivated")
    ACTIVATED = "activated", gettext_lazy("Activated")
    PASSWORD = "password", gettext_lazy("Password changed")
    EMAIL_ASKED = "email_asked", gettext_lazy("Another e-mail address asked for")
    EMAIL = "email", gettext_lazy("E-mail address changed")
    EMAIL_STOPPED = "email_stopped", gettext_lazy("Change of the e-mail address stopped")
    MFA_ADDED = "mfa_added", gettext_lazy("Second factor added")
    MFA_REMOVED = "mfa_removed", gettext_lazy("Second factor removed")
    MFA_RESET = "mfa_reset", gettext_lazy("Second factors removed")
    RECOVERY_CODES = "recovery_codes", gettext_lazy("Recovery codes made")
    RECOVERY_USED = "recovery_used", gettext_lazy("Recovery code used")
    LINK = "link", gettext_lazy("Password link sent")
    SIGNED_IN = "signed_in", gettext_lazy("Signed in")
    REFUSED = "refused", gettext_lazy("Sign-in refused")
    LIMITED = "limited", gettext_lazy("Too many guesses")
    SIGNED_OUT = "signed_out", gettext_lazy("Signed out")
    REPLAYED = "replayed", gettext_lazy("A refresh token was used twice")
    EXPORTED = "exported", gettext_lazy("Exported")
    DATA_HANDED_OUT = "data_handed_out", gettext_lazy("Handed out one person's data")
    ERASED = "erased", gettext_lazy("Erased a person")
    BACKED_UP = "backed_up", gettext_lazy("Backup written")
    RESTORED = "restored", gettext_lazy("Backup restored")


def changed(before: Any, after: Any) -> dict[str, Any]:
    """Return the old and the new value of something, as facts keep them."""
    return {"from": before, "to": after}


def details_of(kind: str, facts: Facts) -> str:
    """Return what follows the kind's words, such as `Warehouse → Support`; "" where they say it all."""
    return DETAILS[kind](facts) if kind in DETAILS else ""


def _created(facts: Facts) -> str:
    return _("as %(role)s") % {"role": role_in_words(facts["role"])} if "role" in facts else ""


def _new_role(facts: Facts) -> str:
    before, after = (role_in_words(facts["role"][end] or "") or _("no role") for end in ("from", "to"))
    return f"{before} → {after}"


def _new_email(facts: Facts) -> str:
    if "email" not in facts:
        return ""
    email = facts["email"]
    return f"{readable_email(email['from'])} → {readable_email(email['to'])}"


def _signed_in(facts: Facts) -> str:
    return device_of(facts.get("user_agent", ""))


def _new_password(facts: Facts) -> str:
    return _("with a mailed link") if facts.get("by_link") else ""


def _edited(facts: Facts) -> str:
    """`Name: Ada → Ada Lovelace; Language: the shop's → Deutsch`, whichever of them was changed."""
    told = []
    if "name" in facts:
        told.append(_in_words(_("Name"), facts["name"], {"": "–"}))
    if "language" in facts:
        told.append(_in_words(_("Language"), facts["language"], {"": _("the shop's"), **dict(languages())}))
    return "; ".join(told)


def _in_words(field: str, values: Mapping[str, str], words: Mapping[str, str]) -> str:
    before, after = (words.get(values[end], values[end]) for end in ("from", "to"))
    return f"{field}: {before} → {after}"


def _factor(facts: Facts) -> str:
    """`authenticator app`, or `passkey “Laptop”`."""
    if facts.get("factor") == "passkey":
        return _("passkey “%(name)s”") % {"name": facts["name"]}
    if facts.get("replaced"):
        return _("authenticator app, in the place of the one before")
    return _("authenticator app") if "factor" in facts else ""


def _reset(facts: Facts) -> str:
    return _("of %(account)s") % {"account": readable_email(facts["account"])} if "account" in facts else ""


def _left(facts: Facts) -> str:
    if "left" not in facts:
        return ""
    return ngettext("%(count)s left", "%(count)s left", facts["left"]) % {"count": facts["left"]}


def _refused(facts: Facts) -> str:
    if facts.get("second_factor"):
        return _("second factor")
    return _("password asked again") if facts.get("asked_again") else ""


def _signed_out(facts: Facts) -> str:
    if facts.get("everywhere"):
        return _("everywhere")
    if "address" not in facts:
        return ""
    address = facts["address"] or _("an unknown address")
    unnamed = _("A program") if facts["client"] == "api" else _("A browser")
    device = device_of(facts["user_agent"]) or unnamed
    return _("%(device)s at %(address)s") % {"device": device, "address": address}


AS_FORMAT = {
    "orders": gettext_lazy("orders as %(format)s"),
    "customers": gettext_lazy("customers as %(format)s"),
    "payments": gettext_lazy("payments as %(format)s"),
}
LISTS = {
    "products": gettext_lazy("products"),
    "stock_movements": gettext_lazy("stock movements"),
    "rows_of_stock_imports": gettext_lazy("rows of stock imports"),
}


def _exported(facts: Facts) -> str:
    values = {
        "count": grouped(facts.get("count", 0)),
        "format": facts.get("format", "").upper(),
        "promotion": facts.get("promotion"),
    }
    match facts:
        case {"what": what, "format": _format} if what in AS_FORMAT:
            words = str(AS_FORMAT[what])
        case {"what": "orders", "count": count}:
            words = ngettext("%(count)s order", "%(count)s orders", count)
        case {"what": "customers", "count": count}:
            words = ngettext("%(count)s customer", "%(count)s customers", count)
        case {"what": "promo_codes", "promotion": _promotion}:
            words = _("the codes of promotion %(promotion)s")
        case {"what": "promo_codes", "count": count}:
            words = ngettext("%(count)s promo code", "%(count)s promo codes", count)
        case {"what": str(what)} if what in LISTS:
            words = str(LISTS[what])
        case _other:
            words = str(facts.get("what", "")).replace("_", " ").replace("%", "%%")
    return words % values


def _whose(facts: Facts) -> str:
    """Name the row and not the person: this entry outlives them."""
    if "who" not in facts:
        return ""
    words = _("colleague %(number)s") if facts["who"] == "colleague" else _("customer %(number)s")
    return words % {"number": facts["number"]}


DETAILS: Mapping[str, Callable[[Facts], str]] = {
    AccountChange.CREATED: _created,
    AccountChange.ROLE: _new_role,
    AccountChange.EMAIL_ASKED: _new_email,
    AccountChange.EMAIL: _new_email,
    AccountChange.EMAIL_STOPPED: _new_email,
    AccountChange.EDITED: _edited,
    AccountChange.PASSWORD: _new_password,
    AccountChange.SIGNED_IN: _signed_in,
    AccountChange.MFA_ADDED: _factor,
    AccountChange.MFA_REMOVED: _factor,
    AccountChange.MFA_RESET: _reset,
    AccountChange.RECOVERY_USED: _left,
    AccountChange.REFUSED: _refused,
    AccountChange.LIMITED: _refused,
    AccountChange.SIGNED_OUT: _signed_out,
    AccountChange.EXPORTED: _exported,
    AccountChange.DATA_HANDED_OUT: _whose,
    AccountChange.ERASED: _whose,
}
