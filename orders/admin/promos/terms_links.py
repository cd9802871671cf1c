"""Terms of a promotion in the query of an address, so that a link can fill a form or share a result."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from orders.admin.promos.terms_form import EVERYTHING, NAMED_ALONE, PLAIN
from orders.models import Promotion
from orders.promotions import terms_of_promotion


def prefilled(form: type[forms.BaseForm], asked: QueryDict) -> dict[str, Any]:
    """Return the initial values that a link carries for a form that has not been sent yet."""
    fields = form.base_fields  # type: ignore[attr-defined]
    values = {name: field.widget.value_from_datadict(asked, {}, name) for name, field in fields.items()}
    known = {name: value for name, value in values.items() if value is not None and name in fields}
    # A link that names categories or products restricts the terms to them.
    names_some = any(known.get(name) for name in ("categories", "products"))
    return {"is_restricted": NAMED_ALONE} | known if names_some else known


def terms_in_query(promotion: Promotion, **more: Any) -> str:
    """Return the query from which `prefilled` reads a promotion's terms; the window is not in it."""
    terms = terms_of_promotion(promotion)
    asked = {name: _as_typed(getattr(terms, name)) for name in ("name", *PLAIN)}
    lists = {
        "is_restricted": NAMED_ALONE if terms.is_restricted else EVERYTHING,
        "categories": terms.category_ids,
        "products": terms.product_ids,
    }
    return urlencode(
        {**asked, **lists, **{name: _as_typed(value) for name, value in more.items()}}, doseq=True
    )


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)
