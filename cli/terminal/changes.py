"""A change that a verb makes: looked at, asked for, and done once per key."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from cli.terminal.console import proceed, say
from cli.terminal.idempotency import answer_kept, once_per_key
from cli.terminal.words import gettext as _


class _RolledBack(Exception):
    """Ends the transaction of a rehearsal."""


def rehearsed[T](run: Callable[[], T]) -> T:
    """Return what it would return; it runs in a transaction that is rolled back.

    Raises:
        what it would raise.
    """
    from backoffice.db.transactions import write_transaction

    answers: list[T] = []

    @write_transaction
    def rehearse() -> NoReturn:
        answers[:] = [run()]
        raise _RolledBack

    with suppress(_RolledBack):
        rehearse()
    return answers[0]


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """How a change is asked for. `operation` tells what is asked for, in full, to know a key's change again.

    With a `question` it is asked for on a terminal, after `say_plan` has said what would be done; a change
    that would be refused is refused before anybody is asked.
    """

    operation: str
    key: str | None = None
    dry_run: bool = False
    yes: bool = True
    question: str = ""
    say_plan: Callable[[], None] = lambda: None

    def made[T](self, run: Callable[[], T]) -> T:
        """Return what the change answers: of now, of the first time with this key, or of a rehearsal.

        Raises:
            typer.Exit: it was not agreed to.
            typer.BadParameter: nobody is there to ask.
            IdempotencyMismatch: the key was used for something else.
        """
        kept: T | None = answer_kept(self.key, self.operation)
        if kept is not None:
            return kept
        if self.dry_run:
            answer = rehearsed(run)
            self.say_plan()
            say(_("A dry run: nothing was changed."))
            return answer
        if self.question and not self.yes:
            rehearsed(run)
            self.say_plan()
            proceed(self.question, yes=False)
        return once_per_key(self.key, self.operation, run)
