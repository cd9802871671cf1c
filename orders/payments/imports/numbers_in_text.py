"""The order numbers that a text mentions, however a customer has typed them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from backoffice.text import identity_key

# Between the letters and the digits: a hyphen, a blank, or nothing; “B-Nr.” is too much.
BETWEEN = r"[\s\-_/.:#]{0,3}"
# A number without its letters has as many digits as orders have, and stands alone.
BARE = re.compile(r"(?<![0-9A-Z.,])([0-9]{6,9})(?![0-9A-Z]|[.,][0-9])")
MOST_GROUPS = 4


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a text may mean: numbers with the shop's letters, and bare ones that may be one."""

    numbers: tuple[str, ...] = ()
    serials: tuple[int, ...] = ()


def mentioned_in(text: str) -> Mentioned:
    """Return the order numbers in the text: `b 100 042`, `B100042` and `B-100042` mean B-100042."""
    text = identity_key(text).upper()
    prefix = settings.SHOP_ORDER_PREFIX.upper()
    numbers: dict[str, None] = {}
    pattern = _prefixed(prefix)
    if pattern is not None:
        for found in pattern.finditer(text):
            numbers |= {f"{prefix}{digits}": None for digits in _digits_meant(found[1])}
    serials = dict.fromkeys(map(int, BARE.findall(text)))
    return Mentioned(tuple(numbers), tuple(serials))


@lru_cache(maxsize=8)
def _prefixed(prefix: str) -> re.Pattern[str] | None:
    letters = prefix.rstrip("-_/. ")
    if not letters:
        return None
    return re.compile(
        rf"(?<![0-9A-Z]){re.escape(letters)}{BETWEEN}([0-9]+(?: [0-9]+){{0,{MOST_GROUPS - 1}}})"
    )


def _digits_meant(text: str) -> list[str]:
    """Return what the groups of digits may mean: the first, the first two, and so on."""
    groups = text.split()
    return ["".join(groups[:count]).lstrip("0") or "0" for count in range(1, len(groups) + 1)]
