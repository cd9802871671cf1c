"""The ledger of people who were erased: which rows, and when; nothing that tells who they were."""

from django.db import models
from django.utils import timezone

from accounts.models.sources import Source
from accounts.models.users import User


class ErasedKind(models.TextChoices):
    """Which table the key is one of; the values are those of `backoffice.email_addresses`."""

    CUSTOMER = "customer"
    COLLEAGUE = "colleague"


class Erasure(models.Model):
    """One row that was erased. A backup that is older than this brings the person back: see `ledger`.

    Key and moment of making together tell a row, also where a key was given once more after a restore.
    """

    kind = models.CharField(max_length=9, choices=ErasedKind)
    key = models.BigIntegerField()
    row_created_at = models.DateTimeField()
    erased_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(max_length=6, choices=Source)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("kind", "key", "row_created_at"), name="erasure_once_per_row"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
