"""The history of products: which fields were changed, from what to what."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import LineField
from catalog.models.history import HistoryQuerySet, HistoryRow
from catalog.models.product import Product
from catalog.models.product_import import ProductImport


class ProductChangeKind(models.TextChoices):
    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    UNDONE = "undone", _("Undone")


class ProductChange(HistoryRow):
    """An entry for a product that was created or changed; stock has its own history, the ledger.

    `changes` are the values before and after by the names of the product's fields, a category by its slug and
    a price as text. `file_name` is that of the file that said so, if one did, and `product_import` the import
    that did or undid it.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="changes", db_index=False)
    kind = models.CharField(max_length=8, choices=ProductChangeKind)
    changes = models.JSONField(default=dict)
    file_name = LineField(max_length=255, blank=True)
    product_import = models.ForeignKey(
        ProductImport, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False
    )

    objects: ClassVar[models.Manager["ProductChange"]] = HistoryQuerySet["ProductChange"].as_manager()

    class Meta:
        # Whoever may see a product may see its history.
        default_permissions = ()
        indexes = (
            models.Index(fields=("product", "-id"), name="change_of_product"),
            models.Index(fields=("actor",), name="change_by"),
            models.Index(
                fields=("product_import",),
                condition=Q(product_import__isnull=False),
                name="change_of_import",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(self.changes)}"
