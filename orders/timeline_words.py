"""Sentences about entries of a timeline, made of their facts whenever they are shown, at every door."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.countries import postal_lines
from backoffice.dates import day_with_year
from backoffice.languages import inside_a_sentence
from backoffice.money import formatted
from orders.models import EventKind, PaymentKind, PaymentMethod

NAMED_AT_MOST = 10
NOTHING = "–"

type Facts = Mapping[str, Any]

# In the order of the sentence, for PostgreSQL's JSON has none; the second is for whoever may not know more.
CHANGES = {
    "shipping_address": (
        gettext_lazy("Shipping address: %(before)s → %(after)s"),
        gettext_lazy("Shipping address changed"),
    ),
    "email": (gettext_lazy("E-mail: %(before)s → %(after)s"), gettext_lazy("E-mail changed")),
    "note": (gettext_lazy("Note: %(before)s → %(after)s"), gettext_lazy("Note changed")),
    "payment_due_on": (
        gettext_lazy("To be paid by: %(before)s → %(after)s"),
        gettext_lazy("Due date changed"),
    ),
    "carrier": (gettext_lazy("Carrier: %(before)s → %(after)s"), gettext_lazy("Carrier changed")),
    "tracking_number": (
        gettext_lazy("Tracking number: %(before)s → %(after)s"),
        gettext_lazy("Tracking number changed"),
    ),
}
# Mails by their templates.
MAILS = {
    "order_placed": gettext_lazy("the confirmation"),
    "order_shipped": gettext_lazy("the shipping notice"),
    "shipment_corrected": gettext_lazy("the correction of a shipment"),
    "shipment_undone": gettext_lazy("the notice that a shipment had not left"),
    "order_cancelled": gettext_lazy("the notice of a cancellation"),
    "return_received": gettext_lazy("the receipt of a return"),
    "order_paid_back": gettext_lazy("the notice of a refund"),
    "payment_reminder": gettext_lazy("the reminder of a payment"),
}


def sentence_of(kind: str, facts: Facts) -> str:
    """Return `Shipped 2 × TEA-01 with DHL 0034`; for an edit, a line for each field that changed."""
    return SENTENCES[EventKind(kind)](facts)


def _placed(_facts: Facts) -> str:
    return _("Order placed")


def _edited(facts: Facts) -> str:
    changes = facts["changes"]
    told = [_change(name, changes[name]) for name in CHANGES if name in changes]
    if facts.get("promo_limits_passed"):
        told.append(_("Discount kept, although the customer has used up the promo code"))
    return ";\n".join(told)


def _change(name: str, change: Sequence[Any] | None) -> str:
    with_values, without = CHANGES[name]
    if change is None:
        return str(without)
    shown = _day if name == "payment_due_on" else _value
    before, after = (shown(each) for each in change)
    return with_values % {"before": before, "after": after}


def _value(value: str | Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value or NOTHING
    return ", ".join(filter(None, [*postal_lines(value), value["phone"]]))


def _day(value: str) -> str:
    return day_with_year(date.fromisoformat(value)) if value else NOTHING


def _shipped(facts: Facts) -> str:
    units = _units(facts["lines"])
    parcel = " ".join(filter(None, [facts["carrier"], facts["tracking_number"]]))
    if not parcel:
        return _("Shipped %(units)s") % {"units": units}
    return _("Shipped %(units)s with %(parcel)s") % {"units": units, "parcel": parcel}


def _shipment_corrected(facts: Facts) -> str:
    told = {"shipment": facts["shipment"], "changes": _edited(facts)}
    return _("%(shipment)s corrected. %(changes)s") % told


def _shipment_undone(facts: Facts) -> str:
    told = {
        "shipment": facts["shipment"],
        "units": _units(facts["lines"]),
        "reason": facts["reason"],
    }
    if told["reason"]:
        return _("%(shipment)s undone, it never left: %(units)s. %(reason)s") % told
    return _("%(shipment)s undone, it never left: %(units)s") % told


def _delivered(facts: Facts) -> str:
    return _("Delivered %(shipments)s") % {"shipments": ", ".join(facts["shipments"])}


def _cancelled(facts: Facts) -> str:
    units, reason = _units(facts["lines"]), facts["reason"]
    if facts["is_whole"]:
        return _("Order cancelled: %(reason)s") % {"reason": reason} if reason else _("Order cancelled")
    if reason:
        return _("Cancelled %(units)s: %(reason)s") % {"units": units, "reason": reason}
    return _("Cancelled %(units)s") % {"units": units}


def _returned(facts: Facts) -> str:
    restocked = _units([line for line in facts["lines"] if line["restock"]])
    written_off = _units([line for line in facts["lines"] if not line["restock"]])
    told = {"restocked": restocked, "written_off": written_off}
    if not written_off:
        return _("Returned %(restocked)s") % told
    if not restocked:
        return _("Returned %(written_off)s, written off") % told
    return _("Returned %(restocked)s; %(written_off)s written off") % told


def _payment_recorded(facts: Facts) -> str:
    told = _money_told(facts)
    if facts.get("moved_from"):
        return _("Payment of %(amount)s by %(method)s taken over from %(order)s") % {
            **told,
            "order": facts["moved_from"],
        }
    return _("Payment of %(amount)s by %(method)s") % told


def _paid_back(facts: Facts) -> str:
    if facts["settles"]:
        return _("Paid back %(amount)s by %(method)s for %(settles)s") % _money_told(facts)
    return _("Paid back %(amount)s by %(method)s") % _money_told(facts)


def _charged_back(facts: Facts) -> str:
    return _("%(amount)s taken back by the bank or provider (%(method)s)") % _money_told(facts)


def _written_off(facts: Facts) -> str:
    if not facts.get("note"):
        return _("Written off %(amount)s") % _money_told(facts)
    return _("Written off %(amount)s: %(note)s") % _money_told(facts)


def _payment_reversed(facts: Facts) -> str:
    told = {**_money_told(facts), "entry": _kind_told(facts["reversed"])}
    if facts.get("moved_to"):
        return _("%(entry)s of %(amount)s moved to %(order)s") % {**told, "order": facts["moved_to"]}
    if facts.get("note"):
        return _("%(entry)s of %(amount)s reversed: %(note)s") % told
    return _("%(entry)s of %(amount)s reversed") % told


def _allowed(facts: Facts) -> str:
    told = {"amount": _amount_told(facts), "reason": facts["reason"] or NOTHING}
    return _("Allowance of %(amount)s: %(reason)s") % told


def _reminded(facts: Facts) -> str:
    due = formatted(Decimal(facts["due"]), settings.SHOP_CURRENCY)
    return _("Reminded that %(amount)s is due") % {"amount": due}


def _kind_told(kind: str) -> str:
    return str(PaymentKind(kind).label)


def _money_told(facts: Facts) -> dict[str, str]:
    return {
        "amount": _amount_told(facts),
        "method": _method_told(facts["method"]),
        "settles": facts["settles"],
        "note": facts.get("note") or NOTHING,
    }


def _method_told(method: str) -> str:
    if not method:
        return NOTHING
    label = PaymentMethod(method).label
    return str(label) if method == PaymentMethod.PAYPAL else inside_a_sentence(label)


def _amount_told(facts: Facts) -> str:
    return formatted(abs(Decimal(facts["amount"])), settings.SHOP_CURRENCY)


def _email_sent_again(facts: Facts) -> str:
    return _("Sent again: %(mail)s") % {"mail": MAILS[facts["template"]]}


def _comment(facts: Facts) -> str:
    return str(facts["text"])


def _units(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return `2 × TEA-01, 1 × MUG-7`; of many lines only the first are named."""
    named = ", ".join(f"{line['quantity']} × {line['sku']}" for line in lines[:NAMED_AT_MOST])
    more = len(lines) - NAMED_AT_MOST
    if more <= 0:
        return named
    text = ngettext("%(units)s and %(count)s more", "%(units)s and %(count)s more", more)
    return text % {"units": named, "count": more}


SENTENCES: Mapping[EventKind, Callable[[Facts], str]] = {
    EventKind.PLACED: _placed,
    EventKind.EDITED: _edited,
    EventKind.SHIPPED: _shipped,
    EventKind.SHIPMENT_CORRECTED: _shipment_corrected,
    EventKind.SHIPMENT_UNDONE: _shipment_undone,
    EventKind.DELIVERED: _delivered,
    EventKind.CANCELLED: _cancelled,
    EventKind.RETURNED: _returned,
    EventKind.PAYMENT_RECORDED: _payment_recorded,
    EventKind.PAID_BACK: _paid_back,
    EventKind.CHARGED_BACK: _charged_back,
    EventKind.ALLOWED: _allowed,
    EventKind.WRITTEN_OFF: _written_off,
    EventKind.PAYMENT_REVERSED: _payment_reversed,
    EventKind.DUE_DATE_CHANGED: _edited,
    EventKind.REMINDED: _reminded,
    EventKind.EMAIL_SENT_AGAIN: _email_sent_again,
    EventKind.COMMENT: _comment,
}
