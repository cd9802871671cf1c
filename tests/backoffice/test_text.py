"""Texts that look the same are the same, however they were typed or pasted."""

import pytest

from backoffice.text import identity_key


@pytest.mark.parametrize(
    "typed",
    [
        "mug-7é",
        "MUG-7É",
        "  Mug-7é ",
        "mug-7e\u0301",
        "\uff4dug-7é",
        "mug\u200b-7é",
        "mu\u00adg-7é",
        "\ufeffmug-7é",
    ],
)
def test_texts_that_look_alike_have_one_key(typed: str) -> None:
    assert identity_key(typed) == "mug-7é"


@pytest.mark.parametrize("typed", ["a  b", "a\u00a0b", "A\tb", " a\u2003b "])
def test_the_number_and_the_kind_of_blanks_do_not_matter(typed: str) -> None:
    assert identity_key(typed) == "a b"


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "\u00ad\ufeff"])
def test_a_text_that_shows_nothing_has_an_empty_key(typed: str) -> None:
    assert identity_key(typed) == ""
