"""A file of a bank or provider whose payments are booked: planned, looked at, applied, perhaps undone."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import LineField
from backoffice.db.money_fields import MoneyField
from catalog.models.file_import import CompleteImports, FileImport
from orders.models.order import Order
from orders.models.payments import PaymentEntry


class PaymentOutcome(models.TextChoices):
    """What a line of a file does: the first two are booked, `differs` if somebody says so."""

    SETTLES = "settles", _("settles what is due")
    PAYS_BACK = "negative", _("pays back what is owed")
    DIFFERS = "differs", _("differs from what is due")
    KNOWN = "known", _("booked already")
    NONE = "none", _("names no order")
    SEVERAL = "several", _("names several orders")
    PROBLEM = "problem", _("cannot be booked")


class PaymentImport(FileImport):
    """An import of payments; `unchanged` counts the lines that were booked before."""

    format = models.CharField(_("format"), max_length=10, help_text=_("Such as camt, mt940, bank or stripe."))
    changes = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    unmatched = models.PositiveIntegerField(default=0)

    # Django itself uses the first manager, for dumps as well: nothing may be missing there.
    with_incomplete: ClassVar[models.Manager["PaymentImport"]] = models.Manager()
    objects: ClassVar[models.Manager["PaymentImport"]] = CompleteImports()

    class Meta:
        verbose_name = _("payment import")
        verbose_name_plural = _("payment imports")
        ordering = ("-id",)

    def __str__(self) -> str:
        return gettext("Import %(number)s") % {"number": self.pk}

    @property
    def note(self) -> str:
        """Return what entries say that take an import back."""
        return f"payment-import-{self.pk}"


class PaymentImportRow(models.Model):
    """One line of the file: the order that it names, and what came of it.

    `due` is what the order owed when the plan was made; it must still owe that when the line is booked.
    `entry` is what was booked. Why a line does nothing is made of its outcome, code and facts by
    orders/payments/imports/words.py.
    """

    payment_import = models.ForeignKey(
        PaymentImport, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    row = models.PositiveIntegerField(help_text=_("The line in the file; of XML, the transaction."))
    value_date = models.DateField(null=True)
    amount = MoneyField(null=True)
    written_date = LineField(max_length=40, blank=True)
    written_amount = LineField(max_length=40, blank=True)
    text = LineField(max_length=500, blank=True)
    name = LineField(max_length=120, blank=True)
    method = models.CharField(max_length=16, blank=True)
    provider = models.CharField(max_length=60, blank=True)
    reference = LineField(max_length=120, blank=True)
    reference_key = models.CharField(max_length=120, blank=True, help_text=_("Folded, as keys are."))
    kind = models.CharField(max_length=10, blank=True)
    note = LineField(max_length=255, blank=True)
    outcome = models.CharField(max_length=8, choices=PaymentOutcome)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    due = MoneyField(null=True)
    is_accepted = models.BooleanField(default=False, help_text=_("Booked although it differs."))
    entry = models.ForeignKey(
        PaymentEntry, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    problem_code = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict, help_text=_("Figures that the sentence about the code needs."))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("payment_import", "row"), name="payment_import_row_once_per_line"
            ),
        )

    def __str__(self) -> str:
        return f"row {self.row}: {self.amount}"
