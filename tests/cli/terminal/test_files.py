"""Files that verbs read and write: - is standard input or output, and no file is replaced unasked."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from openpyxl import load_workbook
from tablib import Dataset

from backoffice.errors import Conflict
from cli.terminal.files import (
    MARK,
    holds,
    kind_of,
    name_of,
    opened,
    refuse_but_csv,
    refuse_to_replace,
    words_of,
    write,
    write_rejects,
    write_table,
    writing,
)

pytestmark = pytest.mark.once

STANDARD = Path("-")


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """On a standard input that is no terminal."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))


def test_standard_input_is_read_a_little_further_than_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "0123456789")

    assert opened("-", most=4).read() == b"01234"
    assert (name_of("-"), name_of("a.csv")) == ("standard input", "a.csv")


def test_a_file_is_opened_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"sku\n")

    with opened(str(file), most=1) as read:
        assert read.read() == b"sku\n"
    with pytest.raises(FileNotFoundError):
        opened(str(tmp_path / "b.csv"), most=1)


def test_words_are_those_that_were_given_or_the_lines_of_standard_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed(monkeypatch, "B-1\n \nB-2\r\n")

    assert words_of(["A", "-"]) == ["A", "-"]
    assert words_of(["-"]) == ["B-1", "B-2"]
    assert words_of([]) == []


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    refuse_to_replace(file, overwrite=False)
    file.touch()

    with pytest.raises(Conflict, match="--overwrite"):
        refuse_to_replace(file, overwrite=False)
    refuse_to_replace(file, overwrite=True)
    for other in (None, STANDARD, Path("/dev/null")):
        refuse_to_replace(other, overwrite=False)


@pytest.mark.parametrize(
    ("output", "asked", "kind"),
    [
        (None, None, "csv"),
        (Path("a.csv"), None, "csv"),
        (Path("a.XLSX"), None, "xlsx"),
        (Path("a.txt"), None, "csv"),
        (Path("a"), None, "csv"),
        (Path("a"), "xlsx", "xlsx"),
        (Path("a.v2"), "csv", "csv"),
        (None, "xlsx", "xlsx"),
        (STANDARD, "xlsx", "xlsx"),
    ],
)
def test_the_kind_is_the_one_asked_for_or_that_of_the_name(
    output: Path | None, asked: str | None, kind: str
) -> None:
    assert kind_of(output, asked) == kind  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("output", "asked"),
    [
        ("a.ods", None),
        ("a.PDF", None),
        ("a.v2", None),
        ("a.ods", "csv"),
        ("a.xls", "xlsx"),
        ("a.csv", "xlsx"),
        ("a.xlsx", "csv"),
    ],
)
def test_no_file_is_written_that_is_not_what_its_name_says(output: str, asked: str | None) -> None:
    with pytest.raises(typer.BadParameter, match=output):
        kind_of(Path(output), asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_what_is_only_written_as_csv_is_named_like_it(name: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"these can: \.csv"):
        refuse_but_csv(Path(name))
    refuse_but_csv(Path("a.csv"))
    refuse_but_csv(None)


def test_no_workbook_is_written_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: True))

    with pytest.raises(typer.BadParameter):
        kind_of(None, "xlsx")
    assert kind_of(Path("a.xlsx"), None) == "xlsx"
    assert kind_of(None, None) == "csv"


def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"old")

    def break_off() -> None:
        with writing(file, "csv") as part:
            part.write(b"new")
            part.flush()
            assert file.read_bytes() == b"old"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert file.read_bytes() == b"old"
    write(file, b"new", "csv")
    assert file.read_bytes() == MARK + b"new"
    assert holds(file, b"new")
    assert not holds(file, b"old")
    assert list(tmp_path.iterdir()) == [file]


def test_a_device_is_written_to_and_not_replaced() -> None:
    write(Path("/dev/null"), b"gone", "csv")

    assert Path("/dev/null").is_char_device()


def test_standard_output_gets_the_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write(STANDARD, b"1", "csv")
    write(None, "ä\r\n".encode(), "csv")

    assert capfdbinary.readouterr().out == "1ä\r\n".encode()


def test_a_table_is_written_as_a_file_of_either_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Dataset(("Tea, green", 7), headers=("name", "units"))
    csv_file, workbook = tmp_path / "a.csv", tmp_path / "a.xlsx"

    write_table(csv_file, table, "csv", said="1 product")
    write_table(workbook, table, "xlsx", said="1 product")

    assert csv_file.read_bytes() == MARK + b'name,units\r\n"Tea, green",7\r\n'
    sheet = load_workbook(workbook).active
    assert sheet is not None
    assert list(sheet.iter_rows(values_only=True)) == [("name", "units"), ("Tea, green", 7)]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [f"1 product in {csv_file}.", f"1 product in {workbook}."]


def test_of_standard_output_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    write_table(STANDARD, Dataset((7,), headers=("units",)), "csv", said="1 product")

    assert capsys.readouterr() == ("units\r\n7\r\n", "")


def test_rejected_rows_are_written_and_it_is_said_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rejects(tmp_path / "bad.csv", "sku,problem\r\n")

    assert (tmp_path / "bad.csv").read_bytes() == MARK + b"sku,problem\r\n"
    assert str(tmp_path / "bad.csv") in capsys.readouterr().err
