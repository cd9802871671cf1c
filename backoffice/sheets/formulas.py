"""Text that a spreadsheet would take for a formula: neutralised on the way out, restored on the way in."""

import re
from unicodedata import normalize

# The typographic minus, too; NFKC turns other look-alikes into one of these.
MARKS = "=+-@\N{MINUS SIGN}"
# Spreadsheets pass over these at the beginning of a cell, whether they can be seen or not.
PASSED_OVER = re.compile(r"[\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]*")
BREAKS = ("\t", "\r", "\n")
# Characters that a workbook cannot hold.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def neutralised(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def safe_text(text: str) -> str:
    """Return the text in a form that is safe in a cell of any file; `restored` undoes it."""
    text = CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    # One that begins with an apostrophe of its own gets another: the first is taken off again.
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def restored(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula, also by a full-width mark or behind blanks."""
    if not text or (text[0].isascii() and text[0].isalnum()):
        return False
    first = text[PASSED_OVER.match(text).end() :][:1]  # type: ignore[union-attr]  # it matches nothing, too
    return text.startswith(BREAKS) or (first != "" and normalize("NFKC", first)[0] in MARKS)
