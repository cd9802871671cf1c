"""What can be ordered, and how much of it there is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.db.fields import BarcodeKeyField, FoldedField, LineField, LinesField
from backoffice.db.money_fields import MoneyField
from backoffice.db.search_text import Searched, SearchTextField
from backoffice.money import ZERO
from backoffice.numbers import editable
from backoffice.shop.in_force import in_force
from backoffice.text import barcode_key, identity_key
from catalog.models.family import ProductFamily

MAX_UNITS = 2_000_000_000
MAX_GRAMS = 100_000_000
MAX_DESCRIPTION = 10_000
sku_validator = RegexValidator(
    r"\A[^/\x00-\x1f\x7f]{1,64}\Z",
    _("A SKU has 1 to 64 characters, without / and control characters."),
    code="sku_characters",
)
# Browsers and HTTP clients remove the segments . and .. from an address before they send it.
no_dots_alone = RegexValidator(
    r"\A\.{1,2}\Z",
    _("“.” and “..” alone cannot be a SKU: add a letter or a digit."),
    code="sku_of_dots",
    inverse_match=True,
)
not_of_the_api = RegexValidator(
    r"\A\s*imports\s*\Z",
    _("“imports” alone cannot be a SKU: it is an address of the API. Add a letter or a digit."),
    code="sku_of_api",
    flags=re.IGNORECASE,
    inverse_match=True,
)


def weight_in_words(grams: int) -> str:
    """`0.42 kg`."""
    return _("%(kilograms)s kg") % {"kilograms": editable(kilograms(grams))}


def kilograms(grams: int) -> str:
    """`0.42`."""
    return f"{(Decimal(grams) / 1000).normalize():f}"


class Category(Searched):
    name = LineField(_("name"), max_length=120)
    name_key = FoldedField(source="name", max_length=240)
    slug = models.SlugField(_("slug"), max_length=120, db_index=False)
    search_text = SearchTextField(texts=("name",))

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("name_key",), name="category_once_per_name"),
            models.UniqueConstraint(fields=("slug",), name="category_once_per_slug"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError when another category's name looks the same."""
        if Category.objects.exclude(pk=self.pk).filter(name_key=identity_key(self.name)).exists():
            raise ValidationError({"name": _("Another category has this name already.")})


def _told_by(keys: Sequence[str], barcode: str = "") -> models.QuerySet["Product", Any]:
    """Find the keys of products in three indexes; for a condition with OR PostgreSQL would read them all."""
    products = Product.objects.order_by()
    found = [products.filter(sku_key__in=keys).values("pk")]
    if barcode:
        # `filled`, so that SQLite takes the index of barcodes.
        found.append(products.filter(barcode_key__filled=True, barcode_key=barcode).values("pk"))
    earlier = EarlierSku.objects.order_by().filter(sku_key__in=keys)
    return found[0].union(*found[1:], earlier.values("product"))


def was_stocked() -> Exists:
    """Hold for products of which stock ever moved."""
    movements = Product._meta.get_field("movements").related_model
    return Exists(movements._default_manager.filter(product=OuterRef("pk")))


