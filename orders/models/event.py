"""The timeline of orders."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Source
from orders.models.order import Order


class EventKind(models.TextChoices):
    PLACED = "placed", _("Placed")
    EDITED = "edited", _("Edited")
    SHIPPED = "shipped", _("Shipped")
    SHIPMENT_CORRECTED = "shipment_corrected", _("Shipment corrected")
    SHIPMENT_UNDONE = "shipment_undone", _("Shipment undone")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")
    RETURNED = "returned", _("Returned")
    PAYMENT_RECORDED = "payment_recorded", _("Payment recorded")
    PAID_BACK = "paid_back", _("Paid back")
    CHARGED_BACK = "charged_back", _("Charged back")
    ALLOWED = "allowed", _("Allowance granted")
    WRITTEN_OFF = "written_off", _("Balance written off")
    PAYMENT_REVERSED = "payment_reversed", _("Payment entry reversed")
    DUE_DATE_CHANGED = "due_date_changed", _("Due date changed")
    REMINDED = "reminded", _("Reminded of payment")
    EMAIL_SENT_AGAIN = "email_sent_again", _("E-mail sent again")
    COMMENT = "comment", _("Comment")


class OrderEvent(models.Model):
    """One entry of the timeline: what, who, when, through which door.

    What `facts` holds depends on the kind: see `orders.timeline`. The sentence is made when it is shown.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=30, choices=EventKind)
    facts = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=6, choices=Source)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("order", "-id"), name="event_of_order"),)

    def __str__(self) -> str:
        return f"{self.kind} of order {self.order_id}"
