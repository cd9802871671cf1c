"""The orders that used a promo code, or any code of a promotion."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from backoffice import dates
from backoffice.admin.lists import CappedPaginator
from orders.admin import words
from orders.models import PromoCode, Promotion, Redemption, RedemptionState

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class UseRow:
    number: str
    url: str
    used: SafeString
    code: str
    code_url: str
    customer: str
    customer_url: str
    discount: str
    is_released: bool


@dataclass(frozen=True, slots=True)
class Uses:
    """A page of orders that used a code, without the columns that this reader may not see."""

    rows: list[UseRow]
    page: Page[Any]
    shows_code: bool
    shows_customer: bool
    shows_discount: bool


def uses_of(of: PromoCode | Promotion, request: HttpRequest) -> Uses | None:
    """Return a page of orders, the newest first; None for those who may not see orders."""
    may = request.user.has_perm
    if not may("orders.view_order"):
        return None
    used = of.redemptions.select_related("order", "promo_code", "customer").order_by("-redeemed_at", "-pk")
    page = CappedPaginator(used, PER_PAGE).get_page(request.GET.get("page"))
    return Uses(
        rows=[_row(redemption) for redemption in page],
        page=page,
        shows_code=isinstance(of, Promotion),
        shows_customer=may("accounts.view_customer"),
        shows_discount=may("orders.view_revenue"),
    )


def _row(redemption: Redemption) -> UseRow:
    order = redemption.order
    return UseRow(
        number=str(order),
        url=reverse("admin:orders_order_change", args=[order.pk]),
        used=words.time_tag(redemption.redeemed_at, dates.moment(redemption.redeemed_at)),
        code=redemption.promo_code.code,
        code_url=reverse("admin:orders_promocode_change", args=[redemption.promo_code_id]),
        customer=str(redemption.customer),
        customer_url=reverse("admin:accounts_customer_change", args=[redemption.customer_id]),
        discount=words.money(redemption.discount, order.currency),
        is_released=redemption.state == RedemptionState.RELEASED,
    )
