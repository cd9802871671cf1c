"""Terms of a promotion as a part of an address: a link brings them to a form, a result can be handed on."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from orders.admin.promos.terms_form import EVERYTHING, NAMED_ALONE, PLAIN
from orders.models import Promotion
from orders.promotions import terms_of_promotion


def prefilled(form: type[forms.BaseForm], asked: QueryDict) -> dict[str, Any]:
    """What a link put into its address, for a form that is shown and not yet sent."""
    fields = form.base_fields  # type: ignore[attr-defined]
    values = {name: field.widget.value_from_datadict(asked, {}, name) for name, field in fields.items()}
    known = {name: value for name, value in values.items() if value is not None and name in fields}
    # A link that names something restricts to it.
    names_some = any(known.get(name) for name in ("categories", "products"))
    return {"is_restricted": NAMED_ALONE} | known if names_some else known


def terms_in_query(promotion: Promotion, **more: Any) -> str:
    """The query of an address from which `prefilled` gets a promotion's terms; the window is not in it."""
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
