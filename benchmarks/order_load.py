"""Orders as they go over the wire, to our shop and to the plain one: the same baskets, buyers and code."""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.load import post

PRODUCTS = 50
LINES = 3
# A shop's orders come from many customers, each of whom has few open.
CUSTOMERS = 200
# The one that a flash sale has. Else each customer has one of many, so that few have the same at once.
CODE = "TENOFF"
CODES = tuple(f"TENOFF-{number}" for number in range(50))
PERCENT_OFF = 10
MOST_USES = 1_000_000
UNITS = 100_000
# Of what more want than there is.
SCARCE_SKU, FEW_UNITS = "LAST-10", 10
SCARCE_CODE, FEW_USES = "LAST-5", 5
ADDRESS = {"name": "Theo Jansen", "line1": "Seeweg 56", "city": "Köln", "country": "DE"}
# Everything is counted, but nobody who measures is refused.
LIMITS = {
    "API_RATE_PER_MINUTE": "100000000",
    "SHOP_MAX_OPEN_ORDERS": "1000000",
    "SHOP_MAX_OPEN_UNITS": "100000000",
    "SHOP_MAX_OPEN_VALUE": "1000000000",
    "TRUSTED_PROXIES": "127.0.0.1",
}


@dataclass(slots=True)
class Buyers:
    """Those who order at a shop, in turn; each order has a key of its own."""

    path: str
    tokens: Sequence[str]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def order(self, skus: Sequence[str], code: str | None = None) -> bytes:
        """By the next of them, with the code that is their own unless another is named."""
        number = next(self.numbers)
        buyer = number % len(self.tokens)
        body = {
            "lines": [{"sku": sku, "quantity": 1} for sku in skus],
            "promo_code": CODES[buyer % len(CODES)] if code is None else code,
            "shipping_address": ADDRESS,
        }
        return post(
            self.path,
            json.dumps(body).encode(),
            Authorization=f"Bearer {self.tokens[buyer]}",
            Idempotency_Key=f"bench-{number}",
        )

    def orders(self, count: int, choose: Callable[[Random], Sequence[str]]) -> list[bytes]:
        """Each of what was chosen by chance."""
        random = Random(next(self.numbers))
        return [self.order(choose(random)) for _ in range(count)]


def basket(skus: Sequence[str], lines: int = LINES) -> Callable[[Random], Sequence[str]]:
    """Chooses so many of them by chance."""
    return lambda random: random.sample(skus, lines)
