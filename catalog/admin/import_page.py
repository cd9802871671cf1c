"""What the page of an import shows, whatever is imported: its file, its figures, its rows and a refusal."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest

from backoffice.errors import Refusal
from backoffice.sheets.plans import CannotUndo
from backoffice.sheets.remarks import remarks_kept
from catalog.models import ProductImport, StockImport

ROWS_PER_PAGE = 100
FAULTS_SHOWN = 10
# Values of the `show` parameter in the address, which a click on a card sets.
PROBLEMS, NEW, CHANGES, RIGHT = "problems", "new", "changes", "right"


@dataclass(frozen=True, slots=True)
class Figure:
    """How many rows of one kind there are; a click on its card shows them alone."""

    view: str
    title: str
    count: int
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Actions:
    """What can be done with the import, and where; `apply` and `undo` are the words of their buttons.

    Without `apply` nothing can be applied, and `nothing` says why; without `undo` there is nothing to undo.
    """

    may_act: bool
    choose_url: str
    apply_url: str
    undo_url: str
    rejects_url: str
    apply: str = ""
    applying: str = ""
    nothing: str = ""
    undo: str = ""
    undo_note: str = ""


class ImportPage:
    """One import as it is shown; each kind of import says its title, its figures and its rows."""

    template = ""

    def __init__(self, kept: StockImport | ProductImport, request: HttpRequest) -> None:
        self.is_planned = kept.state == "planned"
        self.request = request
        # The card that was clicked; "" shows all rows.
        self.shown = request.GET.get("show", "")
        self._import = kept

    def title(self) -> str:
        raise NotImplementedError

    def figures(self) -> list[Figure]:
        raise NotImplementedError

    def rows(self) -> Page[Any]:
        """Return one page of the rows that the chosen card counts."""
        raise NotImplementedError

    def actions(self) -> Actions:
        raise NotImplementedError

    def more(self, refusal: Refusal | None) -> dict[str, Any]:
        """Return the context that only this kind of import adds."""
        return {}

    def context(self, refusal: Refusal | None) -> dict[str, Any]:
        return {
            "title": self.title(),
            "object": self._import,
            "cards": [self._card(figure) for figure in self.figures()],
            "rows": self.rows(),
            "remarks": remarks_kept(self._import.remarks),
            "shown": self.shown,
            "is_planned": self.is_planned,
            "is_applied": self._import.state == "applied",
            "actions": self.actions(),
            **_told_of(refusal),
            **self.more(refusal),
        }

    def _card(self, figure: Figure) -> dict[str, Any]:
        """Describe a card: a click on it shows its rows alone, a second click shows all rows again."""
        is_current = self.shown == figure.view
        return {
            "title": figure.title,
            "value": f"{figure.count:,}",
            "value_tone": figure.tone,
            "href": "?" if is_current else f"?show={figure.view}",
            "is_current": is_current,
        }


def _told_of(refusal: Refusal | None) -> dict[str, Any]:
    faults = refusal.faults if refusal else ()
    return {
        "refusal": refusal,
        "cannot_undo": isinstance(refusal, CannotUndo),
        "faults": faults[:FAULTS_SHOWN],
        "more_faults": max(0, len(faults) - FAULTS_SHOWN),
    }


def tone_of_problems(count: int) -> str:
    return "bad" if count else ""
