"""A file that changes stock: planned, looked at, applied, perhaps undone."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Source
from backoffice.db.fields import LineField
from catalog.models.product import Product


class ImportMode(models.TextChoices):
    COUNT = "count", _("Count: set on hand to the file's quantity")
    RECEIVE = "receive", _("Receive: add the file's quantity")


class ImportState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    APPLIED = "applied", _("Applied")
    UNDONE = "undone", _("Undone")


class CompleteImports(models.Manager["StockImport"]):
    """Hides imports whose rows are still being written: nobody may see or apply half a plan."""

    def get_queryset(self) -> models.QuerySet["StockImport"]:
        return super().get_queryset().filter(kept_since=None)


class StockImport(models.Model):
    """An import, numbered by its primary key. A plan that nobody applies is deleted after 24 hours.

    While its rows are being written, some thousand at a time, `kept_since` says when that began.
    """

    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.PLANNED)
    mode = models.CharField(max_length=8, choices=ImportMode)
    file_name = LineField(max_length=255)
    digest = models.CharField(max_length=64, db_index=True, help_text=_("Of the mode and what the rows say."))
    ignored_columns = models.JSONField(default=list)
    remarks = models.JSONField(default=list, help_text=_("What was noticed about the file: code and facts."))
    rows_count = models.PositiveIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=6, choices=Source)
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    kept_since = models.DateTimeField(null=True, editable=False)

    # Django itself uses the first manager, for dumps as well: nothing may be missing there.
    with_incomplete = models.Manager["StockImport"]()
    objects = CompleteImports()

    class Meta:
        verbose_name = _("stock import")
        verbose_name_plural = _("stock imports")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Import {self.pk}"

    @property
    def reference(self) -> str:
        return f"import-{self.pk}"


class StockImportRow(models.Model):
    """One line of the file: now → after, or what is wrong with it.

    A row with a problem changes nothing. A remark is about a row that was applied. What either says is made
    of its code and the facts by catalog/stock_import/problems.py.
    """

    stock_import = models.ForeignKey(StockImport, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(help_text=_("The line in the file; the header is line 1."))
    sku = models.CharField(max_length=255)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255, blank=True)
    quantity = models.CharField(max_length=255, help_text=_("As it was written in the file."))
    expected = models.CharField(max_length=255, blank=True)
    note = models.CharField(max_length=255, blank=True)
    now = models.IntegerField(null=True)
    after = models.IntegerField(null=True)
    change = models.IntegerField(null=True)
    problem_code = models.CharField(max_length=40, blank=True)
    remark_code = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict, help_text=_("Figures that the sentence about the code needs."))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("stock_import", "row"), name="import_row_once_per_line"),
        )

    def __str__(self) -> str:
        return f"row {self.row}: {self.sku}"
