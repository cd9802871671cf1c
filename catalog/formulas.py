"""Text that a spreadsheet would take for a formula: neutralised on the way out, restored on the way in."""

import re

STARTS = ("=", "+", "-", "@", "\t", "\r")
NEUTRALISED = re.compile(r"'[=+\-@\t\r]")
# Workbooks cannot hold them.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def neutralised(text: str) -> str:
    return f"'{text}" if text.startswith(STARTS) else text


def safe_text(text: str) -> str:
    """Fit for a cell of any file."""
    return neutralised(CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))


def restored(text: str) -> str:
    return text[1:] if NEUTRALISED.match(text) else text
