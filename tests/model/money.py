"""What came in for an order in plain Python: sums, and what may still be taken back."""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.model.stock import refuse


@dataclass
class Entry:
    number: int
    paid: Decimal = Decimal()
    waived: Decimal = Decimal()


@dataclass
class Purse:
    """The money of one order; its worth is given to each step, for it changes with cancelled units."""

    paid: Decimal = Decimal()
    waived: Decimal = Decimal()
    # Those that were not reversed.
    live: list[Entry] = field(default_factory=list)

    def due(self, net: Decimal) -> Decimal:
        return net - self.paid - self.waived

    def pay(self, amount: Decimal) -> Entry:
        return self._moved(Entry(0, paid=amount))

    def pay_back(self, amount: Decimal, net: Decimal) -> Entry:
        refuse(amount > self.paid, "more_than_paid")
        refuse(amount > max(-self.due(net), Decimal()), "more_than_owed")
        return self._moved(Entry(0, paid=-amount))

    def write_off(self, net: Decimal) -> Entry:
        refuse(not self.due(net), "nothing_due")
        return self._moved(Entry(0, waived=self.due(net)))

    def allow(self, amount: Decimal, net: Decimal) -> None:
        refuse(amount > net, "more_than_remains")

    def reverse(self, entry: Entry) -> None:
        refuse(self.paid < entry.paid, "paid_back_since")
        self.paid -= entry.paid
        self.waived -= entry.waived
        self.live.remove(entry)

    def _moved(self, entry: Entry) -> Entry:
        self.paid += entry.paid
        self.waived += entry.waived
        self.live.append(entry)
        return entry
