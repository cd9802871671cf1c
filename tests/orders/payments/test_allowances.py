"""Value that is given up without units: how it is spread, and what units are worth after it."""

from decimal import Decimal

import pytest

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Forbidden, Invalid
from orders.audit import audit_orders
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, return_items, ship_order
from orders.models import Allowance, Order
from orders.payments.allowances import MoreThanRemains, allow
from orders.payments.audit import audit_payments
from tests.factories import CLI, make_product, make_user, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Of 3 × 10.00, 1 × 0.05 and 4.90 for shipping."""
    make_product("MUG", on_hand=10, price="10.00")
    make_product("CARD", on_hand=10, price="0.05")
    return place({"MUG": 3, "CARD": 1}, shipping_fee=Decimal("4.90"))


def allowed(order: Order) -> dict[str, Decimal]:
    return dict(order.lines.values_list("sku", "allowed"))


def test_an_allowance_is_spread_over_the_lines_and_lowers_what_is_due(order: Order) -> None:
    allowance = allow(order.number, Decimal("6.01"), reason="Scratched", by=CLI)

    assert allowance.reference == f"{order.number}-A1"
    assert allowed(order) == {"MUG": Decimal("6.00"), "CARD": Decimal("0.01")}
    order.refresh_from_db()
    assert (order.credited, order.due) == (Decimal("6.01"), Decimal("28.94"))
    assert audit_payments() == audit_orders() == []


def test_what_the_lines_do_not_hold_is_of_the_shipping_fee(order: Order) -> None:
    allowance = allow(order.number, Decimal("32.00"), reason="Lost", by=CLI)

    assert (allowance.amount, allowance.shipping) == (Decimal("32.00"), Decimal("1.95"))
    with pytest.raises(MoreThanRemains, match=r"€2.95"):
        allow(order.number, Decimal("2.96"), reason="Lost", by=CLI)
    allow(order.number, Decimal("2.95"), reason="Lost", by=CLI)
    order.refresh_from_db()
    assert (order.due, order.net) == (0, 0)
    assert audit_payments() == audit_orders() == []


def test_only_the_named_lines_give_up_value(order: Order) -> None:
    allow(order.number, Decimal("5.00"), reason="Scratched", skus=["mug"], by=CLI)

    assert allowed(order) == {"MUG": Decimal("5.00"), "CARD": 0}
    with pytest.raises(MoreThanRemains, match=r"€25\.00"):
        allow(order.number, Decimal("25.01"), reason="Scratched", skus=["MUG"], by=CLI)
    with pytest.raises(Invalid, match="TEA is not in this order"):
        allow(order.number, Decimal("1.00"), reason="Scratched", skus=["TEA"], by=CLI)


def test_units_that_come_back_after_it_share_what_remains_and_the_last_takes_all_of_it(order: Order) -> None:
    ship_order(order.number, by=CLI)
    first = return_items(order.number, items=[ReturnedItem("MUG", 1)], by=CLI)
    allow(order.number, Decimal("5.01"), reason="Scratched", skus=["MUG"], by=CLI)

    second = return_items(order.number, items=[ReturnedItem("MUG", 1)], by=CLI)
    third = return_items(order.number, items=[ReturnedItem("MUG", 1)], by=CLI)

    assert [each.credit for each in (first, second, third)] == [
        Decimal("10.00"),
        Decimal("7.50"),
        Decimal("7.49"),
    ]
    assert audit_payments() == audit_orders() == []


def test_an_order_that_is_cancelled_after_an_allowance_gives_back_the_rest(order: Order) -> None:
    allow(order.number, Decimal("32.00"), reason="Late", by=CLI)

    cancel_order(order.number, by=CLI)

    order.refresh_from_db()
    assert (order.credited, order.due) == (order.total, 0)
    assert audit_payments() == audit_orders() == []


@pytest.mark.parametrize("reason", ["", " ", "x" * 256])
def test_an_allowance_has_a_reason(order: Order, reason: str) -> None:
    with pytest.raises(Invalid):
        allow(order.number, Decimal("1.00"), reason=reason, by=CLI)

    assert not Allowance.objects.exists()


def test_beyond_the_limit_it_takes_a_manager(order: Order) -> None:
    make_product("GONG", on_hand=1, price="80.00")
    dear = place({"GONG": 1})
    support, manager, viewer = (
        Actor(make_user(role=role), Source.ADMIN) for role in ("Support", "Manager", "Viewer")
    )
    with pytest.raises(Forbidden, match=r"€50\.00"):
        allow(dear.number, Decimal("50.01"), reason="Late", by=support)
    with pytest.raises(Forbidden):
        allow(dear.number, Decimal("0.01"), reason="Late", by=viewer)

    allow(dear.number, Decimal("20.00"), reason="Late", by=support)
    with pytest.raises(Forbidden):
        allow(dear.number, Decimal("30.01"), reason="Late again", by=support)
    allow(dear.number, Decimal("50.01"), reason="Late", by=manager)
