"""Orders: what was sold at the prices of that moment, what was given up of it, and what was paid."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Source, User
from backoffice.db.fields import FoldedField, LineField, LinesField
from backoffice.db.money_fields import MoneyField, exact
from backoffice.db.search_text import Searched, SearchTextField
from backoffice.db.statement import Statement
from backoffice.email_addresses import normalised_email, readable_email
from backoffice.languages import languages
from backoffice.money import zero
from backoffice.text import identity_key
from orders.status import (
    IN_PAYMENT_STATE,
    OPEN_STATUSES,
    OrderStatus,
    PaymentState,
    payment_state_of,
)

if TYPE_CHECKING:
    from orders.models.promo import Redemption

FIRST_SERIAL = 100_001
SERIAL_SEQUENCE, KEY_SEQUENCE = "orders_order_serial_seq", "orders_order_id_seq"
NEXT_NUMBER = f"SELECT nextval('{SERIAL_SEQUENCE}'), nextval('{KEY_SEQUENCE}')"
NEXT_NUMBER_ON_SQLITE = f"""
    SELECT
        (SELECT COALESCE(MAX(serial), {FIRST_SERIAL - 1}) + 1 FROM orders_order),
        (SELECT COALESCE(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'orders_order')
"""  # noqa: S608


def next_number() -> Statement:
    """Ask for the serial and the key of the next order.

    On PostgreSQL from sequences: those of an order that is not kept are given to no other.
    On SQLite, with one writer, the highest plus one.
    """
    return Statement(NEXT_NUMBER if connection.vendor == "postgresql" else NEXT_NUMBER_ON_SQLITE, ())


def normalised_number(number: str) -> str:
    """Return the number as it is stored, however it was typed or pasted: in upper case."""
    return identity_key(number).upper()


# The names in the API; Order's fields are prefixed with `ship_`.
ADDRESS_PARTS = ("name", "line1", "line2", "city", "region", "postcode", "country", "phone")


class Origin(models.TextChoices):
    """Where an order was first placed: here, or in a shop from which it was taken over."""

    SHOP = "shop", _("This shop")
    DEMO = "demo", _("Demo")


# Customers get e-mails about orders of these origins only.
ORIGINS_WITH_MAIL = frozenset({Origin.SHOP})


def sees_all_orders(user: User) -> bool:
    return user.is_staff and user.has_perm("orders.view_order")


class OrderQuerySet(models.QuerySet["Order"]):
    def open(self) -> Self:
        """Find orders with units still to ship."""
        return self.filter(status__is_one_of=OPEN_STATUSES)

    def kept(self) -> Self:
        """Leave out those that were cancelled as a whole: it is as though they had not been placed."""
        return self.exclude(status=OrderStatus.CANCELLED)

    def in_payment_state(self, state: PaymentState) -> Self:
        return self.filter(IN_PAYMENT_STATE[state])

    def overdue(self, today: date) -> Self:
        """Find orders that should have been paid before this day."""
        return self.filter(due__above_zero=True, payment_due_on__isnull=False, payment_due_on__lt=today)

    def with_promo_code(self, code: str) -> Self:
        """Find orders placed with this code, as it is stored; "" finds those without any."""
        return self.filter(promo_code__filled=True, promo_code=code) if code else self.filter(promo_code="")

    def of_email(self, email: str) -> Self:
        """Find orders sent to this address or of the customer who has it, in any case."""
        address = normalised_email(email)
        sent_there = Order.objects.filter(email=address).values("pk")
        having_it = Customer.objects.filter(Q(email=address) | Q(merged__email=address)).values("pk")
        of_customer = Order.objects.filter(customer__in=having_it).values("pk")
        return self.filter(pk__in=sent_there.union(of_customer))

    def visible_to(self, user: User) -> Self:
        """Find all orders for staff who may see orders, otherwise the user's own."""
        return self if sees_all_orders(user) else self.of_user(user.pk)

    def of_user(self, pk: int) -> Self:
        """Find the orders of the customer who has this account."""
        return self.filter(customer__user=pk)

    def with_number(self, number: str) -> Self:
        return self.filter(number=normalised_number(number))


class Order(Searched):
    """An order, with a copy of prices, promo terms, address and e-mail that edits elsewhere do not change."""

    serial = models.BigIntegerField(unique=True, editable=False)
    prefix = models.CharField(max_length=20, editable=False)
    number = models.GeneratedField(
        expression=Concat(F("prefix"), Cast(F("serial"), models.CharField())),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders", db_index=False)
    status = models.CharField(
        _("status"), max_length=20, choices=OrderStatus, default=OrderStatus.PENDING, editable=False
    )
    email = models.EmailField(_("e-mail address"))
    currency = models.CharField(max_length=3, editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True, choices=languages)

    ship_name = LineField(_("name"), max_length=120)
    ship_line1 = LineField(_("address"), max_length=120)
    ship_line2 = LineField(_("address, second line"), max_length=120, blank=True)
    ship_city = LineField(_("city"), max_length=80)
    ship_region = LineField(_("region"), max_length=80, blank=True)
    ship_postcode = LineField(_("postcode"), max_length=20, blank=True)
    ship_country = LineField(_("country"), max_length=2, help_text=_("ISO 3166-1 alpha-2, such as DE."))
    ship_phone = LineField(_("phone"), max_length=40, blank=True)

    subtotal = MoneyField(editable=False)
    discount = MoneyField(default=zero, editable=False)
    shipping = MoneyField(default=zero, editable=False)
    total = MoneyField(_("total"), editable=False)
    credited = MoneyField(default=zero, editable=False)
    net = models.GeneratedField(
        expression=exact(F("total") - F("credited")),
        output_field=MoneyField(),
        db_persist=True,
    )
    # Only orders/payments/ writes these two: they are the sums of the order's payment entries.
    paid = MoneyField(default=zero, editable=False)
    waived = MoneyField(default=zero, editable=False)
    due = models.GeneratedField(
        expression=exact(F("total") - F("credited") - F("paid") - F("waived")),
        output_field=MoneyField(_("due")),
        db_persist=True,
    )
    payment_due_on = models.DateField(_("to be paid by"), null=True, blank=True)
    units = models.PositiveIntegerField(editable=False, help_text=_("Units ordered, over all lines."))
    promo_code = models.CharField(max_length=40, blank=True, editable=False)
    promo_terms = models.JSONField(null=True, editable=False)
    explanation = models.JSONField(default=list, editable=False)

    note = LinesField(_("note"), blank=True)
    source = models.CharField(max_length=6, choices=Source, editable=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.SHOP, editable=False)
    external_number = LineField(
        max_length=60, blank=True, editable=False, help_text=_("The number it had where it came from.")
    )
    external_key = FoldedField(source="external_number", max_length=1_100, blank=True)
    search_text = SearchTextField(
        texts=("email", "readable_email", "ship_name", "ship_city"),
        codes=("ship_postcode",),
        phones=("ship_phone",),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    redemption: "Redemption"
    # The lines as they were written; only the order that `place_order` returns has them.
    placed_lines: list[Any]

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = (
            models.UniqueConstraint(fields=("number",), name="order_once_per_number"),
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
            models.CheckConstraint(condition=Q(paid__gte=0), name="order_paid_not_negative"),
            models.UniqueConstraint(
                fields=("origin", "external_number"),
                condition=~Q(external_number=""),
                name="order_once_per_external_number",
            ),
        )
        indexes = (
            # And all that a search looks through, so that it need not read the rows.
            models.Index(fields=("placed_at", "id", "search_text", "serial"), name="order_newest"),
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
                fields=("external_key",), condition=~Q(external_key=""), name="order_external_number"
            ),
            models.Index(
                fields=("customer",), condition=Q(status__in=OPEN_STATUSES), name="order_open_of_customer"
            ),
            models.Index(
                fields=("placed_at",), condition=Q(status__in=OPEN_STATUSES), name="order_open_oldest"
            ),
            models.Index(fields=("-placed_at", "-id"), condition=Q(due__above_zero=True), name="order_owing"),
            models.Index(fields=("-placed_at", "-id"), condition=Q(due__below_zero=True), name="order_owed"),
            models.Index(
                fields=("payment_due_on", "id"),
                condition=Q(due__above_zero=True, payment_due_on__isnull=False),
                name="order_owing_until",
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
    def payment_state(self) -> PaymentState:
        return payment_state_of(due=self.due, paid=self.paid)

    @property
    def shipping_address(self) -> dict[str, str]:
        return {part: getattr(self, f"ship_{part}") for part in ADDRESS_PARTS}

    @property
    def readable_email(self) -> str:
        return readable_email(self.email)

    @property
    def language_spoken(self) -> str:
        """Return the language of its mails and paper, else the customer's; "" is the shop's."""
        return self.language or self.customer.language_spoken

    @property
    def is_mailed(self) -> bool:
        """Tell whether the customer gets e-mails about the order."""
        return self.origin in ORIGINS_WITH_MAIL
