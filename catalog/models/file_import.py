"""What every import of a file has: planned, looked at, applied, perhaps undone."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Source
from backoffice.db.fields import LineField


class ImportState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    APPLIED = "applied", _("Applied")
    UNDONE = "undone", _("Undone")


class CompleteImports[Import: models.Model](models.Manager[Import]):
    """Hides imports whose rows are still being written: nobody may see or apply half a plan."""

    def get_queryset(self) -> models.QuerySet[Import]:
        return super().get_queryset().filter(kept_since=None)


class FileImport(models.Model):
    """An import, numbered by its primary key. A plan that nobody applies is deleted after 24 hours.

    While its rows are being written, some thousand at a time, `kept_since` says when that began.
    """

    state = models.CharField(_("state"), max_length=8, choices=ImportState, default=ImportState.PLANNED)
    file_name = LineField(max_length=255)
    ignored_columns = models.JSONField(default=list)
    remarks = models.JSONField(default=list, help_text=_("What was noticed about the file: code and facts."))
    rows_count = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=6, choices=Source)
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kept_since = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
