"""The texts of a workbook to which its cells refer by number."""

import re
from sys import getsizeof

from django.utils.translation import gettext_lazy

from backoffice.sheets.archive import Archive
from backoffice.sheets.limits import MAX_CELL, TimeBox, UnreadableFile
from backoffice.sheets.markup import Markup

# Empty texts, and what else may stand beside those that have something in them.
MAX_IDLE_ELEMENTS = 1_500_000
ELEMENTS_PER_TEXT = 4
MAX_STRINGS = 1_000_000
MAX_STRINGS_MEMORY = 130_000_000
TOO_MUCH_TEXT = gettext_lazy("The workbook holds too much text. Keep only the columns that are needed.")

ESCAPE = re.compile(r"_x(00[0-9A-Fa-f]{2})_")


def unescaped(text: str) -> str:
    """Return the characters that XML forbids, which workbooks write like _x000D_."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def shared_strings(archive: Archive, member: str, watch: TimeBox) -> list[str]:
    """Return the texts that cells refer to by number, without the readings of East Asian words.

    Raises:
        UnreadableFile.
    """
    strings = _SharedStrings()
    if member:
        read = 0
        for _step in watch.watched(strings.markup.reading(archive.chunks(member))):
            watch.end(texts=len(strings.texts) - read)
            read = len(strings.texts)
    return strings.texts


class _SharedStrings:
    """Collects the texts while their XML is fed to `markup`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.markup = Markup(self._start, self._end, self._text, most_elements=MAX_IDLE_ELEMENTS)
        self._parts: list[str] = []
        self._length = 0
        self._memory = 0
        self._is_text = False
        self._readings = 0

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "t":
            self._is_text = not self._readings
        elif name == "si":
            self._parts = []
            self._length = 0
        elif name == "rPh":
            self._readings += 1

    def _text(self, data: str) -> None:
        if self._is_text:
            self._parts.append(data)
            self._length += len(data)
            if self._length > MAX_CELL:
                raise UnreadableFile(TOO_MUCH_TEXT)

    def _end(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "si":
            self._keep(unescaped("".join(self._parts)))
        elif name == "rPh":
            self._readings -= 1

    def _keep(self, text: str) -> None:
        self.texts.append(text)
        self.markup.most_elements += ELEMENTS_PER_TEXT
        self._memory += getsizeof(text)
        if len(self.texts) > MAX_STRINGS or self._memory > MAX_STRINGS_MEMORY:
            raise UnreadableFile(TOO_MUCH_TEXT)
