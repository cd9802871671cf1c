"""A file that changes stock: planned, looked at, applied, perhaps undone."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models.file_import import CompleteImports, FileImport
from catalog.models.product import Product


class ImportMode(models.TextChoices):
    COUNT = "count", _("Count: set on hand to the file's quantity")
    RECEIVE = "receive", _("Receive: add the file's quantity")


class StockImport(FileImport):
    """An import of stock; `mode` says what the quantities mean."""

    mode = models.CharField(_("mode"), max_length=8, choices=ImportMode)
    digest = models.CharField(max_length=64, help_text=_("Of the mode and what the rows say."))
    changes = models.PositiveIntegerField(default=0)

    # Django itself uses the first manager, for dumps as well: nothing may be missing there.
    with_incomplete: ClassVar[models.Manager["StockImport"]] = models.Manager()
    objects: ClassVar[models.Manager["StockImport"]] = CompleteImports()

    class Meta:
        verbose_name = _("stock import")
        verbose_name_plural = _("stock imports")
        ordering = ("-id",)
        indexes = (models.Index(fields=("digest",), name="stock_import_digest"),)

    def __str__(self) -> str:
        return gettext("Import %(number)s") % {"number": self.pk}

    @property
    def reference(self) -> str:
        return f"import-{self.pk}"


class StockImportRow(models.Model):
    """One line of the file: now → after, or what is wrong with it.

    A row with a problem changes nothing. A remark is about a row that was applied. What either says is made
    of its code and the facts by catalog/stock_import/problems.py.
    """

    stock_import = models.ForeignKey(
        StockImport, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    row = models.PositiveIntegerField(help_text=_("The line in the file; the header is line 1."))
    sku = models.CharField(max_length=255)
    product = models.ForeignKey(
        Product, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
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
