"""Reads XML within limits: how deep, how many elements and names, which names, how long between two marks.

The parser itself keeps every name that it meets and everything up to the end of a mark.
"""

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.sheets.archive import DAMAGED
from backoffice.sheets.limits import UnreadableFile

MAX_DEPTH = 16
MAX_ATTRIBUTES = 100
MAX_NAMES = 1_000
MAX_NAME = 255
MAX_MARK = 1 << 18
TOO_MANY = gettext_lazy(
    "The workbook holds far more empty cells, rows or formats than filled cells. "
    "Copy the filled cells into a new workbook, or save it as CSV."
)

type Start = Callable[[str, dict[str, str]], None]
type End = Callable[[str], None]
type Text = Callable[[str], None]


class Markup:
    """Hands over elements by their local names, since each program chooses its own prefixes.

    `most_elements` may be raised while reading, as by a sheet for each cell that has something in it.
    `damaged` and `too_many` are said of a file that is no workbook.
    """

    def __init__(
        self,
        start: Start,
        end: End | None = None,
        text: Text | None = None,
        *,
        most_elements: int,
        damaged: Promise = DAMAGED,
        too_many: Promise = TOO_MANY,
    ) -> None:
        self.most_elements = most_elements
        self._damaged, self._too_many = damaged, too_many
        self._start, self._end = start, end
        self._depth = self._elements = self._fed = 0
        self._local_names: dict[str, str] = {}
        self._attribute_names: set[str] = set()
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close if end else self._close_unheard
        parser.CharacterDataHandler = text
        # A document type is refused, for it can define entities of its own.
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse

    def read(self, chunks: Iterable[bytes]) -> None:
        """Parse all chunks, and hand over what is met in them. Raises UnreadableFile."""
        for _ in self.reading(chunks):
            pass

    def reading(self, chunks: Iterable[bytes]) -> Iterator[None]:
        """Parse a chunk at each step, and hand over what is met in it.

        Raises:
            UnreadableFile.
        """
        try:
            for chunk in chunks:
                self._fed += len(chunk)
                self._parser.Parse(chunk)
                if self._fed - self._parser.CurrentByteIndex > MAX_MARK:
                    self._refuse()
                yield
            self._parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            # LookupError: an encoding that nobody knows, or an attribute that must be there.
            raise UnreadableFile(self._damaged) from error
        yield

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or len(attributes) > MAX_ATTRIBUTES:
            self._refuse()
        if self._elements > self.most_elements:
            raise UnreadableFile(self._too_many)
        if not self._attribute_names.issuperset(attributes):
            self._attribute_names.update(attributes)
            self._refuse_flood(len(self._attribute_names), attributes)
        local = self._local_names.get(name) or self._named(name)
        self._start(local, attributes)

    def _named(self, name: str) -> str:
        local = self._local_names[name] = name.rpartition(":")[2]
        self._refuse_flood(len(self._local_names), [name])
        return local

    def _close(self, name: str) -> None:
        self._depth -= 1
        assert self._end is not None
        self._end(self._local_names[name])

    def _close_unheard(self, _: str) -> None:
        self._depth -= 1

    def _refuse_flood(self, known: int, new: Iterable[str]) -> None:
        if known > MAX_NAMES or any(len(name) > MAX_NAME for name in new):
            self._refuse()

    def _refuse(self, *_: object) -> None:
        raise UnreadableFile(self._damaged)
