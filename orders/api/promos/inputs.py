"""Terms as the API takes them: categories and products become ids."""

from dataclasses import asdict, replace
from typing import Any

from orders.api.promos.schemas import DiscountIn, PromotionPatch
from orders.promotions import PromotionTerms, Restriction, category_ids, product_ids, restriction_said

OF_THE_CODES = {"code", "max_uses", "count", "prefix", "length"}
RESTRICTING = {"is_restricted", "categories", "products"}


def terms_sent(body: DiscountIn, *, under: str = "") -> PromotionTerms:
    """Return the terms in a body, which may also describe codes; `under` is where the body holds them.

    Raises:
        Invalid: naming each category and product that does not exist; UnclearRestriction.
    """
    plain = body.model_dump(exclude=OF_THE_CODES | RESTRICTING)
    restriction = restriction_said(_restricting(body, under), pointer=under)
    return PromotionTerms(**{"name": "", **plain}, **asdict(restriction))


def changed_terms(present: PromotionTerms, body: PromotionPatch) -> PromotionTerms:
    """Return the present terms, changed where the body sends something.

    Raises:
        Invalid: naming each category and product that does not exist; UnclearRestriction.
    """
    changes = {name: value for name, value in body.changes().items() if name not in OF_THE_CODES}
    plain = {name: value for name, value in changes.items() if name not in RESTRICTING}
    was = Restriction(present.is_restricted, present.category_ids, present.product_ids)
    restriction = restriction_said(_restricting(body, ""), present=was)
    return replace(present, **plain, **asdict(restriction))


def _restricting(body: DiscountIn | PromotionPatch, under: str) -> dict[str, Any]:
    """Return those fields of a Restriction that were sent."""
    said: dict[str, Any] = {}
    if "is_restricted" in body.model_fields_set:
        said["is_restricted"] = body.is_restricted
    if "categories" in body.model_fields_set:
        said["category_ids"] = category_ids(body.categories, pointer=f"{under}/categories")
    if "products" in body.model_fields_set:
        said["product_ids"] = product_ids(body.products, pointer=f"{under}/products")
    return said
