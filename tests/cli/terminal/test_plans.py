"""Of what a file would change, twenty rows are shown: some problems and some changes."""

import pytest

from cli.terminal.console import Row
from cli.terminal.plans import ROWS_SHOWN, Sample, say_ignored, say_refused

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("problems", "changes", "shown"),
    [
        (0, 0, (0, 0)),
        (3, 4, (3, 4)),
        (20, 0, (20, 0)),
        (0, 20, (0, 20)),
        (500, 0, (20, 0)),
        (0, 500, (0, 20)),
        (500, 500, (10, 10)),
        (500, 3, (17, 3)),
        (3, 500, (3, 17)),
        (10, 10, (10, 10)),
        (11, 10, (10, 10)),
    ],
)
def test_there_is_room_for_both_whatever_there_is_more_of(
    problems: int, changes: int, shown: tuple[int, int]
) -> None:
    sample = Sample(problems, changes)

    assert (sample.problems_shown, sample.changes_shown) == shown
    assert sample.problems_shown + sample.changes_shown <= ROWS_SHOWN == 20


def shown(sample: Sample, rows: list[Row], capsys: pytest.CaptureFixture[str]) -> list[str]:
    sample.show(rows, [], as_table=False, in_words=lambda row: f"sets {row['units']}")
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_each_row_is_told_with_its_problem_or_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[Row] = [
        {"row": 2, "sku": "A", "problem": "The quantity is missing."},
        {"row": 3, "sku": "B", "problem": None, "units": 7},
    ]

    assert shown(Sample(1, 1), rows, capsys) == ["row 2: A The quantity is missing.", "row 3: B sets 7"]


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (Sample(21, 0), "1 more problem;"),
        (Sample(0, 22), "2 more changes;"),
        (Sample(12, 11), "2 more problems and 1 more change;"),
    ],
)
def test_what_is_not_shown_is_counted(sample: Sample, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    [line] = shown(sample, [], capsys)

    assert words in line
    assert "--dry-run" in line


def test_columns_that_are_not_used_are_named_and_none_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    say_ignored([])
    assert capsys.readouterr().err == ""
    say_ignored(["Colour", "Size"])
    assert "Colour, Size" in capsys.readouterr().err


def test_a_refusal_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    say_refused()

    said = capsys.readouterr().err
    assert "--skip-invalid" in said
    assert "--rejects" in said
