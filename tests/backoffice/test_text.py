"""Texts that look the same are the same; what nobody can see, or what steers a terminal, is not taken in."""

import pytest

from backoffice.text import (
    barcode_key,
    fault_of,
    has_wrong_check_digit,
    identity_key,
    with_control_shown,
    without_control,
)


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
        "mug\ufe0f-7é",
        "mug\u034f-7é",
        "mug\u3164-7é",
        "mug\u2010\u200d7é",
        "mug\u20117é",
        "mug\u20137é",
        "mug\u22127é",
        "mug-7é\x1b",
        "mug-7é\ud800",
    ],
)
def test_texts_that_look_alike_have_one_key(typed: str) -> None:
    assert identity_key(typed) == "mug-7é"


@pytest.mark.parametrize("typed", ["a  b", "a\u00a0b", "A\tb", " a\u2003b ", "a\u2800b", "a\x85b"])
def test_the_number_and_the_kind_of_blanks_do_not_matter(typed: str) -> None:
    assert identity_key(typed) == "a b"


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "\u200b", "\u00ad\ufeff", "\u3164", "\uffa0", "\u2800", "\U000e0041", "\x00", "\ud800"],
)
def test_a_text_that_shows_nothing_has_an_empty_key(typed: str) -> None:
    assert identity_key(typed) == ""


def test_a_key_is_its_own_key() -> None:
    keys = [identity_key(chr(number)) for number in range(0x30000)]
    assert [identity_key(key) for key in keys] == keys


@pytest.mark.parametrize(
    ("barcode", "key"),
    [
        ("012345678905", "00012345678905"),
        ("0012345678905", "00012345678905"),
        ("00012345678905", "00012345678905"),
        (" 4006381333931 ", "04006381333931"),
        ("\uff14\uff10\uff10\uff16381333931", "04006381333931"),
        ("96385074", "00000096385074"),
        ("12345678901", "12345678901"),
        ("X-12", "x-12"),
        ("", ""),
    ],
)
def test_a_gtin_is_the_same_with_the_zeros_that_longer_ones_have(barcode: str, key: str) -> None:
    assert barcode_key(barcode) == key


@pytest.mark.parametrize(
    "barcode", ["4006381333931", "012345678905", "96385074", "00012345678905", "X-12", ""]
)
def test_a_check_digit_that_fits_is_not_wrong(barcode: str) -> None:
    assert not has_wrong_check_digit(barcode)


@pytest.mark.parametrize("barcode", ["4006381333932", "012345678904", "96385075", "00012345678906"])
def test_a_check_digit_that_does_not_fit_is_wrong(barcode: str) -> None:
    assert has_wrong_check_digit(barcode)


def test_control_characters_are_shown_or_left_out() -> None:
    assert with_control_shown("a\x1b[2J\u202eb") == "a\ufffd[2J\ufffdb"
    assert without_control("a\x1b\tb\u202e\u2028c") == "a b c"


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
