"""Reads and writes files for verbs: - is standard input or output, and no file is replaced unasked."""

import codecs
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, BinaryIO, Literal, NoReturn

import typer

from cli.terminal.console import is_terminal, say, wrong_use
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from tablib import Dataset

type Kind = Literal["csv", "xlsx"]

STANDARD = "-"
KINDS: tuple[Kind, ...] = ("csv", "xlsx")
# What a person who gave no --format means; other suffixes are no kind that is written here.
OF_SUFFIX: Mapping[str, Kind] = {".csv": "csv", ".txt": "csv", ".xlsx": "xlsx"}
# Whoever opens one of these expects what it says, whatever --format said.
OF_OTHERS = {".ods", ".xls", ".xlsm", ".xlsb", ".pdf", ".json", ".jsonl", ".html", ".zip", ".gz", ".numbers"}
MARK = codecs.BOM_UTF8

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to this file. Default: standard output."),
]
FileKind = Annotated[
    Literal["csv", "xlsx"] | None,
    typer.Option("--format", help="csv or xlsx. Default: as the file is named, else csv."),
]
Rejects = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the rows with problems to this CSV file.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there already.")]


def opened(file: str, *, most: int) -> BinaryIO:
    """Open a file, or standard input, of which little more than `most` bytes are read."""
    if file != STANDARD:
        return Path(file).open("rb")
    if sys.stdin.isatty():
        say(_("Reading standard input; Ctrl+D ends it."))
    return BytesIO(sys.stdin.buffer.read(most + 1))


def words_of(given: Sequence[str]) -> list[str]:
    """Return what was given, or for - each line of standard input."""
    if list(given) != [STANDARD]:
        return list(given)
    return [line for line in sys.stdin.read().splitlines() if line.strip()]


def name_of(file: str) -> str:
    return "standard input" if file == STANDARD else file


def refuse_rejects(path: Path | None, *, overwrite: bool) -> None:
    """Refuse a path for rejected rows that is there already, or is not named like CSV.

    Raises:
        Conflict, typer.BadParameter.
    """
    refuse_but_csv(path)
    refuse_to_replace(path, overwrite=overwrite)


def refuse_to_replace(path: Path | None, *, overwrite: bool) -> None:
    """Refuse a path that is there already; call it before the work is done.

    Raises:
        Conflict: the file is there already.
    """
    from backoffice.errors import Conflict

    if path is not None and not overwrite and str(path) != STANDARD and path.is_file():
        raise Conflict(
            _("%(path)s is there already. Name another file, or give --overwrite.") % {"path": path}
        )


def kind_of(output: Path | None, asked: Kind | None = None, *, known: Sequence[Kind] = KINDS) -> Kind:
    """Return the kind of file to write: the one asked for, else that of the name; without a suffix, CSV.

    Raises:
        typer.BadParameter: a name of a kind other than asked, or unknown; a workbook on a terminal.
    """
    suffix = "" if output is None or str(output) == STANDARD else output.suffix.casefold()
    named = OF_SUFFIX.get(suffix)
    is_unknown = bool(suffix) and named is None and (asked is None or suffix in OF_OTHERS)
    if is_unknown or (named is not None and named not in known):
        _refuse_kind(output, known)
    if asked and named and asked != named:
        facts = {"output": output, "asked": asked}
        wrong_use(_("%(output)s is named like another kind of file than --format %(asked)s.") % facts)
    kind: Kind = asked or named or "csv"
    if kind == "xlsx" and output is None and is_terminal():
        wrong_use(_("A workbook is nothing for a terminal: give --output FILE."))
    return kind


def _refuse_kind(output: Path | None, known: Sequence[Kind]) -> NoReturn:
    facts = {"output": output, "known": ", ".join(f".{kind}" for kind in known)}
    wrong_use(_("%(output)s cannot be written: files named like these can: %(known)s.") % facts)


def refuse_but_csv(path: Path | None) -> None:
    """Refuse a name of another kind of file, for what is only written as CSV. Raises typer.BadParameter."""
    kind_of(path, known=("csv",))


def write_table(path: Path | None, table: "Dataset", kind: Kind, *, said: str) -> None:
    """Write rows in which no text can be taken for a formula; `said` names them in the message."""
    from backoffice.sheets.exporting import CSVFile, XLSXFile

    content = (XLSXFile() if kind == "xlsx" else CSVFile()).export_data(table)
    write(path, content if isinstance(content, bytes) else content.encode(), kind)
    if path is not None and str(path) != STANDARD:
        say(_("%(said)s in %(path)s.") % {"said": said, "path": path})


def write(path: Path | None, content: bytes, kind: Kind) -> None:
    """Write the content whole or not at all."""
    with writing(path, kind) as file:
        file.write(content)


def holds(path: Path, content: bytes) -> bool:
    """Whether the file is as `write` would write it."""
    return path.is_file() and path.read_bytes().removeprefix(MARK) == content


@contextmanager
def writing(path: Path | None, kind: Kind) -> Iterator[IO[bytes]]:
    """Yield a file that replaces `path` when it is whole; until then readers find the one from before.

    A CSV file begins with the mark by which Excel knows UTF-8; what goes into a pipe does not.
    """
    if path is None or str(path) == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
    else:
        from backoffice.runtime.replacing import replacing

        with replacing(path) as part, part.open("wb") as file:
            if kind == "csv":
                file.write(MARK)
            yield file
            file.flush()


def write_rejects(path: Path, content: str) -> None:
    write(path, content.encode(), "csv")
    say(_("The rows with problems are in %(path)s: correct them and import that file.") % {"path": path})
