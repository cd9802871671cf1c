"""The heads of a list's columns, and the links that sort by them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR
from unfold.templatetags.unfold_list import result_headers

from backoffice.admin.lists import SavedViewsChangeList
from backoffice.admin.rows import CHECKBOX

WAYS = (("", "↑"), ("-", "↓"))


@dataclass(frozen=True, slots=True)
class Head:
    """`url` sorts by the column, or the other way round; "" for one that lists cannot be sorted by.

    `direction` is what `aria-sort` says of the column that the list is sorted by, "" for every other.
    """

    text: str
    classes: str
    url: str
    direction: str


def heads_of(cl: SavedViewsChangeList) -> Iterator[Head]:
    """Yield the heads, without that of the checkboxes: a list is sorted by one column at a time."""
    for number, header in enumerate(result_headers(cl)):
        if cl.list_display[number] != CHECKBOX:
            yield _head(cl, number, header)


def orders_of(cl: SavedViewsChangeList) -> list[tuple[str, str, bool]]:
    """Return what a list can be sorted by without its heads, as on a phone: value, text, whether it is so."""
    asked = cl.params.get(ORDER_VAR, "")
    sortable = [
        (number, str(header["text"]))
        for number, header in enumerate(result_headers(cl))
        if header["sortable"]
    ]
    choices = [(f"{sign}{number}", f"{text} {arrow}") for number, text in sortable for sign, arrow in WAYS]
    return [(value, text, value == asked) for value, text in choices]


def has_checkboxes(cl: SavedViewsChangeList) -> bool:
    return CHECKBOX in cl.list_display


def _head(cl: SavedViewsChangeList, number: int, header: dict[str, Any]) -> Head:
    own = "bo-num" if header["formatting"] == "price" else ""
    is_first = header.get("sort_priority") == 1
    is_ascending = is_first and header["ascending"]
    direction = ("ascending" if is_ascending else "descending") if is_first else ""
    order = f"-{number}" if is_ascending else f"{number}"
    url = cl.get_query_string({ORDER_VAR: order}) if header["sortable"] else ""
    return Head(str(header["text"]), f"{header['class_attrib']} {own}".strip(), url, direction)
