"""The security log: who came in, who was turned away, what was taken out, and by whom rights were changed.

One line of the logger `backoffice.security` for each happening, of the same fields in the same order. What
happened to an account is an entry of its history as well: `accounts.history.record` writes both.
"""

import json
import logging

from django.utils.translation import override

from accounts.actors import Actor
from backoffice.requests.addresses import current_address

logger = logging.getLogger("backoffice.security")

WARNINGS = frozenset(("refused", "limited", "replayed", "too_much_open"))


def write_line(
    happening: str, *, account: str, by: Actor, address: str | None = None, text: str = ""
) -> None:
    """Write a line, its values in quotes, so that none passes for a field; the formatter escapes the rest."""
    with override(None):
        # Written in English, whoever acts: programs read the log.
        name = str(by)
    fields = {
        # The fields that no stranger can write come first.
        "address": current_address.get() if address is None else address,
        "door": str(by.source),
        "by": name,
        "account": account,
        "detail": text,
    }
    told = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in fields.items())
    level = logging.WARNING if happening in WARNINGS else logging.INFO
    logger.log(level, "%s %s", happening, told)
