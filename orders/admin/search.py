"""The palette: finding orders, people, products, families and promo codes from anywhere."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from accounts.models import Customer, User
from backoffice.db.search_text import holding_all, people_matching
from backoffice.db.search_words import cleaned, is_findable
from catalog.finding import products_matching
from catalog.models import Product, ProductFamily
from orders.finding import NEWEST_FIRST, SearchedBy, orders_matching, orders_named, searched_by
from orders.models import Order, PromoCode, Promotion
from orders.models.promo import normalised_code

MOST_OF_A_KIND = 5
MOST_RESULTS = 15
# Of Latin letters and digits: one alone is in everything.
SHORTEST_WORD = 2


def search(request: HttpRequest, term: str, pages: Sequence[SearchResult] = ()) -> list[SearchResult]:
    """Return what the palette offers this user, who sees nothing forbidden.

    What is called exactly so comes first, for Enter opens it; then pages of the admin; then the orders
    that are told so, people, products, families and promo codes.
    """
    term = cleaned(term)
    if not is_findable(term) or (len(term) < SHORTEST_WORD and term.isascii() and term.isalnum()):
        return list(pages)
    assert isinstance(request.user, User)
    exact, others = _exact(request.user, term), _others(request.user, term)
    found = (result for kind in (*exact, iter(pages), *others) for result in islice(kind, MOST_OF_A_KIND))
    return list(islice(_each_once(found), MOST_RESULTS))


def _each_once(results: Iterator[SearchResult]) -> Iterator[SearchResult]:
    seen: set[str] = set()
    for result in results:
        if result.link not in seen:
            seen.add(result.link)
            yield result


def _exact(user: User, term: str) -> Iterator[Iterator[SearchResult]]:
    if user.has_perm("orders.view_order"):
        yield _named_orders(term, searched_by(user))
    if user.has_perm("catalog.view_product"):
        yield _products_of(Product.objects.with_code(term)[:MOST_OF_A_KIND])
    if user.has_perm("orders.view_promocode"):
        yield _promo_codes(Q(code=normalised_code(term)))


def _others(user: User, term: str) -> Iterator[Iterator[SearchResult]]:
    if user.has_perm("orders.view_order"):
        yield _orders(term, searched_by(user))
    if user.has_perm("accounts.view_customer"):
        yield _people(term)
    if user.has_perm("catalog.view_product"):
        yield _products_of(products_matching(Product.objects.all(), term).order_by("sku")[:MOST_OF_A_KIND])
    if user.has_perm("catalog.view_productfamily"):
        yield _families(term)
    if user.has_perm("orders.view_promocode"):
        # Codes of a batch begin alike by the thousand, so one of them is found when typed in full.
        yield _promo_codes(Q(code__startswith=normalised_code(term), promotion__is_batch=False))
        yield _promotions(term)


def _named_orders(term: str, by: SearchedBy) -> Iterator[SearchResult]:
    named = orders_named(term, by=by).select_related("customer").prefetch_related("shipments")
    for order in named.order_by("-placed_at", "-pk")[:MOST_OF_A_KIND]:
        yield _order_result(order, by, also=_parcel_with(term, order) if by.people else "")


def _parcel_with(term: str, order: Order) -> str:
    numbers = [parcel.tracking_number for parcel in order.shipments.all()]
    named = [number for number in numbers if number in (term, term.upper())]
    return _("Parcel %(number)s") % {"number": named[0]} if named else ""


def _orders(term: str, by: SearchedBy) -> Iterator[SearchResult]:
    newest = Order.objects.select_related("customer").order_by(*NEWEST_FIRST)
    for order in orders_matching(newest, term, by=by)[:MOST_OF_A_KIND]:
        yield _order_result(order, by)


def _order_result(order: Order, by: SearchedBy, *, also: str = "") -> SearchResult:
    whose = [order.ship_name or str(order.customer), order.email, order.ship_city] if by.people else []
    return SearchResult(
        title=str(order),
        description=" · ".join(filter(None, [also, *whose])),
        link=reverse("admin:orders_order_change", args=[order.pk]),
        icon="shopping_cart",
    )


def _people(term: str) -> Iterator[SearchResult]:
    for customer in people_matching(Customer.objects.all(), term).order_by("email")[:MOST_OF_A_KIND]:
        yield SearchResult(
            title=str(customer),
            description=_("Customer · %(email)s") % {"email": customer.email},
            link=reverse("admin:accounts_customer_change", args=[customer.pk]),
            icon="person",
        )


def _products_of(products: Iterable[Product]) -> Iterator[SearchResult]:
    for product in products:
        yield SearchResult(
            title=product.name,
            description=product.sku,
            link=reverse("admin:catalog_product_change", args=[product.pk]),
            icon="inventory_2",
        )


def _families(term: str) -> Iterator[SearchResult]:
    for family in ProductFamily.objects.filter(holding_all(term)).order_by("name")[:MOST_OF_A_KIND]:
        yield SearchResult(
            title=family.name,
            description=_("Family · %(options)s") % {"options": ", ".join(family.options)},
            link=reverse("admin:catalog_productfamily_change", args=[family.pk]),
            icon="account_tree",
        )


def _promo_codes(meant: Q) -> Iterator[SearchResult]:
    codes = PromoCode.objects.filter(meant).select_related("promotion")
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
    promotions = Promotion.objects.filter(holding_all(term), is_batch=True)
    for promotion in promotions.order_by("-pk")[:MOST_OF_A_KIND]:
        yield SearchResult(
            title=promotion.name,
            description=_("Promotion · %(discount)s") % {"discount": promotion.discount_in_words},
            link=reverse("admin:orders_promotion_change", args=[promotion.pk]),
            icon="dynamic_feed",
        )
