"""Amounts, labels and states as the pages of orders and promotions show them; dates are in backoffice."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.cells import Dot
from backoffice.dates import ago as ago
from backoffice.dates import exact_moment as exact_moment
from backoffice.dates import moment as moment
from backoffice.dates import weekday_moment as weekday_moment
from backoffice.money import formatted, formatted_round
from backoffice.numbers import grouped
from orders.models import PromoCode, PromoState
from orders.status import OrderStatus, PaymentState

STATUS_TONES = {
    OrderStatus.PENDING: "warn",
    OrderStatus.PARTIALLY_SHIPPED: "info",
    OrderStatus.SHIPPED: "info",
    OrderStatus.DELIVERED: "good",
    OrderStatus.CANCELLED: "",
}
# The dot before an order's status: how far it has come, without reading.
STATUS_DOTS = {
    OrderStatus.PENDING: Dot.RING,
    OrderStatus.PARTIALLY_SHIPPED: Dot.HALF,
    OrderStatus.SHIPPED: Dot.BLUE,
    OrderStatus.DELIVERED: Dot.GREEN,
    OrderStatus.CANCELLED: Dot.GREY,
}
CHIP_TONES = {
    OrderStatus.PARTIALLY_SHIPPED: "info",
    OrderStatus.SHIPPED: "info",
    OrderStatus.DELIVERED: "good",
}
PAYMENT_TONES = {
    PaymentState.TO_PAY: "warn",
    PaymentState.PART_PAID: "warn",
    PaymentState.PAID: "good",
    PaymentState.TO_PAY_BACK: "bad",
}
PAYMENT_DOTS = {
    PaymentState.TO_PAY: Dot.RING,
    PaymentState.PART_PAID: Dot.HALF,
    PaymentState.PAID: Dot.GREEN,
    PaymentState.TO_PAY_BACK: Dot.RED,
    PaymentState.NOTHING_TO_PAY: Dot.GREY,
}
PROMO_TONES = {
    PromoState.ACTIVE: "good",
    PromoState.SCHEDULED: "info",
    PromoState.PAUSED: "warn",
    PromoState.EXPIRED: "",
    PromoState.USED_UP: "",
}
TIMES_ARE = format_lazy(gettext_lazy("Times are those of {zone}."), zone=settings.TIME_ZONE)
WINDOW_COLUMN = format_lazy(gettext_lazy("Window ({zone})"), zone=settings.TIME_ZONE)


def time_tag(at: datetime, text: str, *, tone: str = "") -> SafeString:
    """Show the text, with the exact moment on hover."""
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        at.isoformat(timespec="seconds"),
        exact_moment(at),
        format_html(' class="bo-{}"', tone) if tone else "",
        text,
    )


def money(amount: Decimal, currency: str = "") -> str:
    return formatted(amount, currency or settings.SHOP_CURRENCY)


def signed_money(amount: Decimal, currency: str) -> str:
    """Write an amount that was moved: `+€25.00`, or `-€25.00`."""
    shown = money(amount, currency)
    return shown if amount < 0 else f"+{shown}"


def whole_money(amount: Decimal | int) -> str:
    """Write a round amount, such as one of an axis, without cents where it has none: `€2,000`."""
    return formatted_round(Decimal(amount), settings.SHOP_CURRENCY)


def label(text: str, tone: str = "") -> SafeString:
    return format_html('<span class="bo-label{}">{}</span>', f" bo-{tone}" if tone else "", text)


def status_label(status: str) -> SafeString:
    known = OrderStatus(status)
    return label(str(known.label), STATUS_TONES[known])


def status_chip(status: str) -> SafeString:
    """Return the status for a title: a chip with its dot."""
    known = OrderStatus(status)
    return format_html(
        '<span class="bo-label{}"><span class="bo-dot bo-{}"></span>{}</span>',
        f" bo-{CHIP_TONES[known]}" if known in CHIP_TONES else "",
        STATUS_DOTS[known],
        known.label,
    )


def payment_label(state: PaymentState) -> SafeString:
    return label(str(state.label), PAYMENT_TONES.get(state, ""))


def returned_label(*, is_whole: bool) -> SafeString:
    """Return the label of an order of which everything that was shipped came back, or some of it."""
    return label(_("Returned") if is_whole else _("Part-returned"), "bad")


def state_label(state: PromoState) -> SafeString:
    return label(str(state.label), PROMO_TONES[state])


def uses(code: PromoCode) -> str:
    """Return `13 of 120`, or only how often it was used when there is no limit."""
    if code.max_uses is None:
        return grouped(code.times_used)
    return _("%(used)s of %(limit)s") % {"used": grouped(code.times_used), "limit": grouped(code.max_uses)}
