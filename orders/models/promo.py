"""Promotions are terms; promo codes are what customers type; redemptions are the uses."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Source
from backoffice.db.fields import LineField
from backoffice.db.money_fields import MoneyField
from backoffice.db.search_text import Searched, SearchTextField
from backoffice.money import ZERO, formatted, percent, smallest, zero
from backoffice.text import identity_key
from catalog.models import Category, Product

code_validator = RegexValidator(
    r"\A[A-Z0-9_-]{3,40}\Z", _("A promo code has 3 to 40 letters A–Z, digits, hyphens or underscores.")
)


def normalised_code(code: str) -> str:
    """Return the code as it is stored, however it was typed or pasted: in upper case."""
    return identity_key(code).upper()


class PromotionKind(models.TextChoices):
    PERCENTAGE = "percentage", _("Percentage")
    FIXED = "fixed", _("Fixed amount")


class PromoState(models.TextChoices):
    """The state of a code, derived from pauses, window and uses; it is never stored."""

    SCHEDULED = "scheduled", _("Scheduled")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    EXPIRED = "expired", _("Expired")
    USED_UP = "used_up", _("Used up")


class Promotion(Searched):
    """The terms: how much is taken off what, when, and how often one customer may use it."""

    name = LineField(max_length=120)
    search_text = SearchTextField(texts=("name",))
    kind = models.CharField(_("kind"), max_length=10, choices=PromotionKind, default=PromotionKind.PERCENTAGE)
    percent_off = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    amount_off = MoneyField(null=True, blank=True)
    max_discount = MoneyField(null=True, blank=True, validators=[MinValueValidator(smallest)])
    minimum_spend = MoneyField(default=zero, validators=[MinValueValidator(ZERO)])
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    max_uses_per_customer = models.PositiveIntegerField(
        null=True, blank=True, default=1, validators=[MinValueValidator(1)], help_text=_("Empty: no limit.")
    )
    first_order_only = models.BooleanField(default=False)
    is_restricted = models.BooleanField(
        default=False,
        help_text=_(
            "Whether it applies to its categories and products alone. One that names none of them "
            "applies to nothing."
        ),
    )
    categories = models.ManyToManyField(Category, blank=True, related_name="+", through="PromotionCategory")
    products = models.ManyToManyField(Product, blank=True, related_name="+", through="PromotionProduct")
    is_paused = models.BooleanField(_("paused"), default=False)
    is_batch = models.BooleanField(default=False, editable=False)
    expired_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind=PromotionKind.PERCENTAGE,
                    # A CHECK passes when its result is NULL.
                    percent_off__isnull=False,
                    percent_off__gt=0,
                    percent_off__lte=100,
                    amount_off__isnull=True,
                )
                | Q(
                    kind=PromotionKind.FIXED,
                    amount_off__isnull=False,
                    amount_off__gt=0,
                    percent_off__isnull=True,
                    max_discount__isnull=True,
                ),
                name="promotion_kind_has_its_value",
                violation_error_message=_(
                    "Give a percentage above 0 and up to 100, or a fixed amount above 0 without a cap."
                ),
            ),
            models.CheckConstraint(
                condition=Q(max_discount__isnull=True) | Q(max_discount__gt=0),
                name="promotion_max_discount_positive",
            ),
            models.CheckConstraint(
                condition=Q(minimum_spend__gte=0), name="promotion_minimum_spend_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(starts_at__lt=F("ends_at")),
                name="promotion_starts_before_it_ends",
                violation_error_message=_("The end must come after the start."),
            ),
            models.CheckConstraint(
                condition=Q(max_uses_per_customer__isnull=True) | Q(max_uses_per_customer__gte=1),
                name="promotion_uses_per_customer_positive",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def discount_in_words(self) -> str:
        """Return `20 %, up to €40.00`."""
        currency = settings.SHOP_CURRENCY
        if self.kind == PromotionKind.FIXED:
            return formatted(self.amount_off or ZERO, currency)
        words = percent(self.percent_off or ZERO)
        if not self.max_discount:
            return words
        most = formatted(self.max_discount, currency)
        return gettext("%(percent)s, up to %(most)s") % {"percent": words, "most": most}


class PromotionCategory(models.Model):
    """A category that a promotion applies to: it stays as long as the promotion names it."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="+", db_index=False)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "orders_promotion_categories"
        unique_together = (("promotion", "category"),)
        verbose_name = _("promotion")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.promotion)


