"""Which texts the command line takes: no control characters, no bytes that are not UTF-8, nothing unseen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.terminal.console import wrong_use
from cli.terminal.values import printable
from cli.terminal.words import gettext as _

# Arguments that may have several lines, and those that name files, which have names of any kind.
WITH_LINES = {"text", "note"}
OF_FILES = {"file"}


def refuse_unprintable(argument: str) -> None:
    """Refuse an argument, before anything is made of it, that has what no text may have.

    A file's name is as it is: one that is there may be named.

    Raises:
        WrongUse.
    """
    shown = printable(argument)
    if shown != argument and not _names_a_file(argument):
        told = _("%(argument)s has control characters or is not UTF-8: write it again.")
        wrong_use(told % {"argument": shown})


def refuse_unclear(given: Mapping[str, Any]) -> None:
    """Refuse, once Django is loaded, line breaks where a text has none, and texts that show nothing.

    Raises:
        WrongUse.
    """
    from backoffice.text import fault_of

    for name, value in given.items():
        texts = value if isinstance(value, list | tuple) else [value]
        for text in texts if name not in OF_FILES else ():
            if isinstance(text, str) and (fault := fault_of(text, lines=name in WITH_LINES)):
                wrong_use(f"{name.strip('_').replace('_', '-')}: {fault}")


def _names_a_file(argument: str) -> bool:
    try:
        return Path(argument.partition("=")[2] if argument.startswith("-") else argument).exists()
    except (OSError, ValueError):
        # Too long for a name, or with a NUL in it.
        return False
