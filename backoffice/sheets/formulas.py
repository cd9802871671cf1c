"""Text that a spreadsheet would take for a formula: neutralised on the way out, restored on the way in."""

import re
from unicodedata import normalize

# The minus of typographers as well; others that look like one of these are so by NFKC.
MARKS = "=+-@\N{MINUS SIGN}"
# What spreadsheets pass over at the beginning of a cell, seen or unseen.
PASSED_OVER = re.compile(r"[\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]*")
BREAKS = ("\t", "\r", "\n")
# Workbooks cannot hold them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def neutralised(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def safe_text(text: str) -> str:
    """Fit for a cell of any file."""
    return neutralised(CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))


def restored(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Whether any spreadsheet might take it for one: marks of full width and behind blanks count as well."""
    if not text or (text[0].isascii() and text[0].isalnum()):
        return False
    first = text[PASSED_OVER.match(text).end() :][:1]  # type: ignore[union-attr]  # it matches nothing, too
    return text.startswith(BREAKS) or (first != "" and normalize("NFKC", first)[0] in MARKS)
