"""Lines of the log, without what would let their readers in."""

import logging
import re

# Tokens follow: whoever has one may choose the password of its account.
MAILED_LINK = re.compile(r"(/account/(?:confirm|password)/|/admin/password_reset/)[^\n]+")


class LineFormatter(logging.Formatter):
    """Cuts each line, also of a traceback, where a link of a mail begins to differ from the next one."""

    def format(self, record: logging.LogRecord) -> str:
        return MAILED_LINK.sub(r"\1…", super().format(record))
