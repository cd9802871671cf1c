"""What was noticed about a file is kept as code and facts, and is said where it is shown."""

import json

import pytest

from backoffice.sheets.remarks import Remark, kept_remarks, remark_naming, remarks_as_data, remarks_kept

pytestmark = pytest.mark.once


def test_remarks_are_kept_without_their_sentences_and_come_back() -> None:
    remarks = (Remark("header_below", {"row": 3}), Remark("read_as_windows_1252"))

    kept = json.dumps(kept_remarks(remarks))

    assert "check the accents" not in kept
    assert remarks_kept(json.loads(kept)) == remarks


def test_of_many_things_ten_are_named() -> None:
    skus = [f"S-{number:02}" for number in range(12)]

    remark = remark_naming("archived_products", skus)

    assert remark.in_words == (
        "These products are archived: S-00, S-01, S-02, S-03, S-04, S-05, S-06, S-07, S-08, S-09 and 2 more. "
        "Their stock is changed, but they cannot be ordered."
    )


def test_programs_are_told_the_code_the_facts_and_the_sentence() -> None:
    assert remarks_as_data([remark_naming("hidden_rows", [4])]) == [
        {
            "code": "hidden_rows",
            "facts": {"names": [4], "count": 1},
            "detail": "This row is hidden in the sheet and is read all the same: 4.",
        }
    ]
