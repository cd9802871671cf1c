"""What counts as an e-mail address, and how it is kept."""

import pytest

from accounts.email_addresses import LONGEST, checked_email
from backoffice.errors import Invalid

pytestmark = pytest.mark.once

# A label has at most 63 characters.
DOMAIN = ".".join(["d" * 63] * 3)


def long_address(length: int) -> str:
    return f"{'a' * (length - len(DOMAIN) - 1)}@{DOMAIN}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada.Lovelace@Example.COM\n", "ada.lovelace@example.com"),
        ("o'hara+shop@sub.example.co.uk", "o'hara+shop@sub.example.co.uk"),
        ("ada@xn--strae-oqa.example", "ada@xn--strae-oqa.example"),
        ("ada@KÖLN.example", "ada@köln.example"),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
    ],
)
def test_an_address_is_trimmed_and_kept_in_small_letters(typed: str, kept: str) -> None:
    assert checked_email(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "a b@example.com",
        "ada@example.com, bob@example.com",
        "a\x00@example.com",
        "ada@example.com\r\nBcc: bob@example.com",
    ],
)
def test_what_is_no_address_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_email(text)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/email", "email")]


@pytest.mark.parametrize("typed", ["ada@straße.example", "ﬁlip@example.com", "ǆ\u0390@example.com"])
def test_a_letter_that_folding_would_turn_into_others_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="xn--"):
        checked_email(typed)


def test_an_address_has_at_most_254_characters() -> None:
    assert len(checked_email(long_address(LONGEST))) == 254
    with pytest.raises(Invalid):
        checked_email(long_address(LONGEST + 1))
