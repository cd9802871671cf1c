"""The catalogues of translations: `python -m tests.contract.catalogues [update | compile | check]`.

`update` writes what the sources say into each room's `locale/<language>/LC_MESSAGES/*.po`, keeping what is
translated; `compile` makes of them the `.mo` that are loaded; `check` lists what is wrong. Nothing but Python
is needed. A text that two rooms say is translated in the lower one; Unfold's own texts in `backoffice`.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import unfold
from babel.messages import Catalog, Message
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from backoffice import settings

HOUSE = Path(__file__).parents[2]
ROOMS = ("backoffice", "accounts", "catalog", "orders")
LANGUAGES = tuple(to_locale(code) for code, _name in settings.LANGUAGES if not code.startswith("en"))
UNFOLD = Path(unfold.__file__).parent
DOMAINS = ("django", "djangojs")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Catalogues change only when texts do.
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?\w+")
# What needs no full stop in one language needs none in the other.
ENDS = tuple(".:?!…")
# A comment for translators that begins so is about a date's format, whose full stops are its language's own.
LETTERS = "letters of a date"


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            for source in catalogue_files():
                source.with_suffix(".mo").write_bytes(compiled(source))
        case ["check"]:
            found = list(faults())
            sys.stdout.write("\n".join(found or ["The catalogues say all that the sources say."]) + "\n")
            return 1 if found else 0
        case _other:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


def update() -> None:
    """Bring the catalogues up to what the sources say."""
    for language in LANGUAGES:
        for domain in DOMAINS:
            files = {room: _file(room, language, domain) for room in ROOMS}
            kept = {room: read(file) for room, file in files.items() if file.exists()}
            for room, texts in texts_by_room(domain).items():
                if texts or room in kept:
                    files[room].parent.mkdir(parents=True, exist_ok=True)
                    files[room].write_bytes(_written(_updated(language, texts, kept, room)))


def _file(room: str, language: str, domain: str) -> Path:
    return HOUSE / room / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def _updated(language: str, texts: Catalog, kept: dict[str, Catalog], room: str) -> Catalog:
    """Return the texts of a room, translated as they were there, or in the room they have come from."""
    earlier = [kept[each] for each in (room, *ROOMS) if each in kept]
    renewed = _empty(language)
    for each in texts:
        if each.id:
            known = next((found for one in earlier if (found := one.get(each.id, each.context))), None)
            renewed.add(
                each.id,
                known.string if known else None,
                locations=[(place, 0) for place in sorted({place for place, _line in each.locations})],
                auto_comments=each.auto_comments,
                context=each.context,
            )
    return renewed


def texts_by_room(domain: str) -> dict[str, Catalog]:
    """Return what each room says in English, but for what a room below says as well."""
    below: set[tuple[object, str | None]] = set()
    found = {}
    for room in ROOMS:
        found[room] = _empty(None)
        for file in sources(room, domain):
            for line, said, comments, context in _texts(file):
                if (said, context) not in below:
                    place = [(_place(file), line)]
                    found[room].add(said, locations=place, auto_comments=comments, context=context)
        below |= {(each.id, each.context) for each in found[room]}
    return found


def sources(room: str, domain: str) -> Iterator[Path]:
    """Yield the files of a room that may say something: its own, and in the lowest one Unfold's."""
    suffixes = {".py", ".html", ".txt"} if domain == "django" else {".js"}
    roots = [HOUSE / room, UNFOLD] if (room, domain) == (ROOMS[0], "django") else [HOUSE / room]
    for root in roots:
        for file in sorted(root.rglob("*")):
            if file.suffix in suffixes and "migrations" not in file.relative_to(root).parts:
                yield file


def _texts(file: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    text = file.read_text(encoding="utf-8")
    if file.suffix in (".html", ".txt"):
        # What is left between the texts are rows of X, whose indentation means nothing to Python.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    extract = extract_javascript if file.suffix == ".js" else extract_python
    found = extract(BytesIO(text.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"})
    for line, keyword, said, comments in found:
        parts = list(said) if isinstance(said, tuple) else [said]
        name = str(keyword)
        context = str(parts.pop(0)) if "pgettext" in name else None
        wanted = parts[:2] if name.startswith("n") else parts[:1]
        if all(isinstance(part, str) and part for part in wanted):
            yield line, tuple(wanted) if len(wanted) == 2 else wanted[0], list(comments or ()), context


def _place(file: Path) -> str:
    return str(file.relative_to(UNFOLD.parent if file.is_relative_to(UNFOLD) else HOUSE))


def _empty(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        project="Backoffice",
        version="1",
        header_comment="#",
        creation_date=SOME_DAY,
        revision_date=SOME_DAY,
        last_translator="Backoffice",
        language_team="Backoffice",
        msgid_bugs_address="Backoffice",
        fuzzy=False,
    )


def read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        found: Catalog = read_po(opened, locale=file.parents[1].name)
    return found


def _written(catalogue: Catalog) -> bytes:
    stream = BytesIO()
    write_po(stream, catalogue, width=110, sort_output=True, include_lineno=False)
    return stream.getvalue()


def catalogue_files() -> list[Path]:
    return sorted(file for room in ROOMS for file in (HOUSE / room / "locale").glob("*/LC_MESSAGES/*.po"))


def compiled(source: Path) -> bytes:
    stream = BytesIO()
    catalogue = read(source)
    catalogue.creation_date = catalogue.revision_date = SOME_DAY
    write_mo(stream, catalogue)
    return stream.getvalue()


def faults() -> Iterator[str]:
    """Name every text without its translation, every translation that says another thing, and old files."""
    for domain in DOMAINS:
        for room, texts in texts_by_room(domain).items():
            for language in LANGUAGES:
                file = _file(room, language, domain)
                if texts or file.exists():
                    yield from _faults_of(file, texts)


def _faults_of(file: Path, texts: Catalog) -> Iterator[str]:
    name = file.relative_to(HOUSE)
    if not file.exists():
        yield f"{name} is missing: update"
        return
    kept = read(file)
    said, known = ({(each.id, each.context) for each in one if each.id} for one in (texts, kept))
    yield from (f"{name} lacks {text!r}: update" for text, _context in said - known)
    yield from (f"{name} has {text!r}, which nobody says: update" for text, _context in known - said)
    for each in kept:
        if each.id:
            yield from (f"{name}: {each.id!r} {fault}" for fault in faults_of(each))
    binary = file.with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != compiled(file):
        yield f"{binary.relative_to(HOUSE)} is not what {file.name} says: compile"


def faults_of(message: Message) -> Iterator[str]:
    """Say what is wrong with one translation."""
    forms = _forms(message.string)
    if not forms or not all(forms):
        yield "is not translated"
        return
    if message.fuzzy:
        yield "is marked as unsure"
    originals = _forms(message.id)
    allowed = {part for text in originals for part in PLACEHOLDER.findall(text)}
    is_sentence = not any(LETTERS in comment for comment in message.auto_comments)
    for text in forms:
        others = {*PLACEHOLDER.findall(text)}
        # `one unit` need not name the number.
        needed = set() if len(originals) > 1 and text == forms[0] else {*PLACEHOLDER.findall(originals[-1])}
        if others - allowed or needed - others:
            yield f"has other placeholders in {text!r}"
        if is_sentence and _edges(text) != _edges(originals[-1]):
            yield f"begins or ends otherwise in {text!r}"


def _forms(text: str | Iterable[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _edges(text: str) -> tuple[bool, bool, bool]:
    return text[:1].isspace(), text[-1:].isspace(), text.rstrip().endswith(ENDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
