"""Which rows of a table are money of customers: not what is only announced, nor what the shop moves."""

from enum import Enum
from functools import lru_cache

from backoffice.text import identity_key
from orders.payments.statements.table_columns import Writer


class MoneyOf(Enum):
    """What a row is: money of a customer, charged back by their bank, or none that belongs to an order."""

    PAYMENT = "payment"
    CHARGEBACK = "chargeback"
    OF_THE_SHOP = "of_the_shop"
    NOT_YET = "not_yet"


SETTLED = frozenset(
    {
        "",
        *("completed", "complete", "abgeschlossen", "booked", "gebucht", "umsatz gebucht", "verbucht"),
        *("paid", "bezahlt", "succeeded", "successful", "erfolgreich", "available", "refunded"),
        *(
            "partial refund",
            "partially refunded",
            "teilweise zurückgezahlt",
            "zurückgezahlt",
            "ok",
            "settled",
        ),
        *("cleared", "posted", "done", "sent", "received", "voltooid", "geboekt"),
    }
)
NOT_SETTLED = frozenset(
    {
        *("pending", "vorgemerkt", "umsatz vorgemerkt", "ausstehend", "offen", "open", "in bearbeitung"),
        *("processing", "failed", "fehlgeschlagen", "denied", "abgelehnt", "declined", "rejected", "blocked"),
        *("canceled", "cancelled", "storniert", "abgebrochen", "reverted", "expired", "abgelaufen"),
        *("uncaptured", "incomplete", "unclaimed", "nicht abgeholt", "held", "einbehalten", "on hold"),
        *("requires capture", "requires action", "requires payment method", "in behandeling"),
    }
)
# Stripe's reporting categories, and the types of its older files.
STRIPE_PAYMENTS = frozenset(
    {
        *("", "charge", "payment", "refund", "payment_refund", "charge_failure", "refund_failure"),
        *("payment_failure_refund", "partial_capture_reversal", "payment_reversal"),
    }
)
STRIPE_CHARGEBACKS = frozenset({"dispute", "dispute_reversal", "adjustment"})
# Parts of what PayPal calls money that no customer paid.
PAYPAL_OF_THE_SHOP = (
    *("withdrawal", "abbuchung", "deposit to pp", "bank deposit", "bankgutschrift", "currency conversion"),
    *("währungsumrechnung", "hold", "einbehalt", "authorization", "autorisierung", "transfer to bank"),
    *("überweisung auf bankkonto", "reserve", "reserven", "fee reversal", "monthly fee"),
)
PAYPAL_CHARGEBACKS = ("chargeback", "rückbuchung", "rücklastschrift", "dispute", "konfliktlösung")
# PayPal lists what does not change the balance, too.
NO_IMPACT = ("memo", "notiz")


@lru_cache(maxsize=1_000)
def moved_by(writer: Writer, *, kind: str, status: str, impact: str) -> MoneyOf | None:
    """Return what the row is, None for a status that is not known."""
    status, kind = identity_key(status).replace("_", " "), identity_key(kind)
    if status in NOT_SETTLED:
        return MoneyOf.NOT_YET
    if status not in SETTLED:
        return None
    if writer is Writer.STRIPE:
        return _of_stripe(kind.replace(" ", "_"))
    if writer is Writer.PAYPAL:
        return _of_paypal(kind, identity_key(impact))
    return MoneyOf.PAYMENT


def _of_stripe(kind: str) -> MoneyOf:
    if kind in STRIPE_CHARGEBACKS:
        return MoneyOf.CHARGEBACK
    return MoneyOf.PAYMENT if kind in STRIPE_PAYMENTS else MoneyOf.OF_THE_SHOP


def _of_paypal(kind: str, impact: str) -> MoneyOf:
    if impact in NO_IMPACT or any(word in kind for word in PAYPAL_OF_THE_SHOP):
        return MoneyOf.OF_THE_SHOP
    return MoneyOf.CHARGEBACK if any(word in kind for word in PAYPAL_CHARGEBACKS) else MoneyOf.PAYMENT
