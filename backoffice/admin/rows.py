"""The rows of a list as text: what is alike in all of them is found out once, not once for each cell.

Unfold renders several templates for a row, and looks up each column anew for each cell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import quote
from django.core.exceptions import FieldDoesNotExist
from django.db.models import DateField, ForeignKey, Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from unfold.templatetags.unfold_list import LINK_CLASSES, TABLE_ACTION_CELL_CLASSES, TABLE_CELL_CLASSES
from unfold.utils import display_for_field, display_for_value

from backoffice.admin.lists import SavedViewsChangeList

# Stands for a row's key in an address, and for its value in a checkbox, until they are filled in.
KEY = "KEY-OF-ROW"
CHECKBOX = "action_checkbox"


@dataclass(frozen=True, slots=True)
class RowAction:
    """One of Unfold's `actions_row`, with the address that it has for this row."""

    action: Mapping[str, Any]
    url: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """What an admin needs of a row to put a checkbox beside it."""

    pk: str


@dataclass(frozen=True, slots=True)
class Row:
    key: Any
    cells: SafeString
    # What is shown below the cells once the row is opened.
    section: SafeString
    menu: Sequence[RowAction]


@dataclass(frozen=True, slots=True)
class _Column:
    opening: str
    closing: str
    show: Callable[[Model], str]

    def cell(self, row: Model) -> str:
        return f"{self.opening}{self.show(row)}{self.closing}"


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
            cells=mark_safe("".join([column.cell(row) for column in columns])),  # noqa: S308
            section=_section(cl, request, row),
            menu=[RowAction(action, address.replace(KEY, key, 1)) for action, address in addresses],
        )


def _section(cl: SavedViewsChangeList, request: HttpRequest, row: Model) -> SafeString:
    sections = cl.model_admin.list_sections
    return mark_safe("".join([section(request, row).render() for section in sections]))  # noqa: S308


def _column(cl: SavedViewsChangeList, name: Any) -> _Column:
    if name == CHECKBOX:
        before, _, after = str(cl.model_admin.action_checkbox(Keyed(KEY))).partition(KEY)
        classes = " ".join(TABLE_ACTION_CELL_CLASSES)
        return _Column(f'<td class="{classes}">{before}', f"{after}</td>", lambda row: escape(row.pk))
    show, own_classes = _shown(cl, name)
    classes = " ".join((f"field-{_name_of(name)}", *TABLE_CELL_CLASSES, *own_classes))
    if name not in (cl.list_display_links or ()):
        return _Column(f'<td class="{classes}">', "</td>", show)
    tag = "th" if name == cl.list_display_links[0] else "td"
    return _Column(f'<{tag} class="{classes}">', f"</{tag}>", partial(_linked, _address_of_page(cl), show))


def _shown(cl: SavedViewsChangeList, name: Any) -> tuple[Callable[[Model], str], Sequence[str]]:
    """Return what gives a cell's content from its row, and the classes that all cells of the column have."""
    empty = cl.model_admin.get_empty_value_display()
    field = _field(cl, name)
    if field is None:
        method = name if callable(name) else getattr(cl.model_admin, name)
        empty = getattr(method, "empty_value_display", empty)
        classes = ["!text-end"] if getattr(method, "formatting", None) == "price" else []
        return lambda row: conditional_escape(display_for_value(method(row), empty)), classes
    if isinstance(field, ForeignKey):
        return lambda row: conditional_escape(getattr(row, name) or empty), ["nowrap"]
    classes = ["nowrap"] if isinstance(field, DateField) else []
    return lambda row: conditional_escape(display_for_field(getattr(row, name), field, empty)), classes


def _name_of(column: str | Callable[[Model], Any]) -> str:
    return column if isinstance(column, str) else column.__name__


def _field(cl: SavedViewsChangeList, name: Any) -> Any:
    try:
        return cl.lookup_opts.get_field(name)
    except FieldDoesNotExist:
        return None


def _linked(address: str, show: Callable[[Model], str], row: Model) -> str:
    classes = " ".join(LINK_CLASSES)
    return f'<a href="{address.replace(KEY, str(quote(row.pk)), 1)}" class="{classes}">{show(row)}</a>'


def _address_of_page(cl: SavedViewsChangeList) -> str:
    """Return the escaped address of a row's page, with the list that one comes from; KEY is the row's key."""
    page = _address(f"{cl.model_admin.admin_site.name}:{cl.opts.app_label}_{cl.opts.model_name}_change")
    return escape(add_preserved_filters({"preserved_filters": cl.preserved_filters, "opts": cl.opts}, page))


def _address(name: str) -> str:
    return reverse(name, args=[KEY])
