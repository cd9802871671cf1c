"""The limit that keeps promo codes from being guessed: customers may try ten in any minute."""

from django.core.cache import cache

from accounts.models import User
from backoffice.requests.throttling import hit_in_any
from backoffice.runtime.outages import cache_errors
from orders.models.promo import normalised_code

TRIES_PER_MINUTE = 10
MINUTE = 60


def count_try(user: User, code: str) -> None:
    """Count a code that this user tries before it is looked up; one that was good just now is free.

    Raises:
        Throttled.
    """
    if not _was_good(user, code):
        hit_in_any(f"promo:{user.pk}", limit=TRIES_PER_MINUTE, window_seconds=MINUTE)


def remember_good(user: User, code: str) -> None:
    """Note that this code gave a discount: pricing the same basket again and again is no guessing."""
    try:
        cache.set(_key(user, code), True, MINUTE)
    except cache_errors():
        return


def _was_good(user: User, code: str) -> bool:
    try:
        return bool(cache.get(_key(user, code)))
    except cache_errors():
        return False


def _key(user: User, code: str) -> str:
    return f"promo-good:{user.pk}:{normalised_code(code).encode().hex()}"
