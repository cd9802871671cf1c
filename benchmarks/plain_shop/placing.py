"""Placing an order: what is sold is locked in one order, so that nothing is oversold and nobody deadlocks."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from benchmarks.plain_shop.models import Order, OrderLine, Product, PromoCode

CENT = Decimal("0.01")


@transaction.atomic
def place_order(
    user: User, *, lines: Sequence[Mapping[str, Any]], code: str, address: Mapping[str, str]
) -> Order:
    """Raises ValidationError."""
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line["sku"]] = quantities.get(line["sku"], 0) + line["quantity"]
    promo = _locked_promo_code(code) if code else None
    products = _locked_products(quantities)
    subtotal = sum((product.price * quantities[product.sku] for product in products), Decimal(0))
    discount = (subtotal * promo.percent_off / 100).quantize(CENT, ROUND_HALF_UP) if promo else Decimal(0)
    order = Order.objects.create(
        user=user,
        promo_code=promo,
        subtotal=subtotal,
        discount=discount,
        total=subtotal - discount,
        **{f"ship_{name}": value for name, value in address.items()},
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=product, quantity=quantities[product.sku], unit_price=product.price)
        for product in products
    )
    for product in products:
        product.stock -= quantities[product.sku]
        product.save(update_fields=["stock", "updated_at"])
    if promo:
        promo.times_used += 1
        promo.save(update_fields=["times_used"])
    return order


def _locked_promo_code(code: str) -> PromoCode:
    promo = PromoCode.objects.select_for_update().filter(code=code, is_active=True).first()
    if promo is None or (promo.ends_at and promo.ends_at <= timezone.now()):
        raise ValidationError({"promo_code": "This code cannot be used."})
    if promo.times_used >= promo.max_uses:
        raise ValidationError({"promo_code": "This code is used up."})
    return promo


def _locked_products(quantities: Mapping[str, int]) -> list[Product]:
    active = Product.objects.filter(sku__in=quantities, is_active=True)
    products = list(active.select_for_update().order_by("pk"))
    if len(products) < len(quantities):
        raise ValidationError({"lines": "There is no such product."})
    for product in products:
        if product.stock < quantities[product.sku]:
            raise ValidationError({"lines": f"Only {product.stock} of {product.sku} are left."})
    return products
