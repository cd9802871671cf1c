"""The columns of a file, however its header writes their names: “Max uses” is max_uses."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.sheets.formulas import restored
from backoffice.sheets.limits import MAX_KEPT_CHARACTERS, UnreadableFile

SHOWN_COLUMNS = 20
SHOWN_NAME = 40


def key_of(name: object) -> str:
    """Return what names are compared by: neither case nor spaces nor underscores matter."""
    return "".join(str(name or "").split()).replace("_", "").casefold()


def named_columns(
    header: Sequence[object],
    columns: Collection[str],
    *,
    needed: Collection[str],
    aliases: Mapping[str, str] | None = None,
    needed_in_words: str = "",
) -> list[str]:
    """Return the header with `columns` by their proper names; `aliases` are further names for some.

    `needed_in_words` tells more of the needed ones in the refusal.

    Raises:
        UnreadableFile: a column is there twice, or a needed one is not there.
    """
    proper = {key_of(name): name for name in columns}
    proper |= {key_of(alias): name for alias, name in (aliases or {}).items()}
    named = [proper.get(key_of(name), str(name or "").strip()) for name in header]
    for column in columns:
        if named.count(column) > 1:
            raise UnreadableFile(
                _("The file has %(count)s columns named %(column)s. Keep one of them.")
                % {"count": named.count(column), "column": column}
            )
    if not set(needed) <= set(named):
        raise UnreadableFile(
            _(
                "The first row must name the columns. Needed: %(needed)s; found: %(found)s. "
                "Name them so and try again."
            )
            % {
                "needed": needed_in_words or get_text_list(list(needed), _("and")),
                "found": _names_in(header),
            }
        )
    return named


def places_of(named: Sequence[str], columns: Collection[str]) -> dict[str, int]:
    """Return the place of each column that the file has, in the order of the file."""
    return {name: place for place, name in enumerate(named) if name in columns}


def kept_cells(
    rows: Iterator[tuple[int, list[str]]], places: Sequence[int], *, most_rows: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield each row's number and its trimmed cells at these places, for callers that keep them in memory.

    Text that an export has neutralised is restored.

    Raises:
        UnreadableFile: while iterating, when there are more rows than `most_rows` or too much text.
    """
    kept = 0
    for count, (number, cells) in enumerate(rows, start=1):
        if count > most_rows:
            raise UnreadableFile(
                _("The file has more than %(most)s rows. Split it.") % {"most": f"{most_rows:,}"}
            )
        written = (cells[place].strip() if place < len(cells) else "" for place in places)
        texts = tuple(restored(text).strip() for text in written)
        kept += sum(map(len, texts))
        if kept > MAX_KEPT_CHARACTERS:
            raise UnreadableFile(_("The file holds too much text. Shorten its long cells, or split it."))
        yield number, texts


def _names_in(header: Sequence[object]) -> str:
    names = ", ".join(f'"{str(name or "").strip()[:SHOWN_NAME]}"' for name in header[:SHOWN_COLUMNS])
    if len(header) <= SHOWN_COLUMNS:
        return names or _("none")
    more = len(header) - SHOWN_COLUMNS
    return ngettext("%(names)s and %(more)s more", "%(names)s and %(more)s more", more) % {
        "names": names,
        "more": more,
    }
