"""The columns of a file, however its header writes their names: “Max uses” is max_uses, “Qty” is quantity."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from unicodedata import category

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.money.currencies import SYMBOLS
from backoffice.sheets.cells import ERROR, CellKind
from backoffice.sheets.header_words import WORDS
from backoffice.sheets.limits import UnreadableFile
from backoffice.text import identity_key

# The header usually stands within so many rows; above it there may be a title.
HEADER_WITHIN = 10
SHOWN_COLUMNS = 20
SHOWN_NAME = 40


@lru_cache(maxsize=10_000)
def key_of(name: str) -> str:
    """Return what names are compared by: letters and digits alone, without regard to case."""
    if ERROR.match(name.strip()):
        return ""
    return "".join(character for character in identity_key(name) if character.isalnum())


# By their keys, the names of all columns of all files, in any of their words.
COLUMN_NAMES = frozenset(key_of(word) for name, words in WORDS.items() for word in (name, *words))


# What people add to the name of a column: the unit of its numbers, or whether cells may be empty.
UNITS = (
    *("units", "unit", "pcs", "pieces", "stk", "stück", "st", "pièces", "pces", "uds"),
    *("required", "optional", "mandatory", "pflichtfeld", "obligatoire", "facultatif"),
)


def _without_unit(name: str) -> str:
    units = "|".join(map(re.escape, (*UNITS, settings.SHOP_CURRENCY)))
    return re.sub(
        rf"(?:\s*[(\[]\s*|\s+in\s+|\s+en\s+|\s+)(?:{units})\.?\s*[)\]]?\s*\Z", "", name, flags=re.IGNORECASE
    )


@dataclass(frozen=True)
class Layout:
    """The columns that a kind of file may have, each with what its cells are, and those that it needs.

    `others` are known but not read, and nobody is told of them; `no_rows` is said of a file without rows.
    The header stands within `header_within` rows. A file that other systems write is `written_by_others`:
    its rows come however many cells they have, and of several columns with one meaning the one whose name
    comes first among the words is read, of several with that name the last.
    """

    kinds: Mapping[str, CellKind]
    needed: tuple[str, ...]
    no_rows: str | Promise
    others: tuple[str, ...] = ()
    needed_in_words: str | Promise = ""
    header_within: int = HEADER_WITHIN
    written_by_others: bool = False

    @cached_property
    def by_key(self) -> Mapping[str, str]:
        """The column that each name stands for, by the name's key; proper names come before usual words."""
        words = {key_of(word): name for name in self.kinds for word in WORDS.get(name, ())}
        known = {key_of(name): name for name in self.others}
        return words | known | {key_of(name): name for name in self.kinds}

    def columns_in(self, cells: Sequence[str]) -> set[str]:
        """Return the columns that these cells would name, were they the header."""
        return {name for cell in cells if (name := self.name_of(cell)) in self.kinds}

    def name_of(self, cell: str) -> str:
        """Return the column that a cell of the header means, "" for none."""
        if any(
            category(each) == "Sc" and each not in SYMBOLS.get(settings.SHOP_CURRENCY, "") for each in cell
        ):
            # Amounts in another currency are none of ours.
            return ""
        return self.by_key.get(key_of(cell)) or self.by_key.get(key_of(_without_unit(cell)), "")

    def preferred(self, name: str, places: Sequence[int], header: Sequence[str]) -> int:
        """Return the place whose name comes first among the column's words, of two alike the last."""
        keys = [key_of(word) for word in (name, *WORDS.get(name, ()))]

        def rank(place: int) -> tuple[int, int]:
            key = key_of(header[place])
            key = key if key in keys else key_of(_without_unit(header[place]))
            return keys.index(key), -place

        return min(places, key=rank)

    def words_of(self, name: str) -> set[str]:
        """Return what a column is called, in lower case."""
        return {each.casefold() for each in (name, *WORDS.get(name, ()))}

    def is_header(self, cells: Sequence[str]) -> bool:
        return self.columns_in(cells).issuperset(self.needed)


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of a file's columns, in its order, and the names of those that are not read."""

    places: Mapping[str, int]
    ignored: tuple[str, ...]


def columns_of(header: Sequence[str], layout: Layout, *, hidden: Collection[int] = ()) -> Columns:
    """Return what the header names. Of two columns with one meaning the one with the proper name is read.

    Raises:
        UnreadableFile: a needed column is not there, or one is there twice, or people see another one.
    """
    named = [layout.name_of(cell) for cell in header]
    places: dict[str, int] = {}
    for name in dict.fromkeys(named):
        if name in layout.kinds:
            found = [at for at, each in enumerate(named) if each == name]
            places[name] = (
                layout.preferred(name, found, header)
                if layout.written_by_others
                else _place_of(name, found, header, hidden)
            )
    if not set(layout.needed) <= set(places):
        raise UnreadableFile(
            _(
                "The first row must name the columns. Needed: %(needed)s; found: %(found)s. "
                "Name them so and try again."
            )
            % {
                "needed": str(layout.needed_in_words) or get_text_list(list(layout.needed), _("and")),
                "found": _names_in(header),
            }
        )
    read = set(places.values())
    ignored = [
        cell.strip()
        for at, cell in enumerate(header)
        if at not in read and named[at] not in layout.others and cell.strip()
    ]
    return Columns(dict(sorted(places.items(), key=lambda each: each[1])), tuple(ignored))


def _place_of(name: str, found: Sequence[int], header: Sequence[str], hidden: Collection[int]) -> int:
    proper = [place for place in found if key_of(header[place]) == key_of(name)]
    if len(proper) == 1 and (len(found) == 1 or proper[0] not in hidden):
        return proper[0]
    if len(found) == 1:
        return found[0]
    if len(proper) == len(found):
        raise UnreadableFile(
            _("The file has %(count)s columns named %(column)s. Keep one of them.")
            % {"count": len(found), "column": name}
        )
    raise UnreadableFile(
        _("The file has %(count)s columns that mean %(column)s: %(names)s. Keep one of them.")
        % {"count": len(found), "column": name, "names": _names_in([header[place] for place in found])}
    )


def _names_in(header: Sequence[str]) -> str:
    names = ", ".join(f'"{name.strip()[:SHOWN_NAME]}"' for name in header[:SHOWN_COLUMNS])
    if len(header) <= SHOWN_COLUMNS:
        return names or _("none")
    more = len(header) - SHOWN_COLUMNS
    return ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more) % {
        "names": names,
        "more": more,
    }
