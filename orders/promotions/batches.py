"""Batches: promotions with many random codes that nobody can guess."""

import math
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import batched, islice

from django.db import IntegrityError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from backoffice.db.transactions import Collision, write_transaction
from backoffice.errors import Fault, Invalid
from backoffice.numbers import grouped
from orders.models import PromoCode, Promotion
from orders.models.promo import normalised_code
from orders.promotions.terms import (
    PromotionTerms,
    record,
    refuse_impossible,
    refuse_impossible_uses,
    write_terms,
)

# The alphabet lacks the look-alikes 0 O and 1 I L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BITS_PER_CHARACTER = math.log2(len(ALPHABET))
USUAL_LENGTH = 12
LONGEST_CODE = 40
MOST_CODES = 100_000
# Whatever a caller asks for, somebody who guesses must need at least this many tries for a hit.
TRIES_PER_HIT = 100_000
ASKED_AT_ONCE = 10_000
PREFIX = re.compile(r"[A-Z0-9_-]*\Z")

# Only bytes below the largest multiple of the alphabet's length are used, so that all characters are even.
_EVEN = 256 - 256 % len(ALPHABET)
_CHARACTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_DROPPED = bytes(range(_EVEN, 256))
_INSERTED = ("promotion_id", "code", "times_used", "max_uses", "is_paused", "created_at")


@dataclass(frozen=True, slots=True)
class CodeShape:
    """How generated codes look: `length` random characters after the prefix, 12 being 59 bits."""

    prefix: str = ""
    length: int = USUAL_LENGTH

    @property
    def possible(self) -> int:
        """Return how many different codes have this shape."""
        return int(len(ALPHABET) ** self.length)

    @property
    def bits(self) -> float:
        """Return how hard one code is to guess: the logarithm to base 2 of how many are possible."""
        return self.length * BITS_PER_CHARACTER


@write_transaction
def generate_batch(
    count: int, terms: PromotionTerms, *, by: Actor, shape: CodeShape = CodeShape(), max_uses: int | None = 1
) -> Promotion:
    """Create a promotion with `count` unique random codes, each for `max_uses` uses (None: no limit).

    Raises:
        Invalid: naming what cannot be, such as codes so short that somebody could guess one.
    """
    shape = replace(shape, prefix=normalised_code(shape.prefix))
    refuse_impossible_batch(count, terms, shape=shape, max_uses=max_uses)
    promotion = Promotion(is_batch=True)
    write_terms(promotion, terms)
    _insert(promotion, unused_codes(count, shape), max_uses)
    details = {"count": count, "prefix": shape.prefix, "bits": round(shape.bits, 1), "max_uses": max_uses}
    record(promotion, "generated", by, details)
    return promotion


def refuse_impossible_batch(
    count: int, terms: PromotionTerms, *, shape: CodeShape, max_uses: int | None
) -> None:
    """Refuse what `generate_batch` would refuse, for callers that show a plan first.

    Raises:
        Invalid.
    """
    refuse_impossible(terms)
    refuse_impossible_uses("max_uses", max_uses)
    shape = replace(shape, prefix=normalised_code(shape.prefix))
    if not 1 <= count <= MOST_CODES:
        most = {"most": grouped(MOST_CODES)}
        raise _invalid("count", _("Between 1 and %(most)s codes can be generated at once.") % most)
    if shape.length < 1 or len(shape.prefix) + shape.length > LONGEST_CODE:
        longest = {"longest": LONGEST_CODE}
        raise _invalid(
            "length", _("Prefix and random characters together are at most %(longest)s long.") % longest
        )
    if not PREFIX.match(shape.prefix):
        raise _invalid("prefix", _("A prefix has letters A–Z, digits, hyphens and underscores."))
    needed = math.ceil(math.log2(count * TRIES_PER_HIT) / BITS_PER_CHARACTER)
    if shape.length < needed:
        raise _too_easy_to_guess(count, needed)


def random_codes(shape: CodeShape) -> Iterator[str]:
    """Yield codes without end, from the operating system's randomness; two may be alike."""
    length = shape.length
    while True:
        characters = secrets.token_bytes(4096 * length).translate(_CHARACTERS, _DROPPED).decode("ascii")
        for start in range(0, len(characters) - length + 1, length):
            yield shape.prefix + characters[start : start + length]


def unused_codes(count: int, shape: CodeShape) -> list[str]:
    """Return `count` different random codes that do not exist yet."""
    codes: set[str] = set()
    source = random_codes(shape)
    while len(codes) < count:
        fresh = set(islice(source, count - len(codes)))
        for asked in batched(fresh, ASKED_AT_ONCE):
            fresh.difference_update(PromoCode.objects.filter(code__in=asked).values_list("code", flat=True))
        codes |= fresh
    return list(codes)


def _insert(promotion: Promotion, codes: list[str], max_uses: int | None) -> None:
    now = timezone.now()
    table, names = PromoCode._meta.db_table, ", ".join(_INSERTED)
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for code in codes:
                        copy.write_row((promotion.pk, code, 0, max_uses, False, now))
                return
            at = connection.ops.adapt_datetimefield_value(now)
            rows = [(promotion.pk, code, 0, max_uses, False, at) for code in codes]
            places = ", ".join(["%s"] * len(_INSERTED))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608
    except IntegrityError as error:
        # Somebody has just created one of these codes.
        raise Collision from error


def _too_easy_to_guess(count: int, needed: int) -> Invalid:
    told = ngettext(
        "%(count)s code needs at least %(needed)s random characters, or somebody guesses one.",
        "%(count)s codes need at least %(needed)s random characters, or somebody guesses one.",
        count,
    )
    return _invalid("length", told % {"count": grouped(count), "needed": needed})


def _invalid(field: str, detail: str) -> Invalid:
    return Invalid(detail, faults=[Fault(f"/{field}", "validation", detail)])
