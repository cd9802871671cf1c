"""The history of categories: how they were called, and who made, renamed or deleted them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.history import HistoryQuerySet, HistoryRow
from catalog.models.product import Category


class CategoryChangeKind(models.TextChoices):
    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")


class CategoryChange(HistoryRow):
    """An entry for a category; `changes` are the values before and after by the names of its fields.

    It outlives its category.
    """

    category = models.ForeignKey(
        Category, on_delete=models.DO_NOTHING, db_constraint=False, related_name="changes"
    )
    kind = models.CharField(max_length=8, choices=CategoryChangeKind)
    changes = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["CategoryChange"]] = HistoryQuerySet["CategoryChange"].as_manager()

    class Meta:
        # Whoever may see a category may see its history.
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(self.changes)}"
