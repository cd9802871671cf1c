"""What nobody can see, and what steers a terminal or turns the direction of other texts, is not taken in."""

import pytest

from backoffice.typed import fault_of

NEVER = [
    "\x00",
    "\x08",
    "\x0b",
    "\x1b",
    "\x7f",
    "\x85",
    "\x9b",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\uffff",
]
LINE_BREAKS = ["\t", "\n", "\r", "\u2028", "\u2029"]
UNSEEN = ["\u200b", "\u00ad\u2060", "\u3164", "\ufeff", "\u2800"]


@pytest.mark.parametrize("character", NEVER)
def test_no_text_has_control_characters(character: str) -> None:
    told = f"Remove the control character U+{ord(character):04X}: it is character 4 of the text."
    assert fault_of(f"Tea{character}") == fault_of(f"Tea{character}", lines=True) == told


@pytest.mark.parametrize("character", LINE_BREAKS)
def test_only_a_text_with_lines_has_line_breaks_and_tabs(character: str) -> None:
    assert fault_of(f"a{character}b") is not None
    assert fault_of(f"a{character}b", lines=True) is None


@pytest.mark.parametrize("text", UNSEEN)
def test_a_text_that_shows_nothing_is_refused(text: str) -> None:
    told = "This text shows nothing: write something, or leave it empty."
    assert fault_of(text) == fault_of(text, lines=True) == told


def test_bytes_that_are_not_utf_8_are_refused_by_their_place() -> None:
    assert fault_of("K\udcf6ln") == "Character 2 of the text is not valid UTF-8: write it again."


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Ada",
        "Zo\u00eb",
        "\u0639\u0644\u064a",
        "\u0645\u06cc\u200c\u062e",
        "\U0001f469\u200d\U0001f680",
    ],
)
def test_every_script_and_what_joins_its_letters_is_taken(text: str) -> None:
    assert fault_of(text) is None
