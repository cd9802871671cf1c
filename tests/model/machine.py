"""The whole shop under random use: each step is foretold by the plain model and done by the use cases."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from backoffice.errors import Refusal
from catalog import stock
from catalog.stock_import import apply_import, undo_import
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, deliver_order, return_items, ship_order
from orders.fulfilment.shipments import undo_shipment
from orders.payments.allowances import allow
from orders.payments.corrections import reverse, write_off
from orders.payments.ledger import Recorded
from orders.payments.recording import pay_back, record_payment
from orders.placing.basket import LineRequest, OrderRequest
from orders.placing.placement import place_order
from tests.catalog.stock_files import plan
from tests.factories import ADDRESS, CLI, make_product, make_promo_code
from tests.model import database
from tests.model.money import Entry, Purse
from tests.model.orders import Item, Order, Promo, Shop
from tests.model.stock import FileRow, Import, Refused, Shelf, Stock

AUDIT_EVERY = 12
ON_HAND = {"A": 20, "B": 9, "C": 3}
PRICES = {"A": "10.00", "B": "3.33", "C": "0.99"}
PROMOS = {"TWICE": Promo(most_uses=2), "ONCE-EACH": Promo(most_per_customer=1)}

skus = st.sampled_from(sorted(ON_HAND))
several = st.sampled_from([1, 1, 2, 3])
movements = st.sampled_from(["pay", "pay", "pay back", "pay back", "reverse", "write off", "allow"])
amounts = st.sampled_from([Decimal("5.00"), Decimal("12.34"), Decimal("40.00")])
# Units of an order's lines, by the line's place.
some_units = st.lists(st.tuples(st.integers(0, 2), several), min_size=1, max_size=2)
# What a shelf was seen to hold: not looked at, as it is, or one more than there is.
seen = st.sampled_from(["", "right", "wrong"])
modes = st.sampled_from(["count", "receive"])
flags = st.booleans()


@dataclass(frozen=True)
class RowIdea:
    sku: str
    quantity: str
    seen: str


good_rows = st.builds(RowIdea, skus, st.integers(0, 9).map(str), st.sampled_from(["", "right"]))
odd_rows = st.builds(
    RowIdea,
    st.sampled_from(["a", "B", "NO-SUCH"]),
    st.sampled_from(["5", "-3", "1.5"]),
    st.sampled_from(["", "wrong"]),
)
good_files = st.lists(good_rows, min_size=1, max_size=3, unique_by=lambda row: row.sku)
files = good_files | good_files | st.lists(good_rows | odd_rows, min_size=1, max_size=4)
baskets = st.lists(
    st.tuples(st.sampled_from([*ON_HAND, *ON_HAND, *ON_HAND, "NO-SUCH"]), several), min_size=1, max_size=3
)


@dataclass(frozen=True, eq=False)
class Placed:
    number: str
    predicted: Order
    purse: Purse = field(default_factory=Purse)

    def units(self, picks: list[tuple[int, int]]) -> list[tuple[str, int]]:
        skus = list(self.predicted.lines)
        return [(skus[place % len(skus)], quantity) for place, quantity in picks]


@dataclass(frozen=True, eq=False)
class Planned:
    number: int
    predicted: Import


type Made[T] = T | MultipleResults[T]


class ShopMachine(RuleBasedStateMachine):
    orders: Bundle[Placed] = Bundle("orders")
    shipped: Bundle[Placed] = Bundle("shipped")
    imports: Bundle[Planned] = Bundle("imports")
    applied: Bundle[Planned] = Bundle("applied")
    happened: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = ExitStack()
        self.transaction.enter_context(database.rolled_back())
        for sku, on_hand in ON_HAND.items():
            make_product(sku, on_hand=on_hand, price=PRICES[sku])
        for code, promo in PROMOS.items():
            make_promo_code(code, max_uses=promo.most_uses, max_uses_per_customer=promo.most_per_customer)
        self.shop = Shop(Stock({sku: Shelf(on_hand) for sku, on_hand in ON_HAND.items()}), PROMOS)
        self.placed: list[Placed] = []
        self.planned: list[Planned] = []
        self.steps = 0
        self.is_sound = True

    def teardown(self) -> None:
        with self.transaction:
            if self.is_sound:
                self.audit()

    def agree[Foretold, Done](
        self, action: str, foretell: Callable[[], Foretold], do: Callable[[], Done]
    ) -> tuple[Foretold, Done] | None:
        """What was foretold and what was done; None when both refuse for the same reason."""
        self.steps += 1
        self.is_sound = False
        try:
            foretold = foretell()
        except Refused as refused:
            self._refuse_alike(action, refused.code, do)
            return None
        done = do()
        self.happened[f"{action}: done"] += 1
        return foretold, done

    def _refuse_alike(self, action: str, due: str, do: Callable[[], object]) -> None:
        code = "done"
        try:
            do()
        except Refusal as refusal:
            code = refusal.code
        assert code == due, f"{action}: {code}, the model says {due}"
        self.happened[f"{action}: {due}"] += 1

    @invariant()
    def database_is_as_foretold(self) -> None:
        shop = self.shop
        assert database.balances() == {
            sku: (shelf.on_hand, shelf.reserved) for sku, shelf in shop.stock.shelves.items()
        }
        assert database.orders() == {
            each.number: (each.predicted.status, each.predicted.lines) for each in self.placed
        }
        assert database.money() == {
            each.number: (each.purse.paid, each.purse.waived, each.purse.due(database.net_of(each.number)))
            for each in self.placed
        }
        assert database.uses() == {code: shop.uses_of(code) for code in PROMOS}
        assert database.import_states() == {each.number: each.predicted.state for each in self.planned}
        if self.steps % AUDIT_EVERY == 0:
            self.audit()
        self.is_sound = True

    def audit(self) -> None:
        database.assert_every_unit_is_accounted_for()
        database.assert_credits_add_up()
        database.check_constraints()

    # Staff and their shelves.

    @rule(sku=skus, change=st.sampled_from([4, 1, 0]))
    def receive(self, sku: str, change: int) -> None:
        self.agree(
            "receive",
            lambda: self.shop.stock.receive(sku, change),
            lambda: stock.receive(sku, change, by=CLI),
        )

    @rule(sku=skus, change=st.sampled_from([2, -1, -4, -9, 0]))
    def adjust(self, sku: str, change: int) -> None:
        self.agree(
            "adjust",
            lambda: self.shop.stock.adjust(sku, change),
            lambda: stock.adjust(sku, change, reason="correction", by=CLI),
        )

    @rule(sku=skus, above_reserved=st.sampled_from([5, 1, 0, -1]), seen=seen)
    def count(self, sku: str, above_reserved: int, seen: str) -> None:
        counted = max(0, self.shop.stock.shelves[sku].reserved + above_reserved)
        expected = self._seen(sku, seen)
        self.agree(
            "count",
            lambda: self.shop.stock.count(sku, counted, expected),
            lambda: stock.count(sku, counted, by=CLI, expected=expected),
        )

    @rule(target=imports, mode=modes, ideas=files)
    def plan(self, mode: str, ideas: list[RowIdea]) -> Planned:
        return self._plan(mode, tuple(self._row(idea) for idea in ideas))

    @rule(target=imports, planned=imports)
    def plan_the_same_file(self, planned: Planned) -> Planned:
        return self._plan(planned.predicted.mode, planned.predicted.file)

    @rule(target=applied, planned=imports, skip_invalid=flags, again=flags)
    def apply(self, planned: Planned, skip_invalid: bool, again: bool) -> Made[Planned]:
        return self._apply(planned, skip_invalid=skip_invalid, again=again)

    @rule(target=applied, mode=modes, ideas=files, meanwhile=st.none() | skus, skip_invalid=flags)
    def plan_and_apply(
        self, mode: str, ideas: list[RowIdea], meanwhile: str | None, skip_invalid: bool
    ) -> Made[Planned]:
        planned = self._plan(mode, tuple(self._row(idea) for idea in ideas))
        if meanwhile:
            self.receive(meanwhile, 1)
        return self._apply(planned, skip_invalid=skip_invalid, again=False)

    @rule(planned=applied, skip_invalid=flags)
    def undo(self, planned: Planned, skip_invalid: bool) -> None:
        if self.agree(
            "undo",
            lambda: self.shop.stock.undo(planned.predicted, skip_invalid=skip_invalid),
            lambda: undo_import(planned.number, by=CLI, skip_invalid=skip_invalid),
        ):
            self._rows_agree(planned)

    # Customers and their orders.

    @initialize(target=orders)
    def two_customers_have_ordered(self) -> MultipleResults[Placed]:
        baskets = {"ann@example.com": [("A", 2)], "bob@example.com": [("A", 3), ("B", 2), ("C", 1)]}
        orders = [self._place(customer, basket, "ONCE-EACH") for customer, basket in baskets.items()]
        return multiple(*filter(None, orders))

    @initialize(target=shipped)
    def one_has_been_shipped_in_part(self) -> Made[Placed]:
        placed = self._place("ann@example.com", [("A", 3), ("B", 2)], "TWICE")
        assert placed is not None
        for what, amount in (("pay", "40.00"), ("allow", "12.34"), ("pay back", "12.34"), ("reverse", "0")):
            self.move_money(placed, what, Decimal(amount))
        return self._ship(placed, {"A": 2, "B": 1})

    @initialize(target=orders)
    def a_file_was_undone_after_it_was_sold(self) -> Made[Placed]:
        """One of its rows can be taken back, the other is promised."""
        planned = self._plan("receive", (FileRow("B", "1", ""), FileRow("C", "3", "")))
        self._apply(planned, skip_invalid=False, again=False)
        same = self._plan("receive", planned.predicted.file)
        self._apply(same, skip_invalid=False, again=False)
        placed = self._place("ann@example.com", [("C", self.shop.stock.shelves["C"].available)], "")
        assert placed is not None
        self.undo(planned, skip_invalid=True)
        self.cancel(placed, None)
        return placed

    @rule(
        target=orders,
        customer=st.sampled_from(["ann@example.com", "bob@example.com"]),
        basket=baskets,
        promo=st.sampled_from(["", "", *PROMOS, *PROMOS, "NO-SUCH"]),
    )
    def place(self, customer: str, basket: list[tuple[str, int]], promo: str) -> Made[Placed]:
        return self._place(customer, basket, promo) or multiple()

    @rule(target=shipped, placed=orders | shipped, picks=st.none() | some_units)
    def ship(self, placed: Placed, picks: list[tuple[int, int]] | None) -> Made[Placed]:
        return self._ship(placed, None if picks is None else dict(placed.units(picks)))

    @rule(placed=shipped, parcel=st.none() | st.integers(0, 2))
    def deliver(self, placed: Placed, parcel: int | None) -> None:
        """All, the first or the second; or the last one never left."""
        if parcel == 2:
            self._undo_the_last_parcel(placed)
            return
        reference = None if parcel is None else f"{placed.number}-S{parcel + 1}"
        self.agree(
            "deliver all" if parcel is None else "deliver a parcel",
            lambda: self.shop.deliver(placed.predicted, parcel),
            lambda: deliver_order(placed.number, by=CLI, shipment=reference),
        )

    @rule(placed=orders | shipped, picks=st.none() | some_units)
    def cancel(self, placed: Placed, picks: list[tuple[int, int]] | None) -> None:
        units = None if picks is None else dict(placed.units(picks))
        self.agree(
            "cancel all" if units is None else "cancel some",
            lambda: self.shop.cancel(placed.predicted, units),
            lambda: cancel_order(placed.number, by=CLI, lines=units),
        )

    @rule(placed=shipped, picks=some_units, restock=st.lists(flags, min_size=2, max_size=2))
    def take_back(self, placed: Placed, picks: list[tuple[int, int]], restock: list[bool]) -> None:
        items = [Item(*units, fate) for units, fate in zip(placed.units(picks), restock, strict=False)]
        self.agree(
            "take back",
            lambda: self.shop.take_back(placed.predicted, items),
            lambda: return_items(
                placed.number,
                by=CLI,
                items=[ReturnedItem(item.sku, item.quantity, item.restock) for item in items],
            ),
        )

    # What came in, and what went out again.

    @rule(placed=orders | shipped, what=movements, amount=amounts)
    def move_money(self, placed: Placed, what: str, amount: Decimal) -> None:
        number, purse, net = placed.number, placed.purse, database.net_of(placed.number)
        match what:
            case "pay":
                self._book(what, lambda: purse.pay(amount), lambda: record_payment(number, amount, by=CLI))
            case "pay back":
                self._book(
                    what, lambda: purse.pay_back(amount, net), lambda: pay_back(number, amount, by=CLI)
                )
            case "write off":
                self._book(
                    what, lambda: purse.write_off(net), lambda: write_off(number, reason="Lost", by=CLI)
                )
            case "allow":
                self.agree(
                    what,
                    lambda: purse.allow(amount, net),
                    lambda: allow(number, amount, reason="Late", by=CLI),
                )
            case "reverse" if purse.live:
                wrong = purse.live[0]
                self.agree(
                    what,
                    lambda: purse.reverse(wrong),
                    lambda: reverse(wrong.number, reason="Wrong", by=CLI),
                )

    def _book(self, what: str, foretell: Callable[[], Entry], do: Callable[[], Recorded]) -> None:
        both = self.agree(what, foretell, lambda: do().entry.pk)
        if both is not None:
            both[0].number = both[1]

    def _place(self, customer: str, basket: list[tuple[str, int]], promo: str) -> Placed | None:
        request = OrderRequest(
            tuple(LineRequest(sku, quantity) for sku, quantity in basket),
            promo_code=promo,
            shipping_fee=Decimal("4.90"),
            address=ADDRESS,
        )
        both = self.agree(
            "place",
            lambda: self.shop.place(customer, basket, promo),
            lambda: place_order(request, email=customer, by=CLI).number,
        )
        if both is None:
            return None
        predicted, number = both
        self.placed.append(Placed(number, predicted))
        return self.placed[-1]

    def _ship(self, placed: Placed, units: dict[str, int] | None) -> Made[Placed]:
        both = self.agree(
            "ship all" if units is None else "ship some",
            lambda: self.shop.ship(placed.predicted, units),
            lambda: ship_order(placed.number, by=CLI, lines=units),
        )
        return multiple() if both is None else placed

    def _undo_the_last_parcel(self, placed: Placed) -> None:
        number = len(placed.predicted.parcels)
        self.agree(
            "undo a parcel",
            lambda: self.shop.undo_parcel(placed.predicted, number - 1),
            lambda: undo_shipment(placed.number, f"{placed.number}-S{number}", by=CLI),
        )

    def _seen(self, sku: str, seen: str) -> int | None:
        if not seen or sku not in self.shop.stock.shelves:
            return None
        return self.shop.stock.shelves[sku].on_hand + (seen == "wrong")

    def _row(self, idea: RowIdea) -> FileRow:
        expected = self._seen(idea.sku.upper(), idea.seen)
        return FileRow(idea.sku, idea.quantity, "" if expected is None else str(expected))

    def _plan(self, mode: str, file: tuple[FileRow, ...]) -> Planned:
        text = "\n".join(
            ["sku,quantity,expected", *(f"{row.sku},{row.quantity},{row.expected}" for row in file)]
        )
        both = self.agree(
            f"plan to {mode}", lambda: self.shop.stock.plan(mode, file), lambda: plan(text, mode=mode).pk
        )
        assert both is not None
        predicted, number = both
        self.planned.append(Planned(number, predicted))
        self._rows_agree(self.planned[-1])
        return self.planned[-1]

    def _apply(self, planned: Planned, *, skip_invalid: bool, again: bool) -> Made[Planned]:
        if self.agree(
            "apply",
            lambda: self.shop.stock.apply(planned.predicted, skip_invalid=skip_invalid, again=again),
            lambda: apply_import(planned.number, by=CLI, skip_invalid=skip_invalid, again=again),
        ):
            self._rows_agree(planned)
            return planned
        return multiple()

    def _rows_agree(self, planned: Planned) -> None:
        foretold = [(row.problem, None if row.problem else row.after) for row in planned.predicted.rows]
        assert database.rows_of(planned.number) == foretold
        self.happened.update(f"row: {problem or 'good'}" for problem, _ in foretold)
