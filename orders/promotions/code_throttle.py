"""The limit that keeps promo codes from being guessed: customers may try ten in any minute."""

from accounts.models import User
from backoffice.requests.throttling import Limit, hit_all
from backoffice.runtime.caches import LocMemCache
from orders.models.promo import normalised_code

TRIES_PER_MINUTE = 10
MINUTE = 60
MOST_REMEMBERED = 10_000
# Each process remembers for itself: a code that is not known to be good is a try, no more.
good_codes = LocMemCache("good-codes", {"OPTIONS": {"MAX_ENTRIES": MOST_REMEMBERED}})


def limit_of_try(user: User, code: str) -> Limit | None:
    """Return the limit that trying this code counts against; None for one that was good just now."""
    if good_codes.get(_key(user, code)):
        return None
    return Limit(f"promo:{user.pk}", TRIES_PER_MINUTE, MINUTE)


def count_try(user: User, code: str) -> None:
    """Count a code that this user tries before it is looked up; one that was good just now is free.

    Raises:
        Throttled.
    """
    hit_all((), limit_of_try(user, code))


def remember_good(user: User, code: str) -> None:
    """Note that this code gave a discount: pricing the same basket again and again is no guessing."""
    good_codes.set(_key(user, code), True, MINUTE)


def _key(user: User, code: str) -> str:
    return f"promo-good:{user.pk}:{normalised_code(code).encode().hex()}"
