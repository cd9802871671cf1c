"""Formats the lines of the log: one for each happening, without the secrets of mailed links.

What people send ends up in them: paths, addresses, the words of an error. So nothing that is written there
may begin a line, hide one or change what a terminal shows. This formatter is the one place that sees to it.
"""

import logging
import re

# Tokens of mailed links: with one, anybody may choose the account's password. A quote ends the value.
MAILED_LINK = re.compile(r'(/account/(?:confirm|email|password)/|/admin/password_reset/)[^\n"]+')
# C0, C1, line and paragraph separators, marks that turn the direction of writing, and halves of characters.
UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# A traceback has several lines: each of them says that it belongs to the one before.
CONTINUED = "  | "


class LineFormatter(logging.Formatter):
    """Writes one line for each record, and cuts the token off a mailed link."""

    def format(self, record: logging.LogRecord) -> str:
        # What the base class does, but for the message, which alone may hold what strangers wrote.
        record.message = one_line(record.getMessage())
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        lines = [self.formatMessage(record), *self._continued(record)]
        return MAILED_LINK.sub(r"\1…", "\n".join(lines))

    def _continued(self, record: logging.LogRecord) -> list[str]:
        told = [self.formatException(record.exc_info)] if record.exc_info else []
        if record.stack_info:
            told.append(self.formatStack(record.stack_info))
        return [CONTINUED + one_line(line) for text in told for line in text.split("\n")]


def one_line(text: str) -> str:
    """Write every character that a terminal or a reader of lines would not show as text as its number."""
    return UNWRITABLE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
