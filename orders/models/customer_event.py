"""The history of customers: what was changed about them, and whom they were merged with."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from catalog.models.history import HistoryQuerySet, HistoryRow

# What changes are about, in words.
FIELD_NAMES = {
    "email": _("E-mail address"),
    "name": _("Name"),
    "phone": _("Phone"),
    "note": _("Note"),
    "language": _("Language"),
}


class CustomerEventKind(models.TextChoices):
    EDITED = "edited", _("Edited")
    MERGED = "merged", _("Merged")
    MERGE_UNDONE = "merge_undone", _("Merge undone")
    EMAIL_CHANGED = "email_changed", _("E-mail changed")
    DATA_HANDED_OUT = "data_handed_out", _("Data handed out")
    ERASURE_ASKED = "erasure_asked", _("Asked to be erased")
    ERASURE_WITHDRAWN = "erasure_withdrawn", _("Wants to stay after all")
    ERASED = "erased", _("Erased")


class CustomerEvent(HistoryRow):
    """An entry for a customer. Of a merge it is the one who stayed; `other` is the one who went.

    `facts` hold `changes: {field: [before, after]}`, and of a merge what it takes to undo it: `orders` and
    `uses` that moved by their keys, each use with its number before and after; the `account` that moved, if
    one did; of the one who stayed the `email`, and `kept_orders`, how many there were; `last_order`, the
    newest key of all.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=CustomerEventKind)
    other = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+")
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    facts = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["CustomerEvent"]] = HistoryQuerySet["CustomerEvent"].as_manager()

    class Meta:
        # Whoever may see a customer may see the history.
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(other__isnull=True) | ~Q(other=models.F("customer")),
                name="customer_merged_with_another",
            ),
            models.CheckConstraint(
                condition=Q(kind="merge_undone", undoes__isnull=False)
                | (~Q(kind="merge_undone") & Q(undoes__isnull=True)),
                name="customer_merge_undone_names_it",
            ),
        )
        indexes = (models.Index(fields=("customer", "-id"), name="event_of_customer"),)

    def __str__(self) -> str:
        return f"{self.kind} of customer {self.customer_id}"
