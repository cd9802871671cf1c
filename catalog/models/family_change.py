"""The history of families: their names, options and products, and who changed them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.family import ProductFamily
from catalog.models.history import HistoryQuerySet, HistoryRow


class FamilyChangeKind(models.TextChoices):
    CREATED = "created", _("Created")
    CHANGED = "changed", _("Changed")
    DISSOLVED = "dissolved", _("Dissolved")


class FamilyChange(HistoryRow):
    """An entry for a family; `changes` are the values before and after by the names of its fields.

    `joined` and `left` are lists of SKUs that nothing was before or is after. It outlives its family.
    """

    family = models.ForeignKey(
        ProductFamily, on_delete=models.DO_NOTHING, db_constraint=False, related_name="changes"
    )
    kind = models.CharField(max_length=9, choices=FamilyChangeKind)
    changes = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["FamilyChange"]] = HistoryQuerySet["FamilyChange"].as_manager()

    class Meta:
        # Whoever may see a family may see its history.
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {', '.join(self.changes)}"
