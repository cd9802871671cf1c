"""Text that a spreadsheet would take for a formula: neutralised on the way out, restored on the way in."""

import re

STARTS = ("=", "+", "-", "@", "\t", "\r")
NEUTRALISED = re.compile(r"'[=+\-@\t\r]")


def neutralised(text: str) -> str:
    return f"'{text}" if text.startswith(STARTS) else text


def restored(text: str) -> str:
    return text[1:] if NEUTRALISED.match(text) else text
