"""What counts as an e-mail address, and how it is kept."""

import pytest

from backoffice.email_addresses import LONGEST, checked_email, normalised_email, readable_email
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
        ("ada@straße.de", "ada@xn--strae-oqa.de"),
        ("ada@STRASSE.de", "ada@strasse.de"),
        ("ada@XN--strae-OQA.de", "ada@xn--strae-oqa.de"),
        ("ada@KÖLN.example", "ada@xn--kln-sna.example"),
        ("ada@ko\u0308ln.example", "ada@xn--kln-sna.example"),
        ("ada@example\u3002com", "ada@example.com"),
        ("ada@ΒΌΛΟς.example", "ada@xn--nxasmm1c.example"),
        ("ada@ab--cd.example", "ada@ab--cd.example"),
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
        "ada\u200b@example.com",
        "ada@exam\u00adple.com",
        "\ufeffada@example.com",
        "ada@example.com\u202e",
        "ada@example.com\x1f",
        "ada@example.com\x85",
        "ada\u2028@example.com",
        '"ada"@example.com',
        "ﬁlip@example.com",
        "\u212aarl@example.com",
        "ada@\U0001f4a9.la",
        "ada@xn--a.com",
        "ada@exa_mple.köln.example",
    ],
)
def test_what_is_no_address_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_email(text)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/email", "email")]


@pytest.mark.parametrize(
    "typed", ["ada@straße.de", "ADA@STRAßE.DE", "ada@xn--strae-oqa.de", " ada@Straße.de "]
)
def test_however_a_domain_is_written_its_address_is_found(typed: str) -> None:
    assert normalised_email(typed) == "ada@xn--strae-oqa.de"


@pytest.mark.parametrize(
    "typed", ["ada\u200b@example.com", "ada@exam\u200bple.com", "ada@straße\u200b.de", "ada\x00"]
)
def test_what_no_address_may_have_finds_nobody(typed: str) -> None:
    assert normalised_email(typed) == typed.replace("\0", "\ufffd")


def test_the_beginning_of_an_address_finds_those_that_begin_so() -> None:
    assert normalised_email("Ada@Straße") == "ada@xn--strae-oqa"
    assert normalised_email("Ada") == "ada"


def test_an_address_is_shown_as_people_write_it() -> None:
    assert readable_email("ada@xn--strae-oqa.de") == "ada@straße.de"
    assert readable_email("ada@example.com") == "ada@example.com"
    assert readable_email("ada@xn--a.com") == "ada@xn--a.com"


def test_an_address_has_at_most_254_characters() -> None:
    assert len(checked_email(long_address(LONGEST))) == 254
    with pytest.raises(Invalid):
        checked_email(long_address(LONGEST + 1))