class PromotionProduct(models.Model):
    """A product that a promotion applies to: it stays as long as the promotion names it."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "orders_promotion_products"
        unique_together = (("promotion", "product"),)
        verbose_name = _("promotion")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.promotion)


class PromoCodeQuerySet(models.QuerySet["PromoCode"]):
    def in_state(self, state: PromoState | str, at: datetime | None = None) -> Self:
        """Find the codes whose derived state is `state` at the moment `at` (default: now)."""
        at = at or timezone.now()
        ended = Q(promotion__ends_at__isnull=False, promotion__ends_at__lte=at)
        used_up = Q(max_uses__isnull=False, times_used__gte=F("max_uses"))
        paused = Q(is_paused=True) | Q(promotion__is_paused=True)
        early = Q(promotion__starts_at__isnull=False, promotion__starts_at__gt=at)
        conditions = {
            PromoState.EXPIRED: ended,
            PromoState.USED_UP: ~ended & used_up,
            PromoState.PAUSED: ~ended & ~used_up & paused,
            PromoState.SCHEDULED: ~ended & ~used_up & ~paused & early,
            PromoState.ACTIVE: ~ended & ~used_up & ~paused & ~early,
        }
        return self.filter(conditions[PromoState(state)])


class PromoCode(models.Model):
    """What a customer types. `times_used` counts the active redemptions."""

    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="codes")
    code = LineField(_("code"), max_length=40, unique=True, validators=[code_validator])
    times_used = models.PositiveIntegerField(default=0, editable=False)
    max_uses = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Empty: no limit.")
    )
    is_paused = models.BooleanField(_("paused"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PromoCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("promo code")
        verbose_name_plural = _("promo codes")
        constraints = (
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(times_used__lte=F("max_uses")),
                name="promo_code_within_max_uses",
                violation_error_message=_("The code was already used more often than that."),
            ),
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(max_uses__gte=1), name="promo_code_max_uses_positive"
            ),
            models.CheckConstraint(condition=Q(times_used__gte=0), name="promo_code_used_not_negative"),
        )

    def __str__(self) -> str:
        return self.code

    def state_at(self, at: datetime) -> PromoState:
        promotion = self.promotion
        if promotion.ends_at is not None and promotion.ends_at <= at:
            return PromoState.EXPIRED
        if self.max_uses is not None and self.times_used >= self.max_uses:
            return PromoState.USED_UP
        if self.is_paused or promotion.is_paused:
            return PromoState.PAUSED
        if promotion.starts_at is not None and promotion.starts_at > at:
            return PromoState.SCHEDULED
        return PromoState.ACTIVE

    @property
    def state(self) -> PromoState:
        return self.state_at(timezone.now())


class RedemptionState(models.TextChoices):
    ACTIVE = "active", _("Active")
    RELEASED = "released", _("Released")


class Redemption(models.Model):
    """The fact that an order used a promo code.

    `use_number` counts a customer's active uses of the promotion from 1; its uniqueness lets the
    database itself hold the limit per customer, also between two codes of one batch.
    """

    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="redemption")
    promo_code = models.ForeignKey(PromoCode, on_delete=models.PROTECT, related_name="redemptions")
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="redemptions")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="redemptions")
    use_number = models.PositiveIntegerField()
    discount = MoneyField()
    state = models.CharField(max_length=8, choices=RedemptionState, default=RedemptionState.ACTIVE)
    redeemed_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("promotion", "customer", "use_number"),
                condition=Q(state=RedemptionState.ACTIVE),
                name="redemption_once_per_use_number",
            ),
            models.CheckConstraint(condition=Q(discount__gte=0), name="redemption_discount_not_negative"),
        )

    def __str__(self) -> str:
        return f"{self.promo_code_id} by {self.customer_id}"


class PromotionEvent(models.Model):
    """The history of a promotion: who changed what, and when it ended."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="events")
    promo_code = models.ForeignKey(PromoCode, null=True, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    details = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=6, choices=Source)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
