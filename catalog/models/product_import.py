"""A file of products: what it would do is kept row by row, so that exactly that is done or undone."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models.file_import import CompleteImports, FileImport


class ProductImport(FileImport):
    """An import of products; `columns` are those of the file that are known, in its order."""

    columns = models.JSONField(default=list)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    # Django itself uses the first manager, for dumps as well: nothing may be missing there.
    with_incomplete: ClassVar[models.Manager["ProductImport"]] = models.Manager()
    objects: ClassVar[models.Manager["ProductImport"]] = CompleteImports()

    class Meta:
        verbose_name = _("product import")
        verbose_name_plural = _("product imports")
        ordering = ("-id",)

    def __str__(self) -> str:
        return gettext("Product import %(number)s") % {"number": self.pk}

    @property
    def changes(self) -> int:
        return self.new + self.changed


class ProductImportRow(models.Model):
    """One row of the file: what it does to the product that it names, or what is wrong with it.

    `cells` are those of the import's columns; `faults` say which of them their columns cannot hold. `changes`
    are the values before and after, by column. A fault or problem is [column, code, facts]; a row that was
    applied has a problem if it could not be undone.
    """

    product_import = models.ForeignKey(
        ProductImport, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    row = models.PositiveIntegerField()
    sku = models.CharField(max_length=255)
    outcome = models.CharField(max_length=8)
    cells = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(default=list)
    problem_code = models.CharField(max_length=40, blank=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("product_import", "row"), name="product_import_row_once"),
        )

    def __str__(self) -> str:
        return f"row {self.row}: {self.sku}"  # not translated
