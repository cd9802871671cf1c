"""Money of orders: the ledger of what came in and went out, and value that was given up without units."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import LineField
from backoffice.db.money_fields import MoneyField
from backoffice.money import zero
from catalog.models.history import HistoryQuerySet, HistoryRow
from catalog.models.triggers import append_only
from orders.models.order import Order
from orders.models.order_line import OrderLine

# By the day on the statement, as a bookkeeper reads them.
NEWEST_FIRST = ("-value_date", "-id")


class PaymentKind(models.TextChoices):
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Paid back")
    CHARGEBACK = "chargeback", _("Charged back")
    WRITE_OFF = "write_off", _("Written off")
    REVERSAL = "reversal", _("Reversal")


MONEY_OUT = (PaymentKind.REFUND, PaymentKind.CHARGEBACK)


class PaymentMethod(models.TextChoices):
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    CARD = "card", _("Card")
    PAYPAL = "paypal", "PayPal"  # not translated
    CASH = "cash", _("Cash")
    CASH_ON_DELIVERY = "cash_on_delivery", _("Cash on delivery")
    VOUCHER = "voucher", _("Voucher")
    OTHER = "other", _("Other")


class PaymentEntry(HistoryRow):
    """Money that came in or went out, or a balance that is given up, and what both were afterwards.

    Append-only: the ORM refuses here, triggers refuse raw SQL (catalog/models/triggers.py).
    """

    order = models.ForeignKey(
        Order,
        verbose_name=_("order"),
        on_delete=models.PROTECT,
        related_name="payment_entries",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=PaymentKind)
    paid_delta = MoneyField(_("change of paid"), default=zero)
    waived_delta = MoneyField(_("change of waived"), default=zero)
    paid_after = MoneyField(_("paid afterwards"))
    waived_after = MoneyField(_("waived afterwards"))
    method = models.CharField(_("method"), max_length=16, choices=PaymentMethod, blank=True)
    provider = LineField(_("provider"), max_length=60, blank=True)
    reference = LineField(
        _("reference"), max_length=120, blank=True, help_text=_("The bank’s or provider’s own number.")
    )
    settles = LineField(
        _("settles"),
        max_length=60,
        blank=True,
        help_text=_("The return, cancellation or allowance that is paid back, such as B-100042-R1."),
    )
    reverses = models.OneToOneField(
        "self",
        verbose_name=_("reverses"),
        null=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )
    value_date = models.DateField(_("value date"), help_text=_("The day on the bank’s statement."))
    note = LineField(_("note"), max_length=255, blank=True)

    objects: ClassVar[models.Manager["PaymentEntry"]] = HistoryQuerySet["PaymentEntry"].as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = (
            models.CheckConstraint(
                condition=Q(paid_delta=0) ^ Q(waived_delta=0), name="payment_moves_one_balance"
            ),
            models.CheckConstraint(condition=Q(paid_after__gte=0), name="payment_paid_not_negative"),
            models.CheckConstraint(
                condition=~Q(kind="payment") | Q(paid_delta__gt=0), name="payment_comes_in"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("refund", "chargeback")) | Q(paid_delta__lt=0),
                name="payment_refund_goes_out",
            ),
            models.CheckConstraint(
                condition=~Q(kind="write_off") | ~Q(waived_delta=0), name="payment_write_off_waives"
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | (~Q(kind="reversal") & Q(reverses=None)),
                name="payment_reversal_reverses",
            ),
        )
        indexes = (
            models.Index(fields=("order", "-id"), name="payment_of_order"),
            models.Index(fields=NEWEST_FIRST, name="payment_by_day"),
            models.Index(fields=("actor", *NEWEST_FIRST), name="payment_by"),
            models.Index(fields=("kind", *NEWEST_FIRST), name="payment_by_kind"),
            models.Index(fields=("method", *NEWEST_FIRST), name="payment_by_method"),
            models.Index(fields=("paid_delta",), name="payment_by_amount"),
            models.Index(fields=("reference",), condition=~Q(reference=""), name="payment_by_reference"),
            models.Index(fields=NEWEST_FIRST, condition=~Q(note=""), name="payment_with_note"),
        )
        permissions = (
            ("view_payment_state", _("Can see whether orders are paid")),
            ("record_payment", _("Can record payments")),
            ("pay_back", _("Can pay money back")),
            ("grant_allowance", _("Can grant small allowances")),
            ("grant_any_allowance", _("Can grant allowances of any amount")),
            ("write_off", _("Can write off balances of any amount")),
            ("ship_unpaid", _("Can ship orders that are not paid")),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.paid_delta or self.waived_delta}"


append_only(
    PaymentEntry._meta.db_table,
    "payment entries are append-only",
    or_twin=" OR EXISTS (SELECT 1 FROM orders_paymententry WHERE reverses_id = NEW.reverses_id)",
)


class PaymentClaim(models.Model):
    """One line of a bank or provider, which only one entry can have booked.

    A reversal deletes it, so that the line can be booked where it belongs; the audit can rebuild it.
    """

    method = models.CharField(max_length=16, choices=PaymentMethod)
    provider = models.CharField(max_length=60, blank=True, help_text=_("Folded, as keys are."))
    reference = models.CharField(max_length=120, help_text=_("Folded, as keys are."))
    entry = models.OneToOneField(PaymentEntry, on_delete=models.PROTECT, related_name="claim")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reference", "method", "provider"), name="claim_once_per_bank_line"
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.reference}"


class Allowance(models.Model):
    """Value given up without units coming back: goodwill, damaged, late."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="allowances")
    reference = models.CharField(max_length=60, help_text=_("Such as B-100042-A1."))
    amount = MoneyField(help_text=_("Over all lines, and of the shipping fee."))
    shipping = MoneyField(default=zero, help_text=_("The part of it that is of the shipping fee."))
    reason = LineField(max_length=255)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("reference",), name="allowance_once_per_reference"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, shipping__gte=0, shipping__lte=models.F("amount")),
                name="allowance_of_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="allowance_has_a_reason"),
        )

    def __str__(self) -> str:
        return self.reference


class AllowanceLine(models.Model):
    allowance = models.ForeignKey(Allowance, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("allowance", "order_line"), name="allowance_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allowance_line_positive"),
        )

    def __str__(self) -> str:
        return f"{self.amount} of line {self.order_line_id}"
