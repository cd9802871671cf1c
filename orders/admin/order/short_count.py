"""A count below what orders were promised: which orders lose units, then the count is recorded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.actor import actor_of
from accounts.models import User
from backoffice.admin.base import DomainAdmin
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from catalog.admin.short_count import NEEDED
from catalog.models import Product
from catalog.models.product import MAX_UNITS
from orders.admin import words
from orders.fulfilment.short_count import cancel_and_count, units_to_cancel
from orders.models import Order
from orders.visibility import may_know_customers


class _AgreedField(forms.JSONField):
    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class CountedUnits(forms.Form):
    product = forms.IntegerField(min_value=1)
    counted = forms.IntegerField(min_value=0, max_value=MAX_UNITS)
    # What the page showed. If stock or the orders that lose units have changed since, nothing is done.
    seen = forms.IntegerField(required=False)
    agreed = _AgreedField(required=False)


@dataclass(frozen=True, slots=True)
class Loser:
    """An order that would lose units."""

    number: str
    url: str
    placed: str
    customer: str
    units: int


class ShortCountPage(DomainAdmin):
    """The page that a refused adjustment or count of stock leads to."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.short_count_view)
        urls: list[URLPattern] = super().get_urls()
        return [path("short-count/", view, name="orders_short_count"), *urls]

    def short_count_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perms(NEEDED):
            raise PermissionDenied
        form = CountedUnits(request.POST or request.GET)
        if not form.is_valid():
            raise BadRequest(_("Which product was counted, and how many units?"))
        data = form.cleaned_data
        product = get_object_or_404(Product, pk=data["product"])
        if request.method == "POST":
            return self._carry_out(request, product, data)
        lost = units_to_cancel(product, data["counted"])
        if not lost:
            text = ngettext(
                "%(count)s unit of %(sku)s serves every open order.",
                "%(count)s units of %(sku)s serve every open order.",
                data["counted"],
            )
            messages.info(request, text % {"count": grouped(data["counted"]), "sku": product.sku})
            return redirect(_page_of(product))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Short count"),
            "form": form,
            "product": product,
            "counted": data["counted"],
            "missing": sum(lost.values()),
            "losers": _losers(lost, request),
            "agreed": json.dumps(lost),
        }
        return render(request, "orders/admin/short_count.html", context)

    def _carry_out(self, request: HttpRequest, product: Product, data: Mapping[str, Any]) -> HttpResponse:
        agreed = data["agreed"] if isinstance(data["agreed"], dict) else {}
        try:
            cancel_and_count(
                product.sku, data["counted"], agreed=agreed, expected=data["seen"], by=actor_of(request)
            )
        except Refusal as refusal:
            messages.error(request, refusal.detail)
            return redirect(f"{request.path}?product={product.pk}&counted={data['counted']}")
        messages.success(request, _sentence(product, orders=len(agreed), counted=data["counted"]))
        return redirect(_page_of(product))


def _sentence(product: Product, *, orders: int, counted: int) -> str:
    text = ngettext(
        "%(count)s order lost units of %(sku)s; now %(counted)s on hand, all promised.",
        "%(count)s orders lost units of %(sku)s; now %(counted)s on hand, all promised.",
        orders,
    )
    return text % {"count": grouped(orders), "sku": product.sku, "counted": grouped(counted)}


def _losers(lost: Mapping[str, int], request: HttpRequest) -> list[Loser]:
    assert isinstance(request.user, User)
    is_personal = may_know_customers(request.user)
    orders = Order.objects.filter(number__in=lost).select_related("customer").order_by("-placed_at", "-pk")
    return [
        Loser(
            number=order.number,
            url=reverse("admin:orders_order_change", args=[order.pk]),
            placed=words.ago(order.placed_at),
            customer=(order.customer.name or order.email) if is_personal else "",
            units=lost[order.number],
        )
        for order in orders
    ]


def _page_of(product: Product) -> str:
    return reverse("admin:catalog_product_change", args=[product.pk])
