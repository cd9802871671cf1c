"""Rows for tests, made through the use cases wherever there is one."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers import customer_for
from accounts.models import Customer, Source, User
from catalog import stock
from catalog.families import Variant, create_family
from catalog.models import Category, Product, ProductFamily
from catalog.products import ProductData, create_product, product_with_sku
from orders.models import Order, PromoCode, Promotion
from orders.placing.placement import Address, LineRequest, OrderRequest, place_order
from orders.promotions import CodeShape, PromotionTerms, create_promo_code, generate_batch

CLI = Actor(None, Source.CLI)
PASSWORD = "correct horse battery"
ADDRESS = Address(
    name="Theo Jansen", line1="Seeweg 56", postcode="34878", city="Köln", country="DE", phone="+49 221 1234"
)
_serial = itertools.count(1)


def make_category(name: str = "Lanterns") -> Category:
    return Category.objects.get_or_create(name=name, slug=name.lower().replace(" ", "-"))[0]


def make_product(
    sku: str = "", *, on_hand: int = 0, price: str | Decimal = "3.39", name: str = "", **fields: Any
) -> Product:
    sku = sku or f"SKU-{next(_serial)}"
    create_product(
        ProductData(sku=sku, name=name or f"Product {sku}", price=Decimal(price), **fields), by=CLI
    )
    if on_hand:
        stock.receive(sku, on_hand, by=CLI)
    return product_with_sku(sku)


def make_family(
    name: str = "Mug",
    options: Sequence[str] = ("Colour",),
    variants: Mapping[str, Sequence[str]] | None = None,
) -> ProductFamily:
    """A family of these SKUs with their values, in the order of its options; missing products are made."""
    variants = variants or {}
    known = set(Product.objects.with_skus(variants).values_list("sku", flat=True))
    for sku in variants:
        if sku not in known:
            make_product(sku)
    chosen = [Variant(sku, dict(zip(options, values, strict=True))) for sku, values in variants.items()]
    return create_family(name, options, variants=chosen, by=CLI)


def make_sold_out(sku: str, **fields: Any) -> Product:
    """A product that had a unit, and has none any more."""
    make_product(sku, on_hand=1, **fields)
    stock.adjust(sku, -1, reason="lost", by=CLI)
    return product_with_sku(sku)


def make_customer(email: str = "", *, user: User | None = None, name: str = "") -> Customer:
    customer = customer_for(email or f"customer-{next(_serial)}@example.com", name=name)
    if user is not None:
        customer.user = user
        customer.save(update_fields=["user"])
    return customer


def make_user(email: str = "", *, role: str | None = None, is_superuser: bool = False, **fields: Any) -> User:
    """Staff with a role, or (without one) a customer's account; their address is confirmed."""
    fields.setdefault("email_confirmed_at", timezone.now())
    user = User.objects.create_user(
        email or f"user-{next(_serial)}@example.com",
        PASSWORD,
        is_staff=bool(role) or is_superuser,
        is_superuser=is_superuser,
        **fields,
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_shopper(email: str = "") -> User:
    """A customer's account with its customer."""
    user = make_user(email)
    make_customer(user.email, user=user)
    return user


def make_promo_code(
    code: str = "", *, percent_off: str | Decimal | None = "10", max_uses: int | None = None, **fields: Any
) -> PromoCode:
    if "amount_off" in fields:
        fields = {"kind": "fixed", **fields, "amount_off": Decimal(fields["amount_off"])}
        percent_off = None
    terms = PromotionTerms(
        name=fields.pop("name", "A promotion"),
        percent_off=None if percent_off is None else Decimal(percent_off),
        **restricted(fields),
    )
    return create_promo_code(code or f"CODE-{next(_serial)}", terms, max_uses=max_uses, by=CLI)


def restricted(fields: dict[str, Any]) -> dict[str, Any]:
    """Terms that name something are restricted to it."""
    return {"is_restricted": bool(fields.get("category_ids") or fields.get("product_ids"))} | fields


def make_batch(
    count: int = 3, *, name: str = "Black Friday", max_uses: int | None = 1, **fields: Any
) -> Promotion:
    """A batch whose codes begin with BF-."""
    percent_off = Decimal(fields.pop("percent_off", 10))
    terms = PromotionTerms(name=name, percent_off=percent_off, **restricted(fields))
    return generate_batch(count, terms, by=CLI, shape=CodeShape("BF-"), max_uses=max_uses)


def request_for(lines: Mapping[str, int], *, promo_code: str = "", **fields: Any) -> OrderRequest:
    return OrderRequest(
        lines=tuple(LineRequest(sku, quantity) for sku, quantity in lines.items()),
        promo_code=promo_code,
        address=fields.pop("address", ADDRESS),
        **fields,
    )


def place(
    lines: Mapping[str, int],
    *,
    customer: Customer | None = None,
    promo_code: str = "",
    by: Actor = CLI,
    at: datetime | None = None,
    **fields: Any,
) -> Order:
    email = customer.email if customer else f"guest-{next(_serial)}@example.com"
    return place_order(request_for(lines, promo_code=promo_code, **fields), email=email, by=by, at=at)
