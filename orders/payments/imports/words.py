"""Sentences about rows of a payment import, which keep an outcome, a code and facts."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.money import formatted
from orders.models import PaymentOutcome
from orders.payments.statements import problem_in_words

type Facts = Mapping[str, Any]

PLAN_CHANGED = "plan_changed"
RECORDED_SINCE = "already_recorded"
MORE_THAN_PAID = "more_than_paid"
NOT_UNDONE = "not_undone"


def row_in_words(outcome: str, code: str, facts: Facts) -> str:
    """Return why a row does nothing; "" for one that says it all by its amounts."""
    if code in PROBLEMS:
        return PROBLEMS[code](facts)
    if code:
        return problem_in_words(facts.get("column", ""), code, facts)
    return OUTCOMES[PaymentOutcome(outcome)](facts) if outcome in OUTCOMES else ""


def _known(facts: Facts) -> str:
    if "first_row" in facts:
        return _("The file has this line in row %(first_row)s already.") % facts
    return _("It was booked on %(order)s already.") % facts


def _none(_facts: Facts) -> str:
    return _("No order number was found in its text. Give it one, or record the payment on the order.")


def _several(facts: Facts) -> str:
    named = {"orders": ", ".join(facts["orders"]), "count": facts["count"]}
    return (
        ngettext(
            "It names %(count)s order: %(orders)s. Give it the right one.",
            "It names %(count)s orders: %(orders)s. Give it the right one.",
            facts["count"],
        )
        % named
    )


def _reference_taken(facts: Facts) -> str:
    amount = formatted(Decimal(facts["amount"]), settings.SHOP_CURRENCY)
    return _(
        "The bank's number was booked on %(order)s with another amount, %(amount)s. "
        "If it is another payment, record it on its order without the number."
    ) % {"order": facts["order"], "amount": amount}


def _plan_changed(_facts: Facts) -> str:
    return _("What is due changed since you looked. Look at a new plan of the file.")


def _recorded_since(_facts: Facts) -> str:
    return _("Somebody booked this line since you looked.")


def _more_than_paid(_facts: Facts) -> str:
    return _("More would go out than was paid for the order. Record what came in first.")


def _not_undone(_facts: Facts) -> str:
    return _("The money was paid back since. Reverse that first.")


PROBLEMS: Mapping[str, Callable[[Facts], str]] = {
    "reference_taken": _reference_taken,
    PLAN_CHANGED: _plan_changed,
    RECORDED_SINCE: _recorded_since,
    MORE_THAN_PAID: _more_than_paid,
    NOT_UNDONE: _not_undone,
}
OUTCOMES: Mapping[PaymentOutcome, Callable[[Facts], str]] = {
    PaymentOutcome.KNOWN: _known,
    PaymentOutcome.NONE: _none,
    PaymentOutcome.SEVERAL: _several,
}
