"""Orders and their lines: what was sold, at the prices of that moment."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Concat, Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Source, User, normalised_email
from backoffice.money import ZERO
from catalog.models import Product
from orders.status import OPEN_STATUSES, OrderStatus

if TYPE_CHECKING:
    from orders.models.promo import Redemption

FIRST_SERIAL = 100_001
SERIAL_SEQUENCE = "orders_order_serial_seq"


class NextSerial(models.Func):
    """The next serial: from a sequence on PostgreSQL; on SQLite, with one writer, the highest plus one."""

    output_field = models.BigIntegerField()
    template = f"nextval('{SERIAL_SEQUENCE}')"

    def as_sqlite(self, compiler, connection, **extra):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN201
        template = f"(SELECT COALESCE(MAX(serial), {FIRST_SERIAL - 1}) + 1 FROM orders_order)"  # noqa: S608
        return self.as_sql(compiler, connection, template=template, **extra)


def exact(amount: models.expressions.Combinable) -> Round:
    """Round an amount to two places before comparing: SQLite computes in binary floating point."""
    return Round(amount, precision=2, output_field=models.DecimalField(max_digits=12, decimal_places=2))


def normalised_number(number: str) -> str:
    """Return the number as it is stored: trimmed and in upper case."""
    return number.strip().upper()


# The names in the API; Order's fields are prefixed with `ship_`.
ADDRESS_PARTS = ("name", "line1", "line2", "city", "region", "postcode", "country", "phone")


def address_lines(address: Mapping[str, str]) -> list[str]:
    """Return the address as it is written on a parcel, without the telephone number."""
    town = f"{address['postcode']} {address['city']}".strip()
    lines = (*(address[part] for part in ("name", "line1", "line2")), town, address["region"])
    return [line for line in (*lines, address["country"]) if line]


class Origin(models.TextChoices):
    """Where an order was first placed: here, or in a shop from which it was taken over."""

    SHOP = "shop", _("This shop")
    DEMO = "demo", _("Demo")


# Customers get e-mails about orders of these origins only.
ORIGINS_WITH_MAIL = frozenset({Origin.SHOP})


class OrderQuerySet(models.QuerySet["Order"]):
    def open(self) -> Self:
        """Find orders with units still to ship."""
        return self.filter(status__in=OPEN_STATUSES)

    def with_promo_code(self, code: str) -> Self:
        """Find orders placed with this code, as it is stored; "" finds those without any."""
        return self.filter(promo_code__filled=True, promo_code=code) if code else self.filter(promo_code="")

    def of_email(self, email: str) -> Self:
        """Find orders sent to this address or of the customer who has it, in any case."""
        address = normalised_email(email)
        sent_there = Order.objects.filter(email=address).values("pk")
        of_customer = Order.objects.filter(customer__email=address).values("pk")
        return self.filter(pk__in=sent_there.union(of_customer))

    def visible_to(self, user: User) -> Self:
        """Find all orders for staff who may see orders, otherwise the user's own."""
        if user.is_staff and user.has_perm("orders.view_order"):
            return self
        return self.filter(customer__user=user)

    def with_number(self, number: str) -> Self:
        return self.filter(number=normalised_number(number))


