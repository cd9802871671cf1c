"""Sending a mail about an order once more: to its present address, saying what is so now.

Each time is a mail of its own, with a cause of its own beside the first one's; the first one stays as it was.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from backoffice.db.primary_keys import LARGEST_KEY
from backoffice.db.transactions import write_transaction
from backoffice.email_addresses import is_erased
from backoffice.errors import NotFound
from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.outbox.queueing import queue_email
from orders.emails import contexts
from orders.emails.contexts import Happening
from orders.fulfilment.units import Units, as_facts
from orders.held_order import IllegalTransition, begin
from orders.models import EventKind, Order, OrderLine
from orders.status import Action
from orders.timeline import happened

AGAIN = ":again:"
WAITING = (EmailState.QUEUED, EmailState.SENDING)


class UnknownEmail(NotFound):
    code = "unknown_email"
    title = gettext_lazy("No such e-mail")


def emails_about(order: Order) -> QuerySet[EmailMessage]:
    """Return the mails about this order, the newest first."""
    return EmailMessage.objects.about_order(order.number).order_by("-pk")


@write_transaction
def send_again(number: str, email: int, *, by: Actor, at: datetime | None = None) -> EmailMessage:
    """Queue one of the order's mails once more, to the order's present address; return the new one.

    Raises:
        UnknownOrder, UnknownEmail.
        IllegalTransition: it still waits to be sent there, what it told is not so any more, or its text or
        the customer was erased.
    """
    at = at or timezone.now()
    order, lines = begin(number, Action.SEND_AGAIN, expected_version=None)
    if is_erased(order.email):
        raise IllegalTransition(
            _("The customer of %(order)s was erased: there is nobody to write to.") % {"order": order.number}
        )
    first = emails_about(order).filter(pk=email).first() if 0 < email <= LARGEST_KEY else None
    if first is None:
        text = _("There is no e-mail %(email)s about %(order)s.")
        raise UnknownEmail(text % {"email": str(email)[:20], "order": order.number})
    _refuse_while_it_waits(first, order)
    if first.forgotten_at is not None and first.template not in AS_IT_IS_NOW:
        raise IllegalTransition(_("What this e-mail said was erased: it cannot be sent again."))
    cause = _cause_of_another(first)
    as_it_is_now = AS_IT_IS_NOW.get(first.template, _as_it_was)
    queue_email(
        cause=cause,
        about=order.number,
        template=first.template,
        recipient=order.email,
        language=order.language_spoken,
        context=as_it_is_now(first, order, lines, at) | contexts.heading(order),
        suppressed=not order.is_mailed,
    )
    another = EmailMessage.objects.get(cause=cause, template=first.template, recipient=order.email)
    facts = {"template": first.template, "email": another.pk}
    happened(order, EventKind.EMAIL_SENT_AGAIN, facts, by=by, at=at)
    return another


def is_over(email: EmailMessage, lines: Sequence[OrderLine], undone: Collection[str]) -> bool:
    """Tell whether what the mail told is not so any more; `undone` are references of shipments."""
    if email.template == "order_placed":
        return not any(line.quantity > line.cancelled + line.returned for line in lines)
    if AS_IT_IS_NOW.get(email.template) is not _how_it_travels:
        return False
    return email.cause.removeprefix("shipment:").partition(":")[0] in undone


def _refuse_while_it_waits(email: EmailMessage, order: Order) -> None:
    """Of the mail and all its copies one may wait: whoever asks twice sends one."""
    first = _first_cause_of(email)
    alike = Q(cause=first) | Q(cause__startswith=f"{first}{AGAIN}")
    waiting = emails_about(order).filter(alike, template=email.template, recipient=order.email)
    if waiting.filter(state__in=WAITING).exists():
        raise IllegalTransition(_("This e-mail is about to be sent: look again in a minute."))


def _cause_of_another(email: EmailMessage) -> str:
    """Return a cause that no mail has yet; the order is locked, so that nobody else takes it."""
    first = _first_cause_of(email)
    sent = EmailMessage.objects.about_order(email.about).filter(template=email.template)
    again = sent.filter(cause__startswith=f"{first}{AGAIN}").count()
    return f"{first}{AGAIN}{again + 1}"


def _first_cause_of(email: EmailMessage) -> str:
    return email.cause.partition(AGAIN)[0]


def _as_it_was(
    email: EmailMessage, order: Order, _lines: Sequence[OrderLine], _at: datetime
) -> dict[str, Any]:
    """Return what the mail said: what was cancelled, returned or undone does not change; what is due does."""
    now = contexts.balance(order)
    return {**email.context, **{name: now[name] for name in now if name in email.context}}


def _what_is_ordered(
    email: EmailMessage, order: Order, lines: Sequence[OrderLine], at: datetime
) -> dict[str, Any]:
    if is_over(email, lines, ()):
        text = _("Nothing of %(order)s is ordered any more: there is nothing to confirm.")
        raise IllegalTransition(text % {"order": order.number})
    return contexts.order_placed(Happening(EventKind.PLACED, at, {}, order, lines))


def _how_it_travels(
    email: EmailMessage, order: Order, lines: Sequence[OrderLine], at: datetime
) -> dict[str, Any]:
    shipment = order.shipments.get(reference=email.context["shipment"])
    if shipment.undone_at is not None:
        text = _("%(shipment)s was undone: it is not on its way.")
        raise IllegalTransition(text % {"shipment": shipment.reference})
    by_pk = {line.pk: line for line in lines}
    sent = [Units(by_pk[each.order_line_id], each.quantity) for each in shipment.lines.order_by("pk")]
    facts = {"shipment": shipment.reference, "lines": as_facts(sent)}
    return contexts.order_shipped(Happening(EventKind.SHIPPED, at, facts, order, lines, shipment))


def _what_is_due(
    _email: EmailMessage, order: Order, _lines: Sequence[OrderLine], at: datetime
) -> dict[str, Any]:
    if order.due <= 0:
        raise IllegalTransition(_("Nothing is due for %(order)s any more.") % {"order": order.number})
    return contexts.payment_reminder(Happening(EventKind.REMINDED, at, {}, order))


type AsItIsNow = Callable[[EmailMessage, Order, Sequence[OrderLine], datetime], dict[str, Any]]
AS_IT_IS_NOW: Mapping[str, AsItIsNow] = {
    "order_placed": _what_is_ordered,
    "order_shipped": _how_it_travels,
    "shipment_corrected": _how_it_travels,
    "payment_reminder": _what_is_due,
}
