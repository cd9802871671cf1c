"""One meaning of finding an order, for the list, the palette, the API and the command line."""

import re
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.lookups import Exact

from accounts.models import Customer, User
from backoffice.db.search_text import of_person
from backoffice.db.search_words import cleaned, is_findable, squeezed, words_of
from backoffice.text import identity_key
from catalog.models import Product
from orders.models import Order, OrderLine, Shipment
from orders.models.order import OrderQuerySet
from orders.models.promo import normalised_code
from orders.visibility import may_know_customers, may_know_promos

_ENDS_IN_DIGITS = re.compile(r"(.*?)([0-9]{2,18})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SearchedBy:
    """What a reader may search orders by, beside numbers and SKUs: nobody finds what they may not see.

    A tracking number leads to the customer, so it is searched for by those who may know the `people`.
    """

    people: bool = True
    promos: bool = True
    barcodes: bool = True


EVERYTHING = SearchedBy()
NEWEST_FIRST = ("-placed_at", "-id")


def searched_by(user: User) -> SearchedBy:
    return SearchedBy(people=may_know_customers(user), promos=may_know_promos(user), barcodes=user.is_staff)


def orders_matching(orders: OrderQuerySet, term: str, *, by: SearchedBy = EVERYTHING) -> OrderQuerySet:
    """Find the orders that the term tells as a whole, or by each of its words.

    A word is the order's number or its last digits; a SKU of a line, then or now, or its barcode; the number
    of a parcel or its end; the number the order had elsewhere; its promo code; a part of the name, e-mail
    address, town or telephone number of whoever ordered or gets it; or the postcode.
    """
    term = cleaned(term)
    if not term:
        return orders
    if not is_findable(term):
        return orders.none()
    found = _told_by(term, by)
    if (words := words_of(term)) != [identity_key(term)]:
        found |= reduce(and_, (_told_by(word, by) for word in words))
    if orders.query.order_by[:2] == NEWEST_FIRST:
        # Read in this order, as far as a page needs: what many orders are called costs little.
        return orders.filter(found)
    return orders.filter(pk__in=Order.objects.order_by().filter(found).values("pk"))


def orders_named(term: str, *, by: SearchedBy = EVERYTHING) -> OrderQuerySet:
    """Find the orders whose number, here or elsewhere, or whose parcel's number is exactly this."""
    term = cleaned(term)
    if not term:
        return Order.objects.none()
    named = (
        Order.objects.filter(number__in=numbers_meant(term))
        .values("pk")
        .union(_from_elsewhere(term), _in_parcels(Shipment.objects.with_tracking_number(term), by))
    )
    return Order.objects.filter(pk__in=named)


def numbers_meant(term: str) -> list[str]:
    """Return the numbers a term may mean: `100042`, `#100042`, `b 100042` and `b-100042` mean B-100042."""
    number = squeezed(term).lstrip("#").upper()
    prefixed = f"{settings.SHOP_ORDER_PREFIX}{digits}".upper() if (digits := _digits_of(term)) else ""
    return [each for each in (number, prefixed) if each]


def _digits_of(term: str) -> str:
    """Return the digits of an order's number, or those it ends in; "" for what is no such number."""
    parts = _ENDS_IN_DIGITS.fullmatch(squeezed(term).lstrip("#"))
    prefix = identity_key(settings.SHOP_ORDER_PREFIX)
    return parts[2] if parts and parts[1] in ("", prefix, prefix.rstrip("-_/.")) else ""


def _told_by(text: str, by: SearchedBy) -> Q:
    return _by_own_columns(text, by) | Q(pk__in=_by_what_belongs_to_it(text, by))


def _by_own_columns(text: str, by: SearchedBy) -> Q:
    """Find by what the index `order_newest` holds, which is read until a page is full."""
    found = Q()
    if digits := _digits_of(text):
        ending = Exact(F("serial") % 10 ** len(digits), int(digits))
        found |= Q(ending, serial__gte=10 ** (len(digits) - 1))
    if by.people:
        found |= of_person(identity_key(text))
        if " " in text and any(character.isdigit() for character in text):
            found |= of_person(squeezed(text))
    return found


def _by_what_belongs_to_it(text: str, by: SearchedBy) -> QuerySet[Any, Any]:
    """Find by indexes of what belongs to the order, and among the customers."""
    # A line's own SKU is one that its product has, or had.
    products = Product.objects.with_code(text) if by.barcodes else Product.objects.with_skus([text])
    found = [
        OrderLine.objects.order_by().filter(product__in=products).values("order"),
        Order.objects.filter(number__in=numbers_meant(text)).values("pk"),
        _from_elsewhere(text),
    ]
    if by.promos and (code := normalised_code(text)):
        found.append(Order.objects.with_promo_code(code).values("pk"))
    if by.people:
        found.append(_in_parcels(Shipment.objects.tracked_by(text), by))
        if is_buyer := of_person(identity_key(text)):
            buyers = Customer.objects.filter(is_buyer).values("pk")
            found.append(Order.objects.filter(customer__in=buyers).values("pk"))
    return found[0].union(*found[1:])


def _from_elsewhere(text: str) -> QuerySet[Order, Any]:
    return Order.objects.filter(external_key__filled=True, external_key=identity_key(text)).values("pk")


def _in_parcels(parcels: QuerySet[Shipment], by: SearchedBy) -> QuerySet[Any, Any]:
    return (parcels if by.people else parcels.none()).order_by().values("order")
