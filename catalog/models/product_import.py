"""A planned import of products: what the file would do is stored, so that exactly that can be applied."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Source
from backoffice.db.fields import LineField


class ProductImportState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    APPLIED = "applied", _("Applied")


class ProductImport(models.Model):
    """An import, numbered by its primary key. A plan that nobody applies is deleted after 24 hours.

    `rows` are those of the file, [number, cells, faults]; `plan` is what was shown of each of them, [number,
    name, outcome, changes, problems]; a fault or problem is [column, code, facts].
    """

    state = models.CharField(max_length=8, choices=ProductImportState, default=ProductImportState.PLANNED)
    file_name = LineField(max_length=255)
    columns = models.JSONField(default=list)
    ignored_columns = models.JSONField(default=list)
    remarks = models.JSONField(default=list, help_text=_("What was noticed about the file: code and facts."))
    rows = models.JSONField(default=list)
    plan = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=6, choices=Source)
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("product import")
        verbose_name_plural = _("product imports")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Product import {self.pk}"  # not translated
