"""How the templates of all lists show what narrows them, their rows, and what can be done with several."""

from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR
from django.template import Context, Library

from backoffice.admin.bulk import BulkAction, bulk_actions
from backoffice.admin.filters import Chip, Field, address_with, chips_of, fields_of
from backoffice.admin.heads import has_checkboxes, heads_of, orders_of
from backoffice.admin.lists import VIEW, SavedViewsChangeList
from backoffice.admin.pager import Pager, pager_of
from backoffice.admin.rows import rows_of

register = Library()
# Of a list's address what has nothing to do with its filters.
BESIDE_FILTERS = (SEARCH_VAR, VIEW, ORDER_VAR)


@register.simple_tag
def chips(cl: SavedViewsChangeList) -> list[Chip]:
    return chips_of(cl)


@register.simple_tag
def filter_fields(cl: SavedViewsChangeList) -> list[Field]:
    return fields_of(cl)


@register.simple_tag
def beside_filters(cl: SavedViewsChangeList) -> list[tuple[str, list[str]]]:
    """Return the parameters that stay when the filters are chosen anew."""
    return [(name, values) for name, values in cl.filter_params.items() if name in (SEARCH_VAR, VIEW)]


@register.simple_tag
def sort_choices(cl: SavedViewsChangeList) -> list[tuple[str, str, bool]]:
    return orders_of(cl)


@register.simple_tag
def without_filters(cl: SavedViewsChangeList) -> str:
    return address_with(cl, lambda name: name in BESIDE_FILTERS)


@register.simple_tag
def without_search(cl: SavedViewsChangeList) -> str:
    return address_with(cl, lambda name: name != SEARCH_VAR)


@register.simple_tag
def pager(cl: SavedViewsChangeList) -> Pager:
    return pager_of(cl)


@register.simple_tag(takes_context=True)
def told_of_all(context: Context, cl: SavedViewsChangeList) -> str:
    told: str = cl.model_admin.told_of_all(cl, context["request"])
    return told


@register.simple_tag(takes_context=True)
def actions_of(context: Context, cl: SavedViewsChangeList) -> list[BulkAction]:
    form = context.get("action_form")
    return list(bulk_actions(cl, form.fields["action"].choices)) if form else []


@register.inclusion_tag("backoffice/rows.html", takes_context=True)
def rows(context: Context, cl: SavedViewsChangeList) -> dict[str, Any]:
    row_actions = context.get("actions_row") or ()
    return {
        "heads": list(heads_of(cl)),
        "has_checkboxes": has_checkboxes(cl),
        "rows": rows_of(cl, context["request"], row_actions),
        "has_sections": bool(cl.model_admin.list_sections),
        "has_menu": bool(row_actions),
        "columns": len(cl.list_display) + 1,
    }
