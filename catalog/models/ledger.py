"""The stock ledger: every change of on hand and reserved, in the order in which it happened."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import LineField
from catalog.models.history import HistoryQuerySet, HistoryRow
from catalog.models.product import Product


class MovementKind(models.TextChoices):
    RECEIVE = "receive", _("Received")
    ADJUST = "adjust", _("Adjusted")
    COUNT = "count", _("Counted")
    RESERVE = "reserve", _("Reserved")
    RELEASE = "release", _("Released")
    SHIP = "ship", _("Shipped")
    UNSHIP = "unship", _("Shipment undone")
    RESTOCK = "restock", _("Restocked")
    IMPORT = "import", _("Imported")
    UNDO = "undo", _("Import undone")


class Reason(models.TextChoices):
    CORRECTION = "correction", _("Correction")
    DAMAGED = "damaged", _("Damaged")
    LOST = "lost", _("Lost")
    FOUND = "found", _("Found")


ONCE_PER_REFERENCE = (
    MovementKind.RESERVE,
    MovementKind.RELEASE,
    MovementKind.SHIP,
    MovementKind.UNSHIP,
    MovementKind.RESTOCK,
    MovementKind.IMPORT,
    MovementKind.UNDO,
)


class StockMovement(HistoryRow):
    """Why, by whom and by how much a product's balances changed, and what both were afterwards.

    Append-only: the ORM refuses here, triggers refuse raw SQL (catalog/models/triggers.py).
    """

    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        on_delete=models.PROTECT,
        related_name="movements",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=8, choices=MovementKind)
    on_hand_delta = models.IntegerField(_("change on hand"), default=0)
    reserved_delta = models.IntegerField(_("change reserved"), default=0)
    on_hand_after = models.IntegerField(_("on hand afterwards"))
    reserved_after = models.IntegerField(_("reserved afterwards"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    note = LineField(_("note"), max_length=255, blank=True)
    reference = LineField(_("reference"), max_length=64, blank=True)
    held_for = models.CharField(
        _("held for"),
        max_length=40,
        blank=True,
        help_text=_("What reserved units are held for: an order's number."),
    )
    stock_import = models.ForeignKey(
        "catalog.StockImport",
        verbose_name=_("stock import"),
        null=True,
        on_delete=models.PROTECT,
        related_name="movements",
        db_index=False,
    )

    objects: ClassVar[models.Manager["StockMovement"]] = HistoryQuerySet["StockMovement"].as_manager()

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
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
            models.Index(fields=("at",), name="movement_at"),
            models.Index(fields=("actor",), name="movement_by"),
            models.Index(
                fields=("stock_import",),
                condition=Q(stock_import__isnull=False),
                name="movement_of_import",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on_hand_delta:+d}/{self.reserved_delta:+d}"