class Order(models.Model):
    """An order, with a copy of prices, promo terms, address and e-mail that edits elsewhere do not change."""

    serial = models.BigIntegerField(unique=True, editable=False)
    prefix = models.CharField(max_length=20, editable=False)
    number = models.GeneratedField(
        expression=Concat(F("prefix"), Cast(F("serial"), models.CharField())),
        output_field=models.CharField(max_length=40),
        db_persist=True,
        unique=True,
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=20, choices=OrderStatus, default=OrderStatus.PENDING, editable=False)
    email = models.EmailField()
    currency = models.CharField(max_length=3, editable=False)

    ship_name = models.CharField(_("name"), max_length=120)
    ship_line1 = models.CharField(_("address"), max_length=120)
    ship_line2 = models.CharField(_("address, second line"), max_length=120, blank=True)
    ship_city = models.CharField(_("city"), max_length=80)
    ship_region = models.CharField(_("region"), max_length=80, blank=True)
    ship_postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    ship_country = models.CharField(
        _("country"), max_length=2, help_text=_("ISO 3166-1 alpha-2, such as DE.")
    )
    ship_phone = models.CharField(_("phone"), max_length=40, blank=True)

    subtotal = models.DecimalField(max_digits=12, decimal_places=2, editable=False)
    discount = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO, editable=False)
    shipping = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO, editable=False)
    total = models.DecimalField(max_digits=12, decimal_places=2, editable=False)
    credited = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO, editable=False)
    net = models.GeneratedField(
        expression=exact(F("total") - F("credited")),
        output_field=models.DecimalField(max_digits=12, decimal_places=2),
        db_persist=True,
    )
    units = models.PositiveIntegerField(editable=False, help_text=_("Units ordered, over all lines."))
    promo_code = models.CharField(max_length=40, blank=True, editable=False)
    promo_terms = models.JSONField(null=True, editable=False)
    explanation = models.JSONField(default=list, editable=False)

    note = models.TextField(blank=True)
    source = models.CharField(max_length=6, choices=Source, editable=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.SHOP, editable=False)
    external_number = models.CharField(
        max_length=60, blank=True, editable=False, help_text=_("The number it had where it came from.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    redemption: "Redemption"
    # The lines as they were written; only the order that `place_order` returns has them.
    placed_lines: list[Any]

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(total=exact(F("subtotal") - F("discount") + F("shipping"))),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, discount__gte=0, shipping__gte=0, total__gte=0),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(discount__lte=F("subtotal")), name="order_discount_within_subtotal"
            ),
            models.CheckConstraint(
                condition=Q(credited__gte=0, credited__lte=F("total")), name="order_credited_within_total"
            ),
            models.UniqueConstraint(
                fields=("origin", "external_number"),
                condition=~Q(external_number=""),
                name="order_once_per_external_number",
            ),
        )
        indexes = (
            models.Index(fields=("-placed_at", "-id"), name="order_newest"),
            models.Index(fields=("status", "-placed_at", "-id"), name="order_by_status"),
            models.Index(fields=("customer", "-placed_at"), name="order_of_customer"),
            models.Index(fields=("email",), name="order_email"),
            models.Index(fields=("-total", "-id"), name="order_largest"),
            models.Index(
                fields=("promo_code", "-placed_at", "-id"),
                condition=~Q(promo_code=""),
                name="order_by_promo_code",
            ),
            models.Index(fields=("-placed_at", "-id"), condition=~Q(note=""), name="order_with_note"),
            models.Index(
                fields=("customer",), condition=Q(status__in=OPEN_STATUSES), name="order_open_of_customer"
            ),
            models.Index(
                fields=("placed_at",), condition=Q(status__in=OPEN_STATUSES), name="order_open_oldest"
            ),
        )
        permissions = (
            ("ship_order", _("Can ship orders and mark them delivered")),
            ("return_order", _("Can register returns")),
            ("cancel_order", _("Can cancel orders")),
            ("comment_order", _("Can comment on orders")),
            ("export_order", _("Can export orders")),
            ("view_revenue", _("Can see revenue")),
        )

    def __str__(self) -> str:
        return str(self.number)

    @property
    def shipping_address(self) -> dict[str, str]:
        return {part: getattr(self, f"ship_{part}") for part in ADDRESS_PARTS}

    @property
    def is_mailed(self) -> bool:
        """Tell whether the customer gets e-mails about the order."""
        return self.origin in ORIGINS_WITH_MAIL


# The same as `OrderLine.open`, for the database.
OPEN_UNITS = F("quantity") - F("shipped") - F("cancelled")


class OrderLine(models.Model):
    """One product of an order. The counters say how far its units have come."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(_("SKU"), max_length=64)
    name = models.CharField(max_length=255)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField()
    subtotal = models.DecimalField(max_digits=12, decimal_places=2)
    discount = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)
    shipped = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    credited = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)

    class Meta:
        ordering = ("order", "position")
        constraints = (
            models.UniqueConstraint(fields=("order", "product"), name="line_once_per_product"),
            models.UniqueConstraint(fields=("order", "position"), name="line_once_per_position"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(subtotal=exact(F("unit_price") * F("quantity"))), name="line_subtotal_multiplies"
            ),
            models.CheckConstraint(
                condition=Q(discount__gte=0, discount__lte=F("subtotal")),
                name="line_discount_within_subtotal",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("shipped") + F("cancelled")), name="line_shipped_within_quantity"
            ),
            models.CheckConstraint(
                condition=Q(delivered__lte=F("shipped")), name="line_delivered_were_shipped"
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("shipped")), name="line_returned_were_shipped"
            ),
            models.CheckConstraint(
                condition=Q(credited__gte=0, credited__lte=exact(F("subtotal") - F("discount"))),
                name="line_credited_within_total",
            ),
            models.CheckConstraint(
                condition=Q(credited=0) | Q(cancelled__gt=0) | Q(returned__gt=0),
                name="line_credited_for_units",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=F("cancelled") + F("returned"))
                | Q(credited=exact(F("subtotal") - F("discount"))),
                name="line_credited_whole_for_all_units",
            ),
        )
        indexes = (models.Index(fields=("product", "-order"), name="line_of_product"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def open(self) -> int:
        """Return how many units are neither shipped nor cancelled."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def total(self) -> Decimal:
        return self.subtotal - self.discount
