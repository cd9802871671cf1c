"""Reads and writes files for verbs: - is standard input or output, and no file is replaced unasked."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from cli.terminal.console import is_terminal, say, wrong_use
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from tablib import Dataset

STANDARD = "-"

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


def kind_of(output: Path | None, asked: Literal["csv", "xlsx"] | None) -> Literal["csv", "xlsx"]:
    """Return the kind of file to write. Raises typer.BadParameter for a workbook on a terminal."""
    kind = asked or ("xlsx" if output and output.suffix.casefold() == ".xlsx" else "csv")
    if kind == "xlsx" and output is None and is_terminal():
        wrong_use(_("A workbook is nothing for a terminal: give --output FILE."))
    return kind


def write_table(path: Path | None, table: "Dataset", kind: Literal["csv", "xlsx"], *, said: str) -> None:
    """Write rows in which no text can be taken for a formula; `said` names them in the message."""
    from backoffice.sheets.exporting import CSVFile, XLSXFile

    content = (XLSXFile() if kind == "xlsx" else CSVFile()).export_data(table)
    write(path, content if isinstance(content, bytes) else content.encode())
    if path is not None and str(path) != STANDARD:
        say(_("%(said)s in %(path)s.") % {"said": said, "path": path})


def write(path: Path | None, content: bytes) -> None:
    """Write the content whole or not at all."""
    with writing(path) as file:
        file.write(content)


@contextmanager
def writing(path: Path | None) -> Iterator[IO[bytes]]:
    """Yield a file that replaces `path` when it is whole; until then readers find the one from before."""
    if path is None or str(path) == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
    else:
        from backoffice.runtime.replacing import replacing

        with replacing(path) as part, part.open("wb") as file:
            yield file
            file.flush()


def write_rejects(path: Path, content: str) -> None:
    write(path, content.encode())
    say(_("The rows with problems are in %(path)s: mend them and import that file.") % {"path": path})
