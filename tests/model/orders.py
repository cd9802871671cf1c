"""Orders and promo codes in plain Python, on the plain stock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.model.stock import Refused, Stock, refuse

MAY_SHIP = ("pending", "partially_shipped")
MAY_UNDO = ("partially_shipped", "shipped")
MAY_DELIVER = ("partially_shipped", "shipped")
MAY_CANCEL = ("pending", "partially_shipped", "cancelled")
MAY_RETURN = ("partially_shipped", "shipped", "delivered")


@dataclass
class Line:
    quantity: int
    shipped: int = 0
    delivered: int = 0
    cancelled: int = 0
    returned: int = 0

    @property
    def open(self) -> int:
        return self.quantity - self.shipped - self.cancelled


@dataclass
class Parcel:
    units: Mapping[str, int]
    is_delivered: bool = False
    is_undone: bool = False


@dataclass(frozen=True)
class Item:
    """Units of one line that come back."""

    sku: str
    quantity: int
    restock: bool


@dataclass
class Promo:
    most_uses: int | None = None
    most_per_customer: int | None = None


@dataclass
class Order:
    customer: str
    promo: str
    lines: dict[str, Line]
    parcels: list[Parcel] = field(default_factory=list)

    @property
    def status(self) -> str:
        lines = self.lines.values()
        is_open = any(line.open for line in lines)
        shipped = sum(line.shipped for line in lines)
        if not shipped:
            return "pending" if is_open else "cancelled"
        if is_open:
            return "partially_shipped"
        return "delivered" if shipped == sum(line.delivered for line in lines) else "shipped"

    @property
    def open_units(self) -> dict[str, int]:
        return {sku: line.open for sku, line in self.lines.items() if line.open}

    def chosen(self, quantities: Mapping[str, int] | None) -> dict[str, int]:
        """All open units, or those asked for."""
        if quantities is None:
            return self.open_units
        refuse(not quantities, "validation")
        for sku, quantity in quantities.items():
            refuse(quantity > self.open_units.get(sku, 0), "validation")
        return dict(quantities)


@dataclass
class Shop:
    stock: Stock
    promos: dict[str, Promo]
    orders: list[Order] = field(default_factory=list)

    def place(self, customer: str, wanted: Iterable[tuple[str, int]], promo: str) -> Order:
        lines: dict[str, int] = {}
        for sku, quantity in wanted:
            lines[sku] = lines.get(sku, 0) + quantity
        refuse(any(sku not in self.stock.shelves for sku in lines), "unknown_sku")
        short = (quantity > self.stock.shelves[sku].available for sku, quantity in lines.items())
        refuse(any(short), "insufficient_stock")
        if promo:
            self._refuse_promo(customer, promo)
        order = Order(customer, promo, {sku: Line(quantity) for sku, quantity in lines.items()})
        self.stock.reserve(lines)
        self.orders.append(order)
        return order

    def ship(self, order: Order, quantities: Mapping[str, int] | None) -> None:
        refuse(order.status not in MAY_SHIP, "illegal_transition")
        units = order.chosen(quantities)
        for sku, quantity in units.items():
            order.lines[sku].shipped += quantity
        self.stock.ship(units)
        order.parcels.append(Parcel(units))

    def deliver(self, order: Order, parcel: int | None) -> None:
        """All parcels under way, or the one with this number, from 0."""
        refuse(order.status not in MAY_DELIVER, "illegal_transition")
        chosen = order.parcels if parcel is None else order.parcels[parcel : parcel + 1]
        arriving = [each for each in chosen if not (each.is_delivered or each.is_undone)]
        refuse(not arriving, "illegal_transition")
        for each in arriving:
            each.is_delivered = True
            for sku, quantity in each.units.items():
                order.lines[sku].delivered += quantity

    def undo_parcel(self, order: Order, number: int) -> None:
        """The parcel with this number, from 0, never left."""
        refuse(order.status not in MAY_UNDO, "illegal_transition")
        parcel = order.parcels[number]
        refuse(parcel.is_undone or parcel.is_delivered, "illegal_transition")
        for sku, quantity in parcel.units.items():
            line = order.lines[sku]
            refuse(line.returned > line.shipped - quantity, "illegal_transition")
        parcel.is_undone = True
        for sku, quantity in parcel.units.items():
            order.lines[sku].shipped -= quantity
        self.stock.unship(parcel.units)

    def cancel(self, order: Order, quantities: Mapping[str, int] | None) -> None:
        refuse(order.status not in MAY_CANCEL, "illegal_transition")
        if order.status == "cancelled":
            return
        units = order.chosen(quantities)
        for sku, quantity in units.items():
            order.lines[sku].cancelled += quantity
        self.stock.release(units)

    def take_back(self, order: Order, items: Sequence[Item]) -> None:
        refuse(order.status not in MAY_RETURN, "illegal_transition")
        refuse(len({(item.sku, item.restock) for item in items}) < len(items), "validation")
        for sku in {item.sku for item in items}:
            line = order.lines.get(sku, Line(0))
            coming = sum(item.quantity for item in items if item.sku == sku)
            refuse(coming > line.shipped - line.returned, "validation")
        for item in items:
            order.lines[item.sku].returned += item.quantity
        self.stock.restock((item.sku, item.quantity) for item in items if item.restock)

    def uses_of(self, promo: str, customer: str | None = None) -> int:
        """By orders that are not cancelled: those give their use back."""
        return sum(
            order.promo == promo and order.status != "cancelled" and customer in (None, order.customer)
            for order in self.orders
        )

    def _refuse_promo(self, customer: str, code: str) -> None:
        promo = self.promos.get(code)
        if promo is None or (promo.most_uses is not None and self.uses_of(code) >= promo.most_uses):
            raise Refused("promo_not_usable")
        by_customer = self.uses_of(code, customer)
        if promo.most_per_customer is not None and by_customer >= promo.most_per_customer:
            raise Refused("promo_already_used")
