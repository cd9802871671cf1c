"""How the templates of all lists show their rows."""

from typing import Any

from django.template import Context, Library
from unfold.templatetags.unfold_list import result_headers

from backoffice.admin.lists import SavedViewsChangeList
from backoffice.admin.rows import rows_of

register = Library()


@register.inclusion_tag("backoffice/rows.html", takes_context=True)
def rows(context: Context, cl: SavedViewsChangeList) -> dict[str, Any]:
    headers = list(result_headers(cl))
    return {
        "cl": cl,
        "result_headers": headers,
        "num_sorted_fields": sum(1 for header in headers if header.get("sorted")),
        "rows": rows_of(cl, context["request"], context.get("actions_row") or ()),
        "has_sections": bool(cl.model_admin.list_sections),
    }
