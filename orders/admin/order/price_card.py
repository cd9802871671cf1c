"""What an order costs on its page: how its total comes about, and what of it was given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from orders.admin import words
from orders.admin.order.explanation import Explanation, explanation_of
from orders.models import Order, OrderLine
from orders.visibility import may_know_promos


@dataclass(frozen=True, slots=True)
class Term:
    """An amount with the sign before it: `−`, `+`, `=`, or "" for the first of a row."""

    sign: str
    title: str
    amount: str
    url: str = ""
    is_result: bool = False


@dataclass(frozen=True, slots=True)
class PriceCard:
    sold: Sequence[Term]
    # From what was sold to what is left of it; empty while nothing was given up.
    net: Sequence[Term]
    why: Explanation


def price_card_of(order: Order, lines: Sequence[OrderLine], reader: User) -> PriceCard:
    names_promo = may_know_promos(reader)
    return PriceCard(
        sold=_sold(order, reader, names_promo=names_promo),
        net=_net(order) if order.credited else (),
        why=explanation_of(order, lines, names_promo=names_promo),
    )


def _sold(order: Order, reader: User, *, names_promo: bool) -> list[Term]:
    terms = [term("", _("Subtotal"), order.subtotal, order)]
    if order.discount or order.promo_code:
        title = promo_title(order.promo_code if names_promo else "")
        terms.append(term("−", title, order.discount, order, url=promo_url(order, reader)))
    terms.append(term("+", _("Shipping"), order.shipping, order))
    terms.append(term("=", _("Sold"), order.total, order, is_result=True))
    return terms


def _net(order: Order) -> list[Term]:
    return [
        term("", _("Sold"), order.total, order),
        term("−", _("Credited"), order.credited, order),
        term("=", _("Net"), order.total - order.credited, order, is_result=True),
    ]


def term(
    sign: str, title: str, amount: Decimal, order: Order, *, url: str = "", is_result: bool = False
) -> Term:
    return Term(sign, title, words.money(amount, order.currency), url, is_result)


def promo_title(code: str) -> str:
    return _("Promo %(code)s") % {"code": code} if code else _("Promo")


def promo_url(order: Order, reader: User) -> str:
    if not (order.promo_code and reader.has_perm("orders.view_promocode")):
        return ""
    return f"{reverse('admin:orders_promocode_changelist')}?q={order.promo_code}"
