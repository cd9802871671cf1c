"""What a door that takes files answers, and how that is read from a page of the admin."""

from dataclasses import dataclass
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


class Page(HTMLParser):
    """What the page of a plan shows: the cells of its rows, each with its part in red, and its banners."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str]]] = []
        self.warnings: list[str] = []
        self.refusal = ""
        self._text: list[str] = []
        self._bad: list[str] = []
        self._is_bad = self._is_plan = False
        self._banner = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        classes = (dict(attributes).get("class") or "").split()
        if tag == "table":
            self._is_plan = bool({"bo-plan", "bo-parcels"}.intersection(classes))
        elif tag == "tr" and self._is_plan:
            self.rows.append([])
        elif tag == "td":
            self._text, self._bad = [], []
        elif tag == "span":
            self._is_bad = "bo-bad" in classes
        elif "bo-banner" in classes:
            self._banner = next((each for each in ("bo-bad", "bo-warn") if each in classes), "")
            self._text = []

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._is_bad:
            self._bad.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._is_bad = False
        elif tag == "td" and self._is_plan:
            self.rows[-1].append((one_line(self._text), one_line(self._bad)))
        elif tag in ("p", "div") and self._banner:
            text = one_line(self._text)
            if self._banner == "bo-warn":
                self.warnings.append(text)
            self.refusal = self.refusal or (text if self._banner == "bo-bad" else "")
            self._banner = ""

    def plan(self) -> tuple[Row, ...]:
        """Return the rows in the order of the file; what is wrong with one stands in its last cell."""
        rows = (Row(int(cells[0][0]), name_shown(cells[1][0]), cells[-1][1]) for cells in self.rows if cells)
        return tuple(sorted(rows, key=lambda row: row.number))


def one_line(parts: list[str]) -> str:
    return " ".join("".join(parts).split())


def name_shown(name: str) -> str:
    """Return what rows are compared by: one door shows the product's SKU, another what was typed."""
    return "" if name == "–" else identity_key(name)
