"""Where in a list one is: `1–25 of 1,500`, and the pages before and after."""

from dataclasses import dataclass

from django.contrib.admin.views.main import PAGE_VAR

from backoffice.admin.lists import SavedViewsChangeList
from backoffice.numbers import grouped


@dataclass(frozen=True, slots=True)
class Pager:
    """`count` is capped: `10,000+`. The addresses are "" where the list ends."""

    first: str
    last: str
    count: str
    previous: str
    next: str
    page: int
    pages: int


def pager_of(cl: SavedViewsChangeList) -> Pager:
    before = (cl.page_num - 1) * cl.list_per_page
    pages = cl.paginator.num_pages
    return Pager(
        first=grouped(before + 1),
        last=grouped(before + len(cl.result_list)),
        count=str(cl.result_count),
        previous=_page(cl, cl.page_num - 1) if cl.page_num > 1 else "",
        next=_page(cl, cl.page_num + 1) if cl.page_num < pages else "",
        page=cl.page_num,
        pages=pages,
    )


def _page(cl: SavedViewsChangeList, number: int) -> str:
    return cl.get_query_string({PAGE_VAR: str(number)})
