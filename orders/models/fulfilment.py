"""Shipments, cancellations and returns. The stock ledger carries the reference of each."""

from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace, Right, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import LineField
from backoffice.db.money_fields import MoneyField
from backoffice.money import zero
from orders.models.order import Order
from orders.models.order_line import OrderLine

# How much of its end is kept to find a parcel by.
TRACKING_END = 4


def _without_blanks(column: str) -> Upper:
    return Upper(Replace(column, Value(" ")))


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    def that_left(self) -> Self:
        """Leave out those that were undone."""
        return self.filter(undone_at=None)

    def under_way(self) -> Self:
        return self.that_left().filter(delivered_at=None)

    def with_tracking_number(self, number: str) -> Self:
        """Find parcels with this number, as it was typed or in capitals."""
        return self.filter(tracking_number__filled=True, tracking_number__in={number, number.upper()})

    def tracked_by(self, number: str) -> Self:
        """Find parcels with this number, or whose number ends in these four characters or more."""
        wanted = number.replace(" ", "").upper()
        if len(wanted) < TRACKING_END:
            return self.with_tracking_number(number.strip())
        ends_so = self.filter(tracking_number__filled=True, tracking_end=wanted[-TRACKING_END:])
        return ends_so.alias(written=_without_blanks("tracking_number")).filter(written__endswith=wanted)


class Shipment(models.Model):
    """Some or all of an order's units leaving in one parcel.

    It keeps the address it went to, whatever becomes of the order's. One that never left is undone: the row
    stays, for the ledger names it, and none of its units count as shipped any more.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    reference = models.CharField(max_length=60, help_text=_("Such as B-100042-S1."))
    carrier = LineField(max_length=60, blank=True)
    tracking_number = LineField(max_length=80, blank=True)
    tracking_end = models.GeneratedField(
        expression=Right(_without_blanks("tracking_number"), TRACKING_END),
        output_field=models.CharField(max_length=TRACKING_END),
        db_persist=True,
    )
    shipping_address = models.JSONField(default=dict, help_text=_("Where it went, by the parts' names."))
    shipped_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True, help_text=_("When it turned out that it never left."))

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("tracking_number",), condition=~Q(tracking_number=""), name="shipment_tracking"
            ),
            models.Index(
                fields=("tracking_end",), condition=~Q(tracking_number=""), name="shipment_tracking_end"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("reference",), name="shipment_once_per_reference"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(undone_at=None), name="shipment_undone_or_delivered"
            ),
        )

    def __str__(self) -> str:
        return self.reference


class ShipmentLine(models.Model):
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shipment", "order_line"), name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shipment_quantity_positive"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_line_id}"


class Cancellation(models.Model):
    """Units that will not ship after all; they were released for sale again."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="cancellations")
    reference = models.CharField(max_length=60, help_text=_("Such as B-100042-C1."))
    reason = LineField(max_length=255, blank=True)
    credit = MoneyField(default=zero)
    shipping_credit = MoneyField(default=zero)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("reference",), name="cancellation_once_per_reference"),
        )

    def __str__(self) -> str:
        return self.reference


class CancellationLine(models.Model):
    cancellation = models.ForeignKey(
        Cancellation, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    credit = MoneyField(default=zero)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("cancellation", "order_line"), name="cancellation_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="cancellation_quantity_positive"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_line_id}"


class Return(models.Model):
    """Units that came back, each either restocked or written off."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    reference = models.CharField(max_length=60, help_text=_("Such as B-100042-R1."))
    reason = LineField(max_length=255, blank=True)
    credit = MoneyField(default=zero)
    shipping_credit = MoneyField(default=zero)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("reference",), name="return_once_per_reference"),)

    def __str__(self) -> str:
        return self.reference


class ReturnLine(models.Model):
    returned = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    restock = models.BooleanField(default=True)
    credit = MoneyField(default=zero)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("returned", "order_line", "restock"), name="return_line_once_per_fate"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_quantity_positive"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.order_line_id}"
