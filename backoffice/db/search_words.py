"""What people search by, and what is kept of a row to be searched: folded alike, in Python.

The databases disagree on letters outside ASCII, so neither is asked to fold any.
"""

import re
from collections.abc import Iterable

from backoffice.text import identity_key

LONGEST_TERM = 100
MOST_WORDS = 10
# A text is part of an index of PostgreSQL, which holds 2,700 bytes.
LONGEST_TEXT = 600
SHORTEST_PHONE = 5
PHONE_MARK = "☎"

_AROUND_WORDS = ",;:\"'<>()[]{}\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a"
_PHONE = re.compile(r"\+?[0-9 ()/.\-]*")
_NUMBERS = re.compile(r"[0-9]{3,}")
# ITU-T E.164: codes that begin with 1 or 7 have one digit, these two, all others three.
_CODES_OF_ONE = ("1", "7")
_CODES_OF_TWO = frozenset(
    (
        *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47"),
        *("48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65"),
        *("66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"),
    )
)
# The shortest that a number with its country's code may be where nothing tells that it has one.
_SHORTEST_WITH_CODE = 11


def cleaned(term: str) -> str:
    """Return the term on one line, without blanks around it; "" if it shows nothing."""
    return " ".join(term.replace("\x00", "").split()) if identity_key(term) else ""


def is_findable(term: str) -> bool:
    """Whether anything could be called so: nothing kept is so long, or has so many words."""
    return len(term) <= LONGEST_TERM and 0 < len(words_of(term)) <= MOST_WORDS


def words_of(term: str) -> list[str]:
    """Return the words, folded, each once, without the quotes, brackets and commas around them."""
    words = identity_key(term.replace("\x00", "")).split()
    return list(dict.fromkeys(word.strip(_AROUND_WORDS) or word for word in words))


def squeezed(text: str) -> str:
    """Return the folded text without blanks, as codes are compared."""
    return identity_key(text).replace(" ", "")


def phone_keys(text: str) -> list[str]:
    """Return the digits of a telephone number as it is dialled at home, [] for what is none.

    `+49 (0)221 1234`, `0049 221 1234` and `0221-1234` have one key in common. Without + or 00 a number of
    eleven digits and more may begin with the country's code, and then has two keys.
    """
    written = identity_key(text)
    digits = re.sub(r"[^0-9]", "", written)
    if not digits or not _PHONE.fullmatch(written):
        return []
    if written.startswith(("+", "00")):
        return [_without_code(digits.lstrip("0"))]
    keys = [digits.lstrip("0")]
    if not digits.startswith("0") and len(digits) >= _SHORTEST_WITH_CODE:
        keys.append(_without_code(digits))
    return keys


def _without_code(digits: str) -> str:
    length = 1 if digits.startswith(_CODES_OF_ONE) else 2 if digits[:2] in _CODES_OF_TWO else 3
    return digits[length:].lstrip("0")


def search_text(texts: Iterable[str], *, codes: Iterable[str] = (), phones: Iterable[str] = ()) -> str:
    """Return what a row is searched by: texts, codes also without blanks, and phones marked at their end.

    Numbers within a text stand alone as well, for a number is not looked for amid longer ones.
    """
    folded = [identity_key(text) for text in texts]
    for code in codes:
        folded += dict.fromkeys((identity_key(code), squeezed(code)))
    numbers = [number for text in folded for number in _NUMBERS.findall(text)]
    keys = [f"{key}{PHONE_MARK}" for phone in phones for key in phone_keys(phone)]
    words = " ".join(filter(None, [*folded, *dict.fromkeys(numbers), *keys]))
    return f" {words[:LONGEST_TEXT]} " if words else ""


def marks_of_person(word: str) -> list[str]:
    """Return what the search text of a person holds, one of them at least, if they are meant by the word.

    A part of a name will do; a number must be there as a whole, or end a telephone number. Several words
    are looked for one by one, so together they can only be a telephone number.
    """
    phones = [f"{key}{PHONE_MARK}" for key in phone_keys(word) if len(key) >= SHORTEST_PHONE]
    if " " in word:
        return phones
    return [f" {word} " if word.isascii() and word.isdigit() else word, *phones]
