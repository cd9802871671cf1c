"""Which order each line of a statement means, found for all lines with a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backoffice.text import identity_key
from orders.models import Order, PaymentClaim
from orders.payments.imports.numbers_in_text import Mentioned, mentioned_in
from orders.payments.statements import StatementLine

# So many values are asked for at once.
BATCH = 10_000
LARGEST_SERIAL = 2**63 - 1

type ClaimKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class NamedOrder:
    pk: int
    number: str
    due: Decimal


@dataclass(frozen=True, slots=True)
class Claimed:
    """A line of the bank that is booked already: with which amount, for which order."""

    amount: Decimal
    number: str


class Matches:
    """The orders and claims that the lines of a file can mean, read once."""

    def __init__(self, lines: Sequence[StatementLine]) -> None:
        self._mentioned = {line.row: mentioned_in(line.text) for line in lines}
        self._by_number = _orders(
            "number", {each for one in self._mentioned.values() for each in one.numbers}
        )
        self._by_serial = _orders("serial", self._serials_asked())
        self.keys = {line.row: key_of_line(line) for line in lines}
        self.claims = _claims(set(self.keys.values()))

    def of(self, line: StatementLine) -> list[NamedOrder]:
        """Return the orders that the line names: with the shop's letters, else by a bare number."""
        mentioned = self._mentioned[line.row]
        named = [self._by_number[each] for each in mentioned.numbers if each in self._by_number]
        bare = [self._by_serial[each] for each in mentioned.serials if each in self._by_serial]
        return list({each.pk: each for each in named or bare}.values())

    def _serials_asked(self) -> set[int]:
        return {each for one in self._mentioned.values() for each in _serials(one)}


def key_of_line(line: StatementLine) -> ClaimKey:
    return line.method, identity_key(line.provider), identity_key(line.reference)


def _serials(mentioned: Mentioned) -> Iterable[int]:
    return (each for each in mentioned.serials if each <= LARGEST_SERIAL)


def _orders[Key: (str, int)](field: str, keys: set[Key]) -> Mapping[Key, NamedOrder]:
    found: dict[Key, NamedOrder] = {}
    for batch in _batches(keys):
        rows = Order.objects.filter(**{f"{field}__in": batch}).order_by()
        for pk, number, due, key in rows.values_list("pk", "number", "due", field):
            found[key] = NamedOrder(pk, number, due)
    return found


def _claims(keys: set[ClaimKey]) -> Mapping[ClaimKey, Claimed]:
    found: dict[ClaimKey, Claimed] = {}
    for batch in _batches({reference for *_rest, reference in keys}):
        rows = PaymentClaim.objects.filter(reference__in=batch).order_by()
        read = ("method", "provider", "reference", "entry__paid_delta", "entry__order__number")
        for method, provider, reference, amount, number in rows.values_list(*read):
            found[method, provider, reference] = Claimed(amount, number)
    return found


def _batches[Key](keys: set[Key]) -> Iterable[list[Key]]:
    listed = sorted(keys)  # type: ignore[type-var]
    return (listed[begin : begin + BATCH] for begin in range(0, len(listed), BATCH))
