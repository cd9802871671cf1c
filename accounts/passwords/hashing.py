"""Hashes passwords with Argon2id as OWASP advises, and never more than two at a time in one process.

A hash costs memory and a processor on purpose. Without a bound, strangers who sign in at once would take all
of both; those that find no turn within a second are told to come again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher
from django.utils.translation import gettext as _

from backoffice.errors import Throttled

AT_ONCE = 2
# Each that waits holds a thread that could answer something else: more are refused at once.
MOST_WAITING = 4
WAIT_SECONDS = 1.0
RETRY_AFTER_SECONDS = 2


class Crowded(Throttled):
    """All turns are taken. Nobody has guessed too often: the server is busy hashing."""


_turns = threading.BoundedSemaphore(AT_ONCE)
_waiting = threading.BoundedSemaphore(MOST_WAITING)
_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Hold one of the few turns within the block; a thread that has one already keeps it.

    Raises:
        Crowded: all are taken, and too many wait or it took too long.
    """
    if getattr(_mine, "has_turn", False):
        yield
        return
    if not _has_come():
        raise Crowded(
            _("Too many people sign in at this moment. Try again in a few seconds."),
            retry_after_seconds=RETRY_AFTER_SECONDS,
        )
    _mine.has_turn = True
    try:
        yield
    finally:
        _mine.has_turn = False
        _turns.release()


def _has_come() -> bool:
    if _turns.acquire(blocking=False):
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _turns.acquire(timeout=WAIT_SECONDS)
    finally:
        _waiting.release()


class Argon2id(Argon2PasswordHasher):
    """Argon2id with OWASP's parameters: 19 MiB, two passes, one lane. Sign-ins renew older hashes."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with turn():
            encoded: str = super().encode(password, salt)
        return encoded

    def verify(self, password: str, encoded: str) -> bool:
        with turn():
            is_right: bool = super().verify(password, encoded)
        return is_right


class PBKDF2(PBKDF2PasswordHasher):
    """Checks the hashes of accounts that come from elsewhere, until they sign in."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with turn():
            encoded: str = super().encode(password, salt, iterations)
        return encoded
