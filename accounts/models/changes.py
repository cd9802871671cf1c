"""The kinds of change to an account, and the words for the facts that are kept about them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.email_addresses import readable_email

type Facts = Mapping[str, Any]


class AccountChange(TextChoices):
    CREATED = "created", gettext_lazy("Account created")
    INVITED = "invited", gettext_lazy("Invited")
    ROLE = "role", gettext_lazy("Role changed")
    DEACTIVATED = "deactivated", gettext_lazy("Deactivated")
    ACTIVATED = "activated", gettext_lazy("Activated")
    PASSWORD = "password", gettext_lazy("Password changed")
    EMAIL_ASKED = "email_asked", gettext_lazy("Another e-mail address asked for")
    EMAIL = "email", gettext_lazy("E-mail address changed")
    EMAIL_STOPPED = "email_stopped", gettext_lazy("Change of the e-mail address stopped")
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
    return _("as %(role)s") % {"role": facts["role"]} if "role" in facts else ""


def _new_role(facts: Facts) -> str:
    role = facts["role"]
    return f"{role['from'] or _('no role')} → {role['to']}"


def _new_email(facts: Facts) -> str:
    if "email" not in facts:
        return ""
    email = facts["email"]
    return f"{readable_email(email['from'])} → {readable_email(email['to'])}"


def _refused(facts: Facts) -> str:
    return _("password asked again") if facts.get("asked_again") else ""


def _signed_out(facts: Facts) -> str:
    if facts.get("everywhere"):
        return _("everywhere")
    if "address" not in facts:
        return ""
    address = facts["address"] or _("an unknown address")
    if facts["client"] == "api":
        return _("The API at %(address)s") % {"address": address}
    browser = facts["browser"] or _("A browser")
    return _("%(browser)s at %(address)s") % {"browser": browser, "address": address}


def _exported(facts: Facts) -> str:
    values = {
        "count": f"{facts.get('count', 0):,}",
        "format": facts.get("format", "").upper(),
        "promotion": facts.get("promotion"),
    }
    match facts:
        case {"what": "orders", "format": _format}:
            words = _("orders as %(format)s")
        case {"what": "orders", "count": count}:
            words = ngettext("%(count)s order", "%(count)s orders", count)
        case {"what": "customers", "format": _format}:
            words = _("customers as %(format)s")
        case {"what": "customers", "count": count}:
            words = ngettext("%(count)s customer", "%(count)s customers", count)
        case {"what": "promo_codes", "promotion": _promotion}:
            words = _("the codes of promotion %(promotion)s")
        case {"what": "promo_codes", "count": count}:
            words = ngettext("%(count)s promo code", "%(count)s promo codes", count)
        case {"what": "products"}:
            words = _("products")
        case {"what": "stock_movements"}:
            words = _("stock movements")
        case {"what": "rows_of_stock_imports"}:
            words = _("rows of stock imports")
        case _other:
            words = str(facts.get("what", "")).replace("_", " ").replace("%", "%%")
    return words % values


def _whose(facts: Facts) -> str:
    """Name the row and not the person: this entry outlives them."""
    words = _("colleague %(number)s") if facts["who"] == "colleague" else _("customer %(number)s")
    return words % {"number": facts["number"]}


DETAILS: Mapping[str, Callable[[Facts], str]] = {
    AccountChange.CREATED: _created,
    AccountChange.ROLE: _new_role,
    AccountChange.EMAIL_ASKED: _new_email,
    AccountChange.EMAIL: _new_email,
    AccountChange.EMAIL_STOPPED: _new_email,
    AccountChange.REFUSED: _refused,
    AccountChange.SIGNED_OUT: _signed_out,
    AccountChange.EXPORTED: _exported,
    AccountChange.DATA_HANDED_OUT: _whose,
    AccountChange.ERASED: _whose,
}
