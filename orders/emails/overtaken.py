"""Mails about an order that still wait when it changes: what is no longer so is not told at all."""

from django.db.models import Q

from backoffice.languages import language_of_shop
from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.outbox.withdrawing import withdraw
from orders.emails.contexts import heading
from orders.models import Order, Shipment

HOW_IT_TRAVELS = ("order_shipped", "shipment_corrected")


def withdraw_notices_of(shipment: Shipment) -> bool:
    """Withdraw what would tell that it is on its way; return whether the customer may have heard of it."""
    cause = f"shipment:{shipment.reference}"
    its_own = Q(cause=cause) | Q(cause__startswith=f"{cause}:")
    told = EmailMessage.objects.about_order(shipment.order.number)
    notices = told.filter(its_own, template__in=HOW_IT_TRAVELS)
    is_known = notices.exists()
    return withdraw(notices) > 0 or not is_known


def follow_to(order: Order, *, before: str) -> None:
    """Let no mail go to the address that the order had before; those that were never tried go to the new one.

    A confirmation does not: the new address gets one of its own.
    """
    waiting = EmailMessage.objects.about_order(order.number).filter(recipient=before)
    follow = waiting.filter(state=EmailState.QUEUED).exclude(template="order_placed")
    for mail in follow.order_by("pk").select_for_update(no_key=True):
        mail.recipient, mail.context = order.email, {**mail.context, **heading(order)}
        mail.language = order.language_spoken or language_of_shop()
        mail.save(update_fields=["recipient", "context", "language"])
    withdraw(waiting)
