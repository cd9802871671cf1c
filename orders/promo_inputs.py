"""Terms as the API takes them: categories and products become ids."""

from typing import Any

from orders.promo_schemas import DiscountIn
from orders.promotions import PromotionTerms, category_ids, product_ids

OF_THE_CODES = {"code", "max_uses", "count", "prefix", "length"}


def terms_sent(body: DiscountIn, *, under: str = "") -> PromotionTerms:
    """The terms of a body that may also tell of codes; `under` is where the body holds them.

    Raises:
        Invalid: naming each category and product that does not exist.
    """
    return PromotionTerms(**{"name": "", **as_terms(body.model_dump(exclude=OF_THE_CODES), under=under)})


def as_terms(sent: dict[str, Any], *, under: str = "") -> dict[str, Any]:
    """As PromotionTerms holds them."""
    terms = dict(sent)
    if "categories" in terms:
        terms["category_ids"] = category_ids(terms.pop("categories"), pointer=f"{under}/categories")
    if "products" in terms:
        terms["product_ids"] = product_ids(terms.pop("products"), pointer=f"{under}/products")
    return terms
