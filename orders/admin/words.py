"""Moments, amounts and states as the pages say them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from backoffice.moments import start_of_day
from backoffice.money import formatted
from orders.models import PromoCode, PromoState, Promotion
from orders.status import OrderStatus

STATUS_TONES = {
    OrderStatus.PENDING: "warn",
    OrderStatus.PARTIALLY_SHIPPED: "info",
    OrderStatus.SHIPPED: "info",
    OrderStatus.DELIVERED: "good",
    OrderStatus.CANCELLED: "",
}
TIMES_ARE = f"Times are those of {settings.TIME_ZONE}."
PROMO_TONES = {
    PromoState.ACTIVE: "good",
    PromoState.SCHEDULED: "info",
    PromoState.PAUSED: "warn",
    PromoState.EXPIRED: "",
    PromoState.USED_UP: "",
}


def moment(at: datetime) -> str:
    """`22 Nov 2026, 03:34`, the year only when it is not this one."""
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localdate().year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def exact_moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.day} {local:%B %Y, %H:%M:%S %Z}"


def ago(at: datetime) -> str:
    """`3 hours ago`."""
    if (timezone.now() - at).total_seconds() < 60:
        return "just now"
    return f"{timesince(at, depth=1)} ago"


def time_tag(at: datetime, text: str, *, tone: str = "") -> SafeString:
    """The text, with the exact moment on hover."""
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        at.isoformat(timespec="seconds"),
        exact_moment(at),
        format_html(' class="bo-{}"', tone) if tone else "",
        text,
    )


def money(amount: Decimal, currency: str = "") -> str:
    return formatted(amount, currency or settings.SHOP_CURRENCY)


def label(text: str, tone: str = "") -> SafeString:
    return format_html('<span class="bo-label{}">{}</span>', f" bo-{tone}" if tone else "", text)


def status_label(status: str) -> SafeString:
    known = OrderStatus(status)
    return label(str(known.label), STATUS_TONES[known])


def state_label(state: PromoState) -> SafeString:
    return label(str(state.label), PROMO_TONES[state])


def two_lines(first: str, second: str) -> SafeString:
    """A name, and below it what identifies it."""
    return format_html('<span class="bo-name">{}</span><span class="bo-sku">{}</span>', first, second)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 order`, `2,000 orders`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def uses(code: PromoCode) -> str:
    """`13 of 120`, or just how often when there is no limit."""
    return f"{code.times_used:,}" if code.max_uses is None else f"{code.times_used:,} of {code.max_uses:,}"


def window(promotion: Promotion) -> str:
    """`Fri 27 Nov, 00:00 – Mon 30 Nov, 24:00`; an open end says so."""
    starts, ends = promotion.starts_at, promotion.ends_at
    if starts and ends:
        return f"{beginning(starts)} – {end(ends)}"
    if ends:
        return f"until {end(ends)}"
    return f"from {beginning(starts)}" if starts else "always"


def beginning(at: datetime) -> str:
    """`Fri 27 Nov, 00:00`."""
    local = timezone.localtime(at)
    return f"{day(local.date())}, {local:%H:%M}"


def end(at: datetime) -> str:
    """A midnight closes the day before it: `Mon 30 Nov, 24:00`, not 1 Dec, 00:00."""
    after = timezone.localdate(at)
    return f"{day(after - timedelta(days=1))}, 24:00" if at == start_of_day(after) else beginning(at)


def day(on: date) -> str:
    """`Mon 30 Nov`, the year only when it is not this one."""
    year = "" if on.year == timezone.localdate().year else f" {on.year}"
    return f"{on:%a} {on.day} {on:%b}{year}"
