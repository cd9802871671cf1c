"""Finding orders: in the list, and from anywhere by the command palette."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from accounts.models import Customer
from backoffice.email_addresses import normalised_email
from backoffice.text import identity_key
from catalog.models import Product
from orders.models import Order, OrderLine, PromoCode, Promotion, Shipment
from orders.models.promo import normalised_code

MOST_OF_A_KIND = 5
MOST_RESULTS = 15
LONGEST_TERM = 120


def orders_matching(orders: QuerySet[Order], term: str, *, is_personal: bool) -> QuerySet[Order]:
    """Find orders with this number, else with exactly this tracking number, SKU or e-mail address, else of
    people whose name or address contains it; e-mail and people are searched only with `is_personal`.

    Only the last step reads more with more customers: a part of a name is looked for in all of them.
    """
    term = term.strip()[:LONGEST_TERM]
    numbers = orders.filter(number__in=numbers_meant(term))
    if numbers.exists():
        return numbers
    exact = orders.filter(pk__in=_with_exactly(term, is_personal))
    if not is_personal or exact.exists():
        return exact
    return orders.filter(customer__in=customers_matching(term))


def _with_exactly(term: str, is_personal: bool) -> QuerySet[Any, Any]:
    """Return the keys of the orders that match exactly, as a subquery."""
    by_tracking = Shipment.objects.with_tracking_number(term).order_by().values("order")
    by_sku = OrderLine.objects.filter(product__in=Product.objects.with_skus([term]))
    found = by_tracking.union(by_sku.order_by().values("order"))
    return found.union(Order.objects.of_email(term).values("pk")) if is_personal else found


def numbers_meant(term: str) -> list[str]:
    """Return the order numbers a term may mean: `100042`, `#100042` and `b-100042` mean B-100042."""
    number = term.strip().lstrip("#").upper()
    return [number, f"{settings.SHOP_ORDER_PREFIX}{number}".upper()] if number else []


def customers_matching(term: str) -> QuerySet[Customer]:
    return Customer.objects.filter(Q(email__startswith=normalised_email(term)) | Q(name__icontains=term))


def search(request: HttpRequest, term: str) -> list[SearchResult]:
    """Return what the palette offers this user, who sees nothing forbidden; exact matches come first."""
    term = term.replace("\x00", "").strip()[:LONGEST_TERM]
    if len(term) < 2:
        return []
    may = request.user.has_perm
    is_personal = may("accounts.view_customer")
    found: list[Iterator[SearchResult]] = []
    exact: list[SearchResult] = []
    if may("orders.view_order"):
        exact = [*_orders_by_number(term, is_personal), *_orders_by_tracking(term, is_personal)]
        found.append(iter(exact))
    if may("catalog.view_product"):
        found.append(_products(term))
    if may("orders.view_promocode"):
        found += [_promo_codes(term), _promotions(term)]
    # Nobody is named like an order or a parcel, so skip that search: it would read every name.
    if is_personal and not exact:
        found += [_orders_of_people(term)] if may("orders.view_order") else []
        found.append(_people(term))
    return list(islice((result for kind in found for result in islice(kind, MOST_OF_A_KIND)), MOST_RESULTS))


def _orders_by_number(term: str, is_personal: bool) -> Iterator[SearchResult]:
    for order in Order.objects.filter(number__in=numbers_meant(term)).select_related("customer"):
        yield _order_result(order, is_personal)


def _orders_by_tracking(term: str, is_personal: bool) -> Iterator[SearchResult]:
    parcels = Shipment.objects.with_tracking_number(term).order_by("-pk")
    for parcel in parcels.select_related("order__customer")[:MOST_OF_A_KIND]:
        yield _order_result(
            parcel.order, is_personal, _("Parcel %(number)s") % {"number": parcel.tracking_number}
        )


def _orders_of_people(term: str) -> Iterator[SearchResult]:
    of_people = Order.objects.filter(customer__in=customers_matching(term)).order_by()
    found = of_people.values("pk").union(Order.objects.of_email(term).values("pk"))
    newest = Order.objects.filter(pk__in=found).select_related("customer").order_by("-placed_at", "-pk")
    for order in newest[:MOST_OF_A_KIND]:
        yield _order_result(order, is_personal=True)


def _order_result(order: Order, is_personal: bool, also: str = "") -> SearchResult:
    whose = [order.ship_name or str(order.customer), order.email, order.ship_city] if is_personal else []
    return SearchResult(
        title=str(order),
        description=" · ".join(filter(None, [also, *whose])),
        link=reverse("admin:orders_order_change", args=[order.pk]),
        icon="shopping_cart",
    )


def _products(term: str) -> Iterator[SearchResult]:
    exact = Product.objects.filter(Q(sku_key=identity_key(term)) | Q(barcode=term))
    named = Product.objects.filter(Q(sku_key__startswith=identity_key(term)) | Q(name__icontains=term))
    seen: set[int] = set()
    for product in (*exact[:MOST_OF_A_KIND], *named.order_by("sku")[:MOST_OF_A_KIND]):
        if product.pk in seen:
            continue
        seen.add(product.pk)
        yield SearchResult(
            title=product.name,
            description=product.sku,
            link=reverse("admin:catalog_product_change", args=[product.pk]),
            icon="inventory_2",
        )


def _promo_codes(term: str) -> Iterator[SearchResult]:
    """Find codes by how they begin; those of a batch only when typed in full, for thousands begin alike."""
    typed = normalised_code(term)
    single = Q(code__startswith=typed, promotion__is_batch=False)
    codes = PromoCode.objects.filter(Q(code=typed) | single).select_related("promotion")
    for code in codes.order_by("code")[:MOST_OF_A_KIND]:
        promotion = code.promotion
        told = (
            _("Promo code of %(promotion)s · %(discount)s")
            if promotion.is_batch
            else _("Promo code · %(discount)s")
        )
        yield SearchResult(
            title=code.code,
            description=told % {"promotion": promotion, "discount": promotion.discount_in_words},
            link=reverse("admin:orders_promocode_change", args=[code.pk]),
            icon="sell",
        )


def _promotions(term: str) -> Iterator[SearchResult]:
    """Find promotions with many codes by name; one with a single code is found by the code."""
    promotions = Promotion.objects.filter(is_batch=True, name__icontains=term)
    for promotion in promotions.order_by("-pk")[:MOST_OF_A_KIND]:
        yield SearchResult(
            title=promotion.name,
            description=_("Promotion · %(discount)s") % {"discount": promotion.discount_in_words},
            link=reverse("admin:orders_promotion_change", args=[promotion.pk]),
            icon="dynamic_feed",
        )


def _people(term: str) -> Iterator[SearchResult]:
    for customer in customers_matching(term).order_by("email")[:MOST_OF_A_KIND]:
        yield SearchResult(
            title=str(customer),
            description=_("Customer · %(email)s") % {"email": customer.email},
            link=reverse("admin:accounts_customer_change", args=[customer.pk]),
            icon="person",
        )