class ProductQuerySet(models.QuerySet["Product"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_skus(self, skus: Iterable[str]) -> Self:
        """Find the products that have these SKUs, or had them earlier, whatever their case or blanks."""
        return self.with_keys([identity_key(sku) for sku in skus])

    def with_keys(self, keys: Sequence[str]) -> Self:
        return self.filter(pk__in=_told_by(keys))

    def with_code(self, code: str) -> Self:
        """Find the products whose SKU, earlier SKU or barcode is the code that was scanned or typed."""
        key = identity_key(code)
        if not key:
            return self.none()
        return self.filter(pk__in=_told_by([key], barcode_key(code)))

    def low_stock(self) -> Self:
        """Find active products with no more units available than their threshold.

        Those that never had any stock are not low: they are still to be stocked, or never will be.
        """
        threshold = Coalesce(F("low_stock_threshold"), in_force().low_stock_threshold)
        return self.active().filter(available__lte=threshold).filter(was_stocked())

    def with_was_stocked(self) -> Self:
        """Tell of each in `has_movements` what `Product.was_stocked` would ask for one by one."""
        return self.annotate(has_movements=was_stocked())


class Product(Searched):
    """A thing with a SKU that can be ordered.

    `on_hand` and `reserved` are written by catalog/stock.py and its set-based sibling for imports alone.
    """

    sku = LineField(_("SKU"), max_length=64, validators=[sku_validator, no_dots_alone, not_of_the_api])
    sku_key = FoldedField(source="sku", max_length=128)
    name = LineField(_("name"), max_length=255)
    search_text = SearchTextField(texts=("name", "sku"))
    barcode = LineField(_("barcode"), max_length=64, blank=True)
    barcode_key = BarcodeKeyField(source="barcode", max_length=128, blank=True)
    category = models.ForeignKey(
        Category,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        verbose_name=_("category"),
    )
    family = models.ForeignKey(
        ProductFamily,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
        verbose_name=_("family"),
        # The constraint that keeps its products apart begins with it.
        db_index=False,
    )
    option_1 = LineField(_("first option"), max_length=60, blank=True)
    option_2 = LineField(_("second option"), max_length=60, blank=True)
    option_3 = LineField(_("third option"), max_length=60, blank=True)
    option_1_key = FoldedField(source="option_1", max_length=120, blank=True)
    option_2_key = FoldedField(source="option_2", max_length=120, blank=True)
    option_3_key = FoldedField(source="option_3", max_length=120, blank=True)
    price = MoneyField(_("price"))
    description = LinesField(_("description"), blank=True, validators=[MaxLengthValidator(MAX_DESCRIPTION)])
    cost = MoneyField(
        _("cost"),
        null=True,
        blank=True,
        help_text=_("What one unit costs the shop. Only those who may edit products see it."),
    )
    weight_grams = models.PositiveIntegerField(
        _("weight"), null=True, blank=True, validators=[MaxValueValidator(MAX_GRAMS)]
    )
    supplier_number = LineField(_("supplier’s number"), max_length=64, blank=True)
    # The name of its first picture, so that lists show it without a query; catalog/pictures keeps it so.
    picture = models.CharField(max_length=32, blank=True, editable=False)
    is_active = models.BooleanField(
        _("on sale"), default=True, help_text=_("Off: kept, but cannot be ordered.")
    )
    low_stock_threshold = models.PositiveIntegerField(
        _("low-stock level"), null=True, blank=True, help_text=_("Empty: the shop’s own.")
    )
    on_hand = models.IntegerField(default=0, editable=False)
    reserved = models.IntegerField(default=0, editable=False)
    available = models.GeneratedField(
        expression=F("on_hand") - F("reserved"), output_field=models.IntegerField(), db_persist=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ("sku",)
        constraints = (
            models.CheckConstraint(condition=Q(price__gte=ZERO), name="product_price_not_negative"),
            models.CheckConstraint(condition=Q(cost__gte=ZERO), name="product_cost_not_negative"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="product_on_hand_not_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="product_reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand")), name="product_reserved_within_on_hand"
            ),
            models.UniqueConstraint(fields=("sku_key",), name="product_once_per_sku"),
            models.UniqueConstraint(
                fields=("barcode_key",), condition=~Q(barcode_key=""), name="product_barcode_unique"
            ),
            models.UniqueConstraint(
                fields=("family", "option_1_key", "option_2_key", "option_3_key"),
                condition=Q(family__isnull=False),
                name="product_variant_once",
            ),
            models.CheckConstraint(
                condition=Q(family__isnull=True, option_1_key="", option_2_key="", option_3_key="")
                | (
                    Q(family__isnull=False) & ~Q(option_1_key="") & (Q(option_3_key="") | ~Q(option_2_key=""))
                ),
                name="product_options_of_family",
            ),
        )
        # None on what an order changes: PostgreSQL then writes no index at all for it.
        indexes = (models.Index(fields=("name",), name="product_name"),)
        permissions = (("move_stock", "Can receive, adjust, count, import and undo stock"),)  # not translated

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    @property
    def threshold(self) -> int:
        if self.low_stock_threshold is None:
            return in_force().low_stock_threshold
        return self.low_stock_threshold

    @property
    def was_stocked(self) -> bool:
        """Whether stock of it ever moved."""
        if self.on_hand or self.reserved:
            return True
        known: bool | None = getattr(self, "has_movements", None)
        return self.movements.exists() if known is None else known

    @property
    def is_low(self) -> bool:
        """Whether no more units are available than its threshold; see `ProductQuerySet.low_stock`."""
        return self.is_active and self.available <= self.threshold and self.was_stocked


@dataclass(frozen=True, slots=True)
class SeenProduct:
    """A product as an order reads it: what it is called and costs, and how much of it there is."""

    pk: int
    sku: str
    sku_key: str
    name: str
    price: Decimal
    is_active: bool
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class EarlierSku(models.Model):
    """A SKU that a product had until then. Orders of that time name it, so no other product gets it."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="earlier_skus")
    sku = models.CharField(max_length=64)
    sku_key = FoldedField(source="sku", max_length=128)
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        # Whoever may see a product may see what it was called.
        default_permissions = ()
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("sku_key",), name="earlier_sku_once"),)

    def __str__(self) -> str:
        return self.sku
