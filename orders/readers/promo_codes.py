"""What a promo code looks like as data: a page of them in a fixed number of statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from backoffice.api.pagination import chosen_fields
from backoffice.db.money_fields import MoneyField
from backoffice.money import ZERO
from backoffice.requests.json_reply import Reply, rendered
from orders.models import (
    PromoCode,
    Promotion,
    PromotionCategory,
    PromotionProduct,
    Redemption,
    RedemptionState,
)
from orders.models.promo import normalised_code
from orders.promotions import UnknownPromoCode, promo_figures
from orders.promotions.restriction import linked

OF_CODE = ("code", "max_uses", "times_used", "created_at")
OF_PROMOTION = (
    *("name", "kind", "percent_off", "amount_off", "max_discount", "minimum_spend", "starts_at", "ends_at"),
    *("max_uses_per_customer", "first_order_only", "is_restricted"),
)
PAUSES = ("is_paused", "promotion__is_paused")
COLUMNS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in OF_CODE},
    **{name: (f"promotion__{name}",) for name in OF_PROMOTION},
    "categories": ("promotion_id",),
    "products": ("promotion_id",),
    "is_paused": PAUSES,
    "state": (*PAUSES, "promotion__starts_at", "promotion__ends_at", "max_uses", "times_used"),
    "discount_given": ("given",),
    "promotion": ("promotion_id",),
    "is_batch": ("promotion__is_batch",),
}
PROMO_CODE_FIELDS = (
    *("code", *OF_PROMOTION, "max_uses", "categories", "products", "is_paused"),
    *("state", "times_used", "discount_given", "promotion", "is_batch", "created_at"),
)
PROMO_CODE_DETAIL = (*PROMO_CODE_FIELDS, "figures", "currency")
CODES_AT_ONCE = 500
SEE_REVENUE = "orders.view_revenue"
VERSIONED = ("promotion__updated_at", "is_paused", "max_uses")

type Restrictions = Mapping[str, Mapping[int, list[str]]]


def promo_code_columns(fields: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(column for name in fields for column in COLUMNS[name]))


def with_discount_given(
    codes: QuerySet[PromoCode], fields: Iterable[str], *, to: Actor
) -> QuerySet[PromoCode]:
    """Annotate the sum of each code's active redemptions, if these fields need it."""
    if "discount_given" not in fields:
        return codes
    money = MoneyField()
    if not to.may(SEE_REVENUE):
        return codes.annotate(given=Value(None, output_field=money))
    given = (
        Redemption.objects.filter(promo_code=OuterRef("pk"), state=RedemptionState.ACTIVE)
        .order_by()
        .values("promo_code")
        .annotate(given=Sum("discount"))
        .values("given")
    )
    return codes.annotate(given=Coalesce(Subquery(given), ZERO, output_field=money))


def promo_code_reply(
    code: str, *, to: Actor, fields: str | None = None, status: int = 200, location: str = ""
) -> Reply:
    """Return the promo code as this actor may see it; the ETag is the version of what can be edited.

    Raises:
        UnknownPromoCode.
    """
    content, version = _promo_code(code, chosen_fields(fields, PROMO_CODE_DETAIL), to)
    return rendered(content, status=status, version=version, location=location)


def promo_code_data(code: str, *, to: Actor) -> dict[str, Any]:
    """Return all of one promo code, as this actor may see it.

    Raises:
        UnknownPromoCode.
    """
    return _promo_code(code, PROMO_CODE_DETAIL, to)[0]


def promo_code_row(code: str, *, to: Actor) -> dict[str, Any]:
    """Return what a list shows of this code. Raises UnknownPromoCode."""
    return _promo_code(code, PROMO_CODE_FIELDS, to)[0]


def promo_codes_read(codes: QuerySet[PromoCode], *, to: Actor) -> Iterator[dict[str, Any]]:
    """Yield what a list shows of these codes, in the order of the queryset, reading them as needed."""
    priced = with_discount_given(codes, PROMO_CODE_FIELDS, to=to)
    rows = priced.values(*promo_code_columns(PROMO_CODE_FIELDS)).iterator(2_000)
    for part in batched(rows, CODES_AT_ONCE):
        yield from promo_codes_as_data(part, PROMO_CODE_FIELDS)


def _promo_code(code: str, fields: Sequence[str], to: Actor) -> tuple[dict[str, Any], str]:
    """Return these fields of the code, and its version. Raises UnknownPromoCode."""
    shown = [name for name in fields if name in PROMO_CODE_FIELDS]
    codes = with_discount_given(PromoCode.objects.filter(code=normalised_code(code)), shown, to=to)
    row = codes.values("pk", *dict.fromkeys([*promo_code_columns(shown), *VERSIONED])).first()
    if row is None:
        raise UnknownPromoCode(_("There is no promo code %(code)s.") % {"code": normalised_code(code)[:40]})
    [content] = promo_codes_as_data([row], shown)
    if "figures" in fields:
        content["figures"] = figures_as_data(PromoCode(pk=row["pk"]), to=to)
    if "currency" in fields:
        content["currency"] = settings.SHOP_CURRENCY
    version = version_of(row["promotion__updated_at"], row["is_paused"], row["max_uses"])
    return {name: content[name] for name in fields}, version


def figures_as_data(of: PromoCode | Promotion, *, to: Actor) -> dict[str, Any] | None:
    """Return what it brought and cost; None for those who may not see revenue."""
    if not to.may(SEE_REVENUE):
        return None
    figures = promo_figures(of)
    return {
        "orders": figures.orders,
        "customers": figures.customers,
        "revenue": figures.revenue,
        "discount": figures.discount,
        "discount_share": figures.discount_share,
        "revenue_share": figures.revenue_share,
        "first_used_at": figures.first_used_at,
    }


def version_of(updated_at: Any, is_paused: bool, max_uses: int | None) -> str:
    return f"{int(updated_at.timestamp() * 1_000_000):x}{'p' if is_paused else 'r'}{max_uses or 0}"


def promo_codes_as_data(rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return these fields of promo codes, whose rows hold `promo_code_columns(fields)`."""
    restrictions = restrictions_of({row["promotion_id"] for row in rows if "promotion_id" in row}, fields)
    return [{name: _value(name, row, restrictions) for name in fields} for row in rows]


def restrictions_of(promotions: Iterable[int], fields: Iterable[str]) -> Restrictions:
    """Return slugs of categories and SKUs of products by field and promotion, if these fields need them."""
    named = {
        "categories": (PromotionCategory, "category__slug"),
        "products": (PromotionProduct, "product__sku"),
    }
    return {name: linked(*named[name], promotions) for name in named.keys() & set(fields)}


def _value(name: str, row: Mapping[str, Any], restrictions: Restrictions) -> Any:
    if name in restrictions:
        return restrictions[name].get(row["promotion_id"], [])
    if name == "is_paused":
        return any(row[pause] for pause in PAUSES)
    if name == "state":
        return _state(row)
    return row[COLUMNS[name][0]]


def _state(row: Mapping[str, Any]) -> str:
    promotion = Promotion(
        is_paused=row["promotion__is_paused"],
        starts_at=row["promotion__starts_at"],
        ends_at=row["promotion__ends_at"],
    )
    promo_code = PromoCode(
        promotion=promotion,
        is_paused=row["is_paused"],
        max_uses=row["max_uses"],
        times_used=row["times_used"],
    )
    return promo_code.state_at(timezone.now()).value
