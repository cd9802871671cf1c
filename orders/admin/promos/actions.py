"""The buttons over the lists of promo codes and of promotions, and the way to a back-test."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from orders.admin.promos.terms_links import terms_in_query
from orders.models import Promotion

GENERATE = "admin:orders_promotion_add"
BACKTEST = "admin:orders_backtest"


def may_backtest(request: HttpRequest) -> bool:
    return request.user.has_perms(["orders.view_promocode", "orders.view_revenue"])


def to_backtest(promotion: Promotion, max_uses: int | None) -> HttpResponse:
    """Redirect to the back-test's form, filled with the promotion's terms."""
    return HttpResponseRedirect(f"{reverse(BACKTEST)}?{terms_in_query(promotion, max_uses=max_uses)}")


class PromoListActions:
    """Buttons that are plain links: nothing happens until the form on the page behind them is sent."""

    actions_list = ("generate_codes", "run_backtest")

    def has_generate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("orders.add_promotion")

    def has_backtest_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return may_backtest(request)

    @action(description=_("Generate codes"), permissions=["generate"], icon="dynamic_feed")
    def generate_codes(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(GENERATE))

    @action(description=_("Back-test"), permissions=["backtest"], icon="history_toggle_off")
    def run_backtest(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse(BACKTEST))
