"""The vectors of RFC 4226, appendix D, and RFC 6238, appendix B, and what people type."""

from hashlib import sha1, sha256, sha512
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.second_factor.totp import address_of, as_text, hotp, step_at, step_of_code

pytestmark = pytest.mark.once
SECRET = b"12345678901234567890"
RFC_4226 = [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
]
RFC_6238 = [
    (59, "94287082", sha1),
    (59, "46119246", sha256),
    (59, "90693936", sha512),
    (1111111109, "07081804", sha1),
    (1111111109, "68084774", sha256),
    (1111111109, "25091201", sha512),
    (1111111111, "14050471", sha1),
    (1111111111, "67062674", sha256),
    (1111111111, "99943326", sha512),
    (1234567890, "89005924", sha1),
    (1234567890, "91819424", sha256),
    (1234567890, "93441116", sha512),
    (2000000000, "69279037", sha1),
    (2000000000, "90698825", sha256),
    (2000000000, "38618901", sha512),
    (20000000000, "65353130", sha1),
    (20000000000, "77737706", sha256),
    (20000000000, "47863826", sha512),
]


@pytest.mark.parametrize(("counter", "code"), list(enumerate(RFC_4226)))
def test_a_code_is_that_of_rfc_4226(counter: int, code: str) -> None:
    assert hotp(SECRET, counter) == code


@pytest.mark.parametrize(("seconds", "code", "digest"), RFC_6238)
def test_a_code_at_a_moment_is_that_of_rfc_6238(seconds: int, code: str, digest: Any) -> None:
    secret = (SECRET * 4)[: digest().digest_size]
    assert hotp(secret, step_at(seconds), digits=8, digest=digest) == code


@pytest.mark.parametrize(("ahead", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_one_step_before_or_behind(ahead: int, is_right: bool) -> None:
    now = 1_000_000
    found = step_of_code(SECRET, hotp(SECRET, step_at(now) + ahead), at=now)
    assert found == (step_at(now) + ahead if is_right else None)


def test_a_code_may_be_typed_in_groups() -> None:
    assert step_of_code(SECRET, " 287 082 ", at=59) == 1


@pytest.mark.parametrize(
    "typed",
    ["", "28708", "2870822", "\uff12\uff18\uff17\uff10\uff18\uff12", "28708²", "abcdef", "\0" * 6, "-87082"],
)
def test_what_is_no_code_is_wrong(typed: str) -> None:
    assert step_of_code(SECRET, typed, at=59) is None


def test_an_app_gets_the_secret_as_text_and_as_an_address() -> None:
    assert as_text(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    address = urlsplit(address_of(SECRET, issuer="Tea & Co", account="ana@example.com"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert address.path == "/Tea%20%26%20Co%3Aana@example.com"
    assert parse_qs(address.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["Tea & Co"],
    }
