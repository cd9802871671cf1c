import pytest

from backoffice.shop.kinds import Unfit
from backoffice.shop.mail_texts import MOST_CHARACTERS, PARAGRAPHS, paragraphs

pytestmark = pytest.mark.once
VALUES = {"name": "Lena {number}", "number": "B-7", "placed_on": "30 November 2026", "shop": "Tea & Co"}


def test_a_text_becomes_paragraphs_with_what_each_name_stands_for() -> None:
    text = "Dear {name},\n\n  \nyour order {number}\nof {placed_on}.\n\nYours, {shop}"

    assert paragraphs(PARAGRAPHS.value(text), VALUES) == [
        # What a customer calls themselves is no text of the shop's.
        "Dear Lena {number},",
        "your order B-7\nof 30 November 2026.",
        "Yours, Tea & Co",
    ]
    assert paragraphs("", VALUES) == []


def test_names_from_right_to_left_turn_nothing_around_them() -> None:
    assert paragraphs("{name}: {number}", {**VALUES, "name": "علي"}) == ["\u2068علي\u2069: B-7"]


@pytest.mark.parametrize(
    "text",
    ["Merci 🫖 שלום", "", "100 % {name", "}{", "<b>Hi</b> & {{name}}", "a" * MOST_CHARACTERS],
)
def test_what_is_no_name_in_braces_stays_as_it_is(text: str) -> None:
    assert PARAGRAPHS.value(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Dear {firstname}",
            r"\{firstname\} stands for nothing. There are: \{name\}, \{number\}",
        ),
        ("{}", r"\{\} stands for nothing"),
        ("{name.__class__}", "stands for nothing"),
        ("{% include 'x' %}", "stands for nothing"),
        ("{ name }", "stands for nothing"),
        ("Hi\x00", r"control character U\+0000"),
        ("Hi \u202eevil", r"control character U\+202E"),
        ("a" * (MOST_CHARACTERS + 1), "At most 2000 characters; these are 2001"),
        ("\u200b\u200b", "shows nothing"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        PARAGRAPHS.value(text)


def test_line_ends_of_browsers_are_ours() -> None:
    assert PARAGRAPHS.value("  a\r\n\r\nb\rc ") == "a\n\nb\nc"
