"""Lines of orders: how many of what was sold for how much, and how far its units have come."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.db.money_fields import MoneyField, exact
from backoffice.money import zero
from catalog.models import Product
from orders.models.order import Order

# The same as `OrderLine.open`, for the database.
OPEN_UNITS = F("quantity") - F("shipped") - F("cancelled")


class OrderLine(models.Model):
    """One product of an order. The counters say how far its units have come."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(_("SKU"), max_length=64)
    name = models.CharField(max_length=255)
    unit_price = MoneyField()
    quantity = models.PositiveIntegerField()
    subtotal = MoneyField()
    discount = MoneyField(default=zero)
    shipped = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    credited = MoneyField(default=zero)
    allowed = MoneyField(default=zero)

    class Meta:
        ordering = ("order", "position")
        constraints = (
            models.UniqueConstraint(fields=("order", "product"), name="line_once_per_product"),
            models.UniqueConstraint(fields=("order", "position"), name="line_once_per_position"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(subtotal=exact(F("unit_price") * F("quantity"))), name="line_subtotal_multiplies"
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("subtotal")),
                name="line_discount_within_subtotal",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("shipped") + F("cancelled")), name="line_shipped_within_quantity"
            ),
            models.CheckConstraint(
                condition=Q(delivered__lte=F("shipped")), name="line_delivered_were_shipped"
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("shipped")), name="line_returned_were_shipped"
            ),
            models.CheckConstraint(
                condition=Q(
                    credited__gte=0,
                    allowed__gte=0,
                    credited__lte=exact(F("subtotal") - F("discount") - F("allowed")),
                ),
                name="line_credited_within_total",
            ),
            models.CheckConstraint(
                condition=Q(credited=0) | Q(cancelled__gt=0) | Q(returned__gt=0),
                name="line_credited_for_units",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=F("cancelled") + F("returned"))
                | Q(credited=exact(F("subtotal") - F("discount") - F("allowed"))),
                name="line_credited_whole_for_all_units",
            ),
        )
        indexes = (models.Index(fields=("product", "-order"), name="line_of_product"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def open(self) -> int:
        """Return how many units are neither shipped nor cancelled."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount

    @property
    def remaining(self) -> Decimal:
        """Return what of its total was neither credited for units nor allowed."""
        return self.total - self.credited - self.allowed
