"""What the page of an import shows, whatever is imported: its file, its figures, its rows and a refusal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.admin.file_check import (
    PROBLEMS_FIRST,
    PROBLEMS_FIRST_AT_MOST,
    Actions,
    Figure,
    ShownRow,
)
from backoffice.admin.lists import CappedPaginator
from backoffice.dates import moment
from backoffice.db.search_words import cleaned
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from backoffice.sheets.plans import CannotUndo
from backoffice.sheets.remarks import remarks_kept
from catalog.models.file_import import FileImport

ROWS_PER_PAGE = 100
FAULTS_SHOWN = 10
# Values of the `show` parameter in the address, which a click on a card sets.
PROBLEMS, NEW, CHANGES, RIGHT = "problems", "new", "changes", "right"
HAS_PROBLEM = ~Q(problem_code="")


class ImportPage:
    """One import as it is shown; each kind of import says its figures and finds its rows."""

    template = "catalog/import_page.html"
    # What the page's select narrows the rows by, with the words for all of them.
    all_kinds: str | Promise = ""

    def __init__(self, kept: FileImport, request: HttpRequest) -> None:
        self.is_planned = kept.state == "planned"
        self.request = request
        # The card that was clicked; "" shows all rows.
        self.shown = request.GET.get("show", "")
        self.term = cleaned(request.GET.get("q", ""))
        self.kind = request.GET.get("kind", "")
        self._import = kept

    def figures(self) -> list[Figure]:
        raise NotImplementedError

    def how(self) -> Sequence[str]:
        """Return in words how the rows are matched and what they do."""
        raise NotImplementedError

    def kinds(self) -> Sequence[tuple[str, str]]:
        """Return what the select offers: values of the `kind` parameter with their words."""
        return ()

    def rows(self) -> QuerySet[Any]:
        """Return the rows that were searched for, of the kind that was chosen, in the order of the page."""
        raise NotImplementedError

    def in_view(self, rows: QuerySet[Any], view: str) -> QuerySet[Any]:
        """Return those of the rows that one card counts; all of them for ""."""
        raise NotImplementedError

    def in_words(self, rows: Iterable[Any]) -> list[ShownRow]:
        raise NotImplementedError

    def actions(self) -> Actions:
        raise NotImplementedError

    def more(self, refusal: Refusal | None) -> dict[str, Any]:
        """Return the context that only this kind of import adds."""
        return {}

    def context(self, refusal: Refusal | None) -> dict[str, Any]:
        return {
            "title": self._title(),
            "object": self._import,
            "file_name": self._import.file_name,
            "facts": [*self._facts()],
            "history": self._history(),
            "cards": [self._card(figure) for figure in self.figures()],
            "remarks": remarks_kept(self._import.remarks),
            "ignored_columns": self._import.ignored_columns,
            "problems": self._import.problems,
            "leave_out": _leave_out(self._import.problems),
            "is_planned": self.is_planned,
            "is_applied": self._import.state == "applied",
            "is_undone": self._import.state == "undone",
            "actions": self.actions(),
            "find_words": _("SKU or name"),
            "name_head": _("SKU"),
            "what_head": _("Product"),
            "refused_words": _("Nothing was changed."),
            "another_words": _("Import another file"),
            "filters": {"show": self.shown, "q": self.term, "kind": self.kind, "all_kinds": self.all_kinds},
            "kinds": [(value, title, value == self.kind) for value, title in self.kinds()],
            **self._rows_shown(),
            **_told_of(refusal),
            **self.more(refusal),
        }

    def _title(self) -> str:
        if self.is_planned:
            return _("Check before you apply")
        number = {"number": self._import.pk}
        if self._import.state == "undone":
            return _("Import %(number)s is undone") % number
        return _("Import %(number)s is done") % number

    def _facts(self) -> Iterator[str]:
        rows = self._import.rows_count
        yield ngettext("%(rows)s row", "%(rows)s rows", rows) % {"rows": grouped(rows)}
        yield from self.how()
        if self.is_planned:
            yield _("kept for 24 hours")

    def _history(self) -> list[str]:
        """Return who did what with it when, the last first; of one's own plan there is nothing to tell."""
        kept = self._import
        steps = [
            (_("Undone by %(by)s · %(at)s"), kept.undone_by, kept.undone_at),
            (_("Applied by %(by)s · %(at)s"), kept.applied_by, kept.applied_at),
        ]
        if self.is_planned and kept.created_by != self.request.user:
            steps = [(_("Looked at by %(by)s · %(at)s"), kept.created_by, kept.created_at)]
        return [words % {"by": by or _("System"), "at": moment(at)} for words, by, at in steps if at]

    def _rows_shown(self) -> dict[str, Any]:
        """Return a page of rows. Where all are shown, a few problems stand first on the first page."""
        found = self.rows()
        if self.shown:
            page = self._page(self.in_view(found, self.shown))
            return {"page": page, "first_problems": [], "rows": self.in_words(page)}
        problems = found.filter(HAS_PROBLEM)
        page = self._page(found.exclude(HAS_PROBLEM))
        count = problems.count() if page.number == 1 else 0
        shown = count if count <= PROBLEMS_FIRST_AT_MOST else PROBLEMS_FIRST
        return {
            "page": page,
            "first_problems": self.in_words(problems[:shown]) if shown else [],
            "more_problems": _more_problems(count - shown) if count > shown else "",
            "all_problems": grouped(count) if count else "",
            "rows": self.in_words(page),
        }

    def _page(self, rows: QuerySet[Any]) -> Page[Any]:
        return CappedPaginator(rows, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))

    def _card(self, figure: Figure) -> dict[str, Any]:
        """Describe a card: a click on it shows its rows alone, a second click shows all rows again."""
        card = {
            "title": figure.title,
            "value": figure.value,
            "value_tone": figure.value_tone,
            "note": figure.note,
        }
        if not figure.view:
            return card
        is_current = self.shown == figure.view
        return {**card, "href": "?" if is_current else f"?show={figure.view}", "is_current": is_current}


def _told_of(refusal: Refusal | None) -> dict[str, Any]:
    faults = refusal.faults if refusal else ()
    return {
        "refusal": refusal,
        "cannot_undo": isinstance(refusal, CannotUndo),
        "faults": faults[:FAULTS_SHOWN],
        "more_faults": max(0, len(faults) - FAULTS_SHOWN),
    }


def _more_problems(count: int) -> str:
    return ngettext("%(count)s more problem", "%(count)s more problems", count) % {"count": grouped(count)}


def _leave_out(count: int) -> str:
    words = ngettext("Leave out %(count)s problem", "Leave out %(count)s problems", count)
    return words % {"count": grouped(count)}


def tone_of_problems(count: int) -> str:
    return "bad" if count else ""


def problems_figure(count: int, *, is_planned: bool) -> Figure:
    if not count:
        note = _("every row can be applied") if is_planned else _("no row was left out")
    else:
        note = _("these rows cannot be applied") if is_planned else _("these rows were left out")
    return Figure(_("Problems"), grouped(count), note, tone_of_problems(count), PROBLEMS)
