"""What a door that takes files answers, and how that is read from a page of the admin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from backoffice.text import identity_key


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door says of a file: why it cannot be read, or its rows and what was noticed."""

    refused: str = ""
    rows: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def problems(self) -> dict[int, str]:
        return {row.number: row.problem for row in self.rows if row.problem}


@dataclass(slots=True)
class _Shown:
    """A row as the page shows it, with the sentences about it, each after the column that it names."""

    number: str = ""
    name: str = ""
    column: str = ""
    problems: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """What the page of a plan shows: its rows, each with what is wrong with it, and its banners."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[_Shown] = []
        self.warnings: list[str] = []
        self.refusal = ""
        self._text: list[str] = []
        self._is_plan = self._is_skipped = False
        self._cell = self._banner = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        classes = (given.get("class") or "").split()
        if tag == "table":
            self._is_plan = "bo-plan" in classes
        elif tag == "tbody" and self._is_plan:
            self.rows.append(_Shown())
        elif tag in ("td", "th") and self._is_plan and self.rows:
            self._text = []
            self._cell = _cell_of(tag, classes, given)
            if self._cell == "field":
                self.rows[-1].column = given.get("title") or ""
        # Icons, and what the file says in the cell, are no part of the sentence.
        elif self._cell == "problem" and tag == "span":
            self._is_skipped = True
        elif "bo-banner" in classes:
            self._banner = next((each for each in ("bo-bad", "bo-warn") if each in classes), "")
            self._text = []

    def handle_data(self, data: str) -> None:
        if not self._is_skipped:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._is_skipped = False
        elif tag in ("td", "th") and self._cell:
            self._keep(one_line(self._text))
        elif tag in ("p", "div") and self._banner:
            text = one_line(self._text)
            if self._banner == "bo-warn":
                self.warnings.append(text)
            self.refusal = self.refusal or (text if self._banner == "bo-bad" else "")
            self._banner = ""

    def _keep(self, text: str) -> None:
        row, cell, self._cell = self.rows[-1], self._cell, ""
        if cell == "number":
            row.number = text.removeprefix("Row ")
        elif cell == "name":
            row.name = text
        elif cell == "problem":
            row.problems.append(f"{row.column}: {text}" if row.column else text)

    def plan(self) -> tuple[Row, ...]:
        """Return the rows in the order of the file."""
        rows = [
            Row(int(each.number), name_shown(each.name), " ".join(each.problems))
            for each in self.rows
            if each.number
        ]
        return tuple(sorted(rows, key=lambda row: row.number))


def _cell_of(tag: str, classes: list[str], given: Mapping[str, str | None]) -> str:
    if tag == "th":
        return "name" if given.get("scope") == "row" else ""
    if "bo-problem" in classes:
        return "problem"
    if "rowspan" in given:
        return "number" if "bo-num" in classes else ""
    return "field" if not classes else ""


def one_line(parts: list[str]) -> str:
    return " ".join("".join(parts).split())


def name_shown(name: str) -> str:
    """Return what rows are compared by: one door shows the product's SKU, another what was typed."""
    return "" if name == "–" else identity_key(name)
