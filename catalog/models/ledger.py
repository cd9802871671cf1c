"""The stock ledger: every change of on hand and reserved, in the order in which it happened."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.actors import name_told_to
from accounts.models import Source, User
from catalog.models.product import Product


class MovementKind(models.TextChoices):
    RECEIVE = "receive", "Received"
    ADJUST = "adjust", "Adjusted"
    COUNT = "count", "Counted"
    RESERVE = "reserve", "Reserved"
    RELEASE = "release", "Released"
    SHIP = "ship", "Shipped"
    RESTOCK = "restock", "Restocked"
    IMPORT = "import", "Imported"
    UNDO = "undo", "Import undone"


class Reason(models.TextChoices):
    CORRECTION = "correction", "Correction"
    DAMAGED = "damaged", "Damaged"
    LOST = "lost", "Lost"
    FOUND = "found", "Found"


ONCE_PER_REFERENCE = (
    MovementKind.RESERVE,
    MovementKind.RELEASE,
    MovementKind.SHIP,
    MovementKind.RESTOCK,
    MovementKind.IMPORT,
    MovementKind.UNDO,
)


class LedgerIsAppendOnly(TypeError):
    """Somebody tried to rewrite history; record a further movement instead."""

    def __init__(self) -> None:
        super().__init__("Stock movements are never changed or deleted: record a further movement instead.")


class StockMovementQuerySet(models.QuerySet["StockMovement"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly

    def delete(self) -> NoReturn:
        raise LedgerIsAppendOnly


class StockMovement(models.Model):
    """Why, by whom and by how much a product's balances changed, and what both were afterwards.

    Append-only: the ORM refuses here, triggers refuse raw SQL (catalog/models/triggers.py).
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=8, choices=MovementKind)
    on_hand_delta = models.IntegerField(default=0)
    reserved_delta = models.IntegerField(default=0)
    on_hand_after = models.IntegerField()
    reserved_after = models.IntegerField()
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    note = models.CharField(max_length=255, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    held_for = models.CharField(
        max_length=40, blank=True, help_text="What reserved units are held for: an order's number."
    )
    stock_import = models.ForeignKey(
        "catalog.StockImport", null=True, on_delete=models.PROTECT, related_name="movements"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="stock_movements"
    )
    source = models.CharField(max_length=6, choices=Source)
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["StockMovement"]] = StockMovementQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(on_hand_after__gte=0), name="movement_on_hand_not_negative"),
            models.CheckConstraint(condition=Q(reserved_after__gte=0), name="movement_reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved_after__lte=F("on_hand_after")), name="movement_reserved_within_on_hand"
            ),
            models.CheckConstraint(
                condition=~Q(on_hand_delta=0, reserved_delta=0) | Q(kind=MovementKind.COUNT),
                name="movement_moves_something",
            ),
            models.UniqueConstraint(
                fields=("product", "kind", "reference"),
                condition=Q(kind__in=ONCE_PER_REFERENCE),
                name="movement_once_per_reference",
            ),
        )
        indexes = (
            models.Index(fields=("product", "-id"), name="movement_of_product"),
            models.Index(fields=("reference",), name="movement_reference"),
            models.Index(fields=("-at",), name="movement_at"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand_delta:+d}/{self.reserved_delta:+d}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise LedgerIsAppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly

    def mover_told_to(self, reader: User | None) -> str:
        """Who moved it, as the reader may know them."""
        actor = self.actor
        return name_told_to(
            reader, str(actor) if actor else None, is_staff=actor is not None and actor.is_staff
        )
