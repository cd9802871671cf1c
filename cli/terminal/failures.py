"""Prints a refusal or fault once: a sentence on standard error, and an exit code."""

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from cli.terminal import streams
from cli.terminal.console import REFUSED, say
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from backoffice.errors import Refusal

WRONG_USE = 2
OUR_FAULT = 70
# What a shell reports of any program whose reader has gone: 128 and the number of SIGPIPE.
READER_GONE = 141
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def told() -> Iterator[None]:
    """Turn what a verb raises into words and an exit code.

    Raises:
        typer.Exit: 1 refused by a rule, 2 wrongly configured, 70 a fault of ours, 141 nobody reads any more.
    """
    try:
        with streams.written():
            yield
    except BrokenPipeError as error:
        streams.abandon()
        raise typer.Exit(READER_GONE) from error
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except Exception as error:
        if (refusal := _as_refusal(error)) is not None:
            say_refusal(refusal)
            raise typer.Exit(REFUSED) from error
        code = _told_as_known(error)
        if code is None:
            if _is_wrong_use(error):
                raise
            traceback.print_exc(file=sys.stderr)
            say(_("This is a fault of shopctl, not of yours. Please report it with the lines above."))
            code = OUR_FAULT
        raise typer.Exit(code) from error


def _as_refusal(error: Exception) -> "Refusal | None":
    # Importing refusals loads Django, for which --help does not wait; if not loaded, none was raised.
    if "backoffice.errors" not in sys.modules:
        return None
    from backoffice.errors import Refusal

    return error if isinstance(error, Refusal) else None


def say_refusal(refusal: "Refusal") -> None:
    say(refusal.detail)
    says_the_same = len(refusal.faults) == 1 and refusal.faults[0].code == refusal.code
    for fault in () if says_the_same else refusal.faults:
        if fault.detail and fault.detail not in refusal.detail:
            where = fault.pointer.lstrip("/").replace("/", " ")
            say(f"  {where}: {fault.detail}" if where else f"  {fault.detail}")
    if hint := _hint(refusal.code):
        say(hint)


def _hint(code: str) -> str:
    """Return what to do in shopctl about a refusal with this code; "" where the refusal says it all."""
    match code:
        case "already_imported":
            return _("--again applies it once more.")
        case "cannot_undo":
            return _("--skip-invalid undoes the others.")
        case "plan_changed":
            return _("Run the import again to see the new plan.")
    return ""


def _is_wrong_use(error: Exception) -> bool:
    """Whether it is Typer's own exception of wrong use: only those carry an exit code."""
    return hasattr(error, "exit_code")


def _told_as_known(error: Exception) -> int | None:
    """Say what a person can mend, and return the exit code; None for what they cannot mend."""
    if isinstance(error, OSError) and error.errno in FULL:
        say(
            _("The output could not be written: %(reason)s. What is there of it is not complete.")
            % {"reason": error.strerror}
        )
        streams.abandon()
        return OUR_FAULT
    # Django is loaded only when a verb has loaded it.
    if "django.db" not in sys.modules:
        return _told_configuration(error)
    from django.db import DatabaseError, OperationalError

    from backoffice.runtime.outages import is_outage

    words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, DatabaseError) and _lacks_tables(words):
        say(_("The database has not been set up. Run: shopctl serve (or: python manage.py migrate)"))
        return REFUSED
    # A read-only server raises InternalError.
    if isinstance(error, OperationalError) or (isinstance(error, DatabaseError) and is_outage(error)):
        say(_("The database does not do what it should: %(words)s") % {"words": words})
        return OUR_FAULT
    return _told_configuration(error)


def _lacks_tables(words: str) -> bool:
    return "no such table" in words or ("relation" in words and "does not exist" in words)


def _told_configuration(error: Exception) -> int | None:
    if type(error).__name__ == "ImproperlyConfigured":
        say(_("Wrong configuration: %(error)s") % {"error": error})
        return WRONG_USE
    if isinstance(error, OSError) and error.filename is not None:
        say(f"{os.fspath(error.filename)}: {error.strerror}")
        return REFUSED
    return None
