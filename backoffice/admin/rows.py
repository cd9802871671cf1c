"""The rows of a list as text: what is alike in all of them is found out once, not once for each cell.

Unfold renders several templates for a row, and looks up each column anew for each cell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import label_for_field, quote
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, ForeignKey, Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.utils import display_for_field, display_for_value

from backoffice.admin.cells import NOTHING
from backoffice.admin.lists import SavedViewsChangeList

# Stands for a row's key in an address until it is filled in.
KEY = "KEY-OF-ROW"
CHECKBOX = "action_checkbox"


@dataclass(frozen=True, slots=True)
class RowAction:
    """One of Unfold's `actions_row`, with the address that it has for this row."""

    action: Mapping[str, Any]
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    key: Any
    name: str
    cells: SafeString
    # What is shown below the cells once the row is opened.
    section: SafeString
    menu: Sequence[RowAction]


@dataclass(frozen=True, slots=True)
class _Column:
    opening: str
    closing: str
    show: Callable[[Model], str]
    # Of a note that says nothing: a phone has no room for it.
    opening_of_nothing: str

    def cell(self, row: Model) -> str:
        shown = self.show(row)
        return f"{self.opening_of_nothing if shown == NOTHING else self.opening}{shown}{self.closing}"


def rows_of(
    cl: SavedViewsChangeList, request: HttpRequest, actions: Sequence[Mapping[str, Any]]
) -> Iterator[Row]:
    """Yield the rows of a list whose columns are fields, or methods of its admin that return what is shown.

    Unfold's own kinds of columns (labels, headers, dropdowns, icons) and lists that are edited in place are
    not known here: each of them costs a template a cell.
    """
    columns = [_column(cl, name) for name in cl.list_display]
    addresses = [(action, _address(action["raw_path"])) for action in actions]
    for row in cl.result_list:
        key = str(quote(row.pk))
        yield Row(
            key=row.pk,
            name=str(row),
            cells=mark_safe("".join([column.cell(row) for column in columns])),  # noqa: S308
            section=_section(cl, request, row),
            menu=[RowAction(action, address.replace(KEY, key, 1)) for action, address in addresses],
        )


def _section(cl: SavedViewsChangeList, request: HttpRequest, row: Model) -> SafeString:
    sections = cl.model_admin.list_sections
    return mark_safe("".join([section(request, row).render() for section in sections]))  # noqa: S308


def _column(cl: SavedViewsChangeList, name: Any) -> _Column:
    if name == CHECKBOX:
        opening = '<td class="bo-check">'
        return _Column(opening, "</td>", _checkbox, opening)
    show, own_classes = _shown(cl, name)
    attributes = _attributes(cl, name, own_classes)
    is_linked = name in (cl.list_display_links or ())
    tag = 'th scope="row"' if is_linked and name == cl.list_display_links[0] else "td"
    opening = f"<{tag}{attributes}>"
    shown = partial(_linked, _address_of_page(cl), show) if is_linked else show
    return _Column(opening, f"</{tag[:2]}>", shown, opening.replace(" bo-at-note", "", 1))


def _checkbox(row: Model) -> str:
    says = escape(_("Select %(row)s") % {"row": row})
    return (
        f'<label><input type="checkbox" class="action-select" name="{ACTION_CHECKBOX_NAME}" '
        f'value="{escape(row.pk)}" aria-label="{says}"></label>'
    )


def _attributes(cl: SavedViewsChangeList, name: Any, own_classes: Sequence[str]) -> str:
    """Return what all cells of a column have in common: their classes, and where they stand on a phone."""
    column = _name_of(name)
    place = cl.model_admin.on_card.get(column, "")
    places = [f"bo-at-{place.partition(' ')[0]}"] if place else []
    title = f' data-title="{escape(title_of(cl, name))}"' if place.endswith(" titled") else ""
    return f' class="{" ".join((f"field-{column}", *places, *own_classes))}"{title}'


def title_of(cl: SavedViewsChangeList, name: Any) -> str:
    """Return the head of a column."""
    return capfirst(str(label_for_field(name, cl.model, model_admin=cl.model_admin)))


def _shown(cl: SavedViewsChangeList, name: Any) -> tuple[Callable[[Model], str], Sequence[str]]:
    """Return what gives a cell's content from its row, and the classes that all cells of the column have."""
    empty = cl.model_admin.get_empty_value_display()
    field = _field(cl, name)
    if field is None:
        method = name if callable(name) else getattr(cl.model_admin, name)
        empty = getattr(method, "empty_value_display", empty)
        classes = ["bo-num"] if is_number(method) else []
        return lambda row: conditional_escape(display_for_value(method(row), empty)), classes
    if isinstance(field, ForeignKey):
        return lambda row: conditional_escape(getattr(row, name) or empty), ["bo-nowrap"]
    classes = ["bo-nowrap"] if isinstance(field, DateField) else []
    return lambda row: conditional_escape(display_for_field(getattr(row, name), field, empty)), classes


def is_number(method: Any) -> bool:
    """Tell whether a column's numbers stand below each other, at its right edge."""
    return getattr(method, "formatting", None) == "price"


def _name_of(column: str | Callable[[Model], Any]) -> str:
    return column if isinstance(column, str) else column.__name__


def _field(cl: SavedViewsChangeList, name: Any) -> Any:
    try:
        return cl.lookup_opts.get_field(name)
    except FieldDoesNotExist:
        return None


def _linked(address: str, show: Callable[[Model], str], row: Model) -> str:
    return f'<a href="{address.replace(KEY, str(quote(row.pk)), 1)}">{show(row)}</a>'


def _address_of_page(cl: SavedViewsChangeList) -> str:
    """Return the escaped address of a row's page, with the list that one comes from; KEY is the row's key."""
    page = _address(f"{cl.model_admin.admin_site.name}:{cl.opts.app_label}_{cl.opts.model_name}_change")
    return escape(add_preserved_filters({"preserved_filters": cl.preserved_filters, "opts": cl.opts}, page))


def _address(name: str) -> str:
    return reverse(name, args=[KEY])
