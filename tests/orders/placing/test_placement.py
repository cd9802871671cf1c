"""Placing an order: everything or nothing, at exact prices."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.actors import Actor
from accounts.models import Source
from backoffice.errors import Invalid
from backoffice.outbox.models import EmailMessage
from catalog.audit import audit_stock
from catalog.models import Product, StockMovement
from catalog.shortage import InsufficientStock
from orders.audit import audit_orders
from orders.models import Order, OrderEvent, Origin, PromoCode, Redemption
from orders.placing.basket import EmptyOrder
from orders.placing.placement import LineRequest, OrderRequest, UnknownSkus, place_order, quote_order
from orders.pricing import NoDiscount, PromoOutcome, PromoReason
from orders.promotions.redemption import PromoRefused
from tests.factories import (
    ADDRESS,
    CLI,
    make_category,
    make_customer,
    make_product,
    make_promo_code,
    make_shopper,
    place,
    request_for,
)

pytestmark = pytest.mark.django_db


def assert_nothing_was_written() -> None:
    assert not Order.objects.exists()
    assert not Redemption.objects.exists()
    assert not OrderEvent.objects.exists()
    assert not EmailMessage.objects.exists()
    assert not StockMovement.objects.filter(kind="reserve").exists()
    assert not Product.objects.filter(reserved__gt=0).exists()
    assert not PromoCode.objects.filter(times_used__gt=0).exists()


def test_placing_an_order_reserves_its_units_and_keeps_its_prices() -> None:
    make_product("71053", on_hand=10, price="3.39", name="WHITE METAL LANTERN")
    make_promo_code("WELCOME10", percent_off="10")

    order = place({"71053": 3}, promo_code=" welcome10 ", shipping_fee=Decimal("4.90"))

    order.refresh_from_db()
    assert order.number.startswith("B-")
    assert (order.subtotal, order.discount, order.shipping, order.total) == (
        Decimal("10.17"),
        Decimal("1.02"),
        Decimal("4.90"),
        Decimal("14.05"),
    )
    assert order.promo_code == "WELCOME10"
    product = Product.objects.get(sku="71053")
    assert (product.on_hand, product.reserved, product.available) == (10, 3, 7)
    assert PromoCode.objects.get().times_used == 1
    assert Redemption.objects.get().use_number == 1
    assert EmailMessage.objects.get().cause == f"order:{order.number}"
    entry = order.events.get()
    assert (entry.kind, entry.facts, entry.at) == ("placed", {"total": "14.05"}, order.placed_at)
    assert audit_stock() == audit_orders() == []


def test_an_order_does_not_follow_later_changes_of_price_and_name() -> None:
    product = make_product("TEA-01", on_hand=5, price="2.00", name="Tea")
    order = place({"TEA-01": 2})

    Product.objects.filter(pk=product.pk).update(price=Decimal("9.99"), name="Dear tea")

    line = order.lines.get()
    assert (line.unit_price, line.name, order.total) == (Decimal("2.00"), "Tea", Decimal("4.00"))


def test_a_sku_given_twice_is_one_line_in_its_first_place() -> None:
    make_product("A", on_hand=5)
    make_product("B", on_hand=5)
    request = OrderRequest(
        lines=(LineRequest("b", 1), LineRequest("A", 2), LineRequest(" B ", 3)), address=ADDRESS
    )

    order = place_order(request, email="x@example.com", by=CLI)

    assert list(order.lines.values_list("position", "sku", "quantity")) == [(1, "B", 4), (2, "A", 2)]


def test_two_lines_of_one_product_cannot_sell_more_than_there_is() -> None:
    make_product("A", on_hand=5)
    request = OrderRequest(lines=(LineRequest("A", 3), LineRequest("a", 3)), address=ADDRESS)

    with pytest.raises(InsufficientStock) as refusal:
        place_order(request, email="x@example.com", by=CLI)

    assert refusal.value.faults[0].facts == {"sku": "A", "wanted": 6, "available": 5}
    assert_nothing_was_written()


def test_a_refusal_names_every_failing_line_at_once() -> None:
    make_product("A", on_hand=1)
    make_product("OLD", on_hand=5, is_active=False)

    with pytest.raises(UnknownSkus) as refusal:
        place({"A": 2, "OLD": 1, "NOPE": 1})

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [
        ("/lines/0", "insufficient_stock"),
        ("/lines/1", "unknown_sku"),
        ("/lines/2", "unknown_sku"),
    ]
    assert_nothing_was_written()


@pytest.mark.parametrize("quantity", [0, -1, 10**12])
def test_an_impossible_quantity_is_refused_and_nothing_is_written(quantity: int) -> None:
    make_product("A", on_hand=5)
    with pytest.raises(Invalid) as refusal:
        place({"A": quantity})
    assert refusal.value.faults[0].pointer == "/lines/0/quantity"
    assert_nothing_was_written()


def test_an_empty_order_is_refused() -> None:
    with pytest.raises(EmptyOrder):
        place({})
    assert_nothing_was_written()


def test_an_order_without_an_address_is_refused() -> None:
    make_product("A", on_hand=5)
    with pytest.raises(Invalid, match="shipping address"):
        place({"A": 1}, address=None)
    assert_nothing_was_written()


def test_a_discount_never_exceeds_the_goods() -> None:
    make_product("A", on_hand=5, price="4.00")
    make_promo_code("BIG", amount_off="1500.00")

    order = place({"A": 1}, promo_code="BIG", shipping_fee=Decimal("2.00"))

    assert (order.discount, order.total) == (Decimal("4.00"), Decimal("2.00"))


def test_a_percentage_needs_no_cap() -> None:
    make_product("A", on_hand=5, price="100.00")
    make_promo_code("HALF", percent_off="50")
    assert place({"A": 2}, promo_code="HALF").discount == Decimal("100.00")


def test_a_promotion_for_a_category_discounts_only_its_lines() -> None:
    lanterns = make_category("Lanterns")
    make_product("A", on_hand=5, price="10.00", category=lanterns)
    make_product("B", on_hand=5, price="10.00")
    make_promo_code("LIGHT", percent_off="50", category_ids=(lanterns.pk,))

    order = place({"A": 1, "B": 1}, promo_code="LIGHT")

    assert list(order.lines.values_list("sku", "discount")) == [
        ("A", Decimal("5.00")),
        ("B", Decimal("0.00")),
    ]


def test_a_promo_code_that_cannot_be_used_refuses_the_whole_order() -> None:
    make_product("A", on_hand=5)
    make_promo_code("LATER", is_paused=True)
    with pytest.raises(PromoRefused, match="LATER is paused"):
        place({"A": 1}, promo_code="LATER")
    assert_nothing_was_written()


def test_customers_get_one_answer_for_every_code_that_cannot_be_used() -> None:
    make_product("A", on_hand=50)
    make_promo_code("PAUSED", is_paused=True)
    make_promo_code("USEDUP", max_uses=1)
    place({"A": 1}, promo_code="USEDUP")
    shopper = make_shopper()
    answers = set()
    for code in ("PAUSED", "USEDUP", "NOSUCHCODE"):
        with pytest.raises(PromoRefused) as refusal:
            place_order(
                request_for({"A": 1}, promo_code=code), email=shopper.email, by=Actor(shopper, Source.API)
            )
        answers.add((refusal.value.code, refusal.value.detail))
    assert answers == {("promo_not_usable", "This promo code cannot be used.")}


def test_a_customer_cannot_use_a_promotion_more_often_than_it_allows() -> None:
    make_product("A", on_hand=5)
    make_promo_code("ONCE")
    customer = make_customer()
    place({"A": 1}, customer=customer, promo_code="ONCE")
    with pytest.raises(PromoRefused) as refusal:
        place({"A": 1}, customer=customer, promo_code="ONCE")
    assert refusal.value.code == "promo_already_used"


def test_a_guest_and_an_account_with_one_address_are_one_customer() -> None:
    make_product("A", on_hand=5)
    make_promo_code("ONCE")
    place_order(request_for({"A": 1}, promo_code="ONCE"), email="Anna@Example.com", by=CLI)
    with pytest.raises(PromoRefused):
        place_order(request_for({"A": 1}, promo_code="ONCE"), email=" anna@example.com", by=CLI)


def test_a_first_order_promotion_is_refused_to_somebody_who_ordered_before() -> None:
    make_product("A", on_hand=5)
    make_promo_code("FIRST", first_order_only=True)
    customer = make_customer()
    place({"A": 1}, customer=customer)
    with pytest.raises(PromoRefused, match="ordered before"):
        place({"A": 1}, customer=customer, promo_code="FIRST")


def test_a_quote_tells_why_a_code_gives_nothing_and_writes_nothing() -> None:
    make_product("A", on_hand=5, price="3.00")
    make_promo_code("RICH", minimum_spend=Decimal("50.00"))

    quote = quote_order(request_for({"A": 1}, promo_code="RICH"), email="new@example.com", by=CLI)

    facts = {"minimum_spend": "50.00", "missing": "47.00"}
    refusal = NoDiscount("RICH", PromoReason.MINIMUM_SPEND, facts)
    assert quote.promo == PromoOutcome("RICH", Decimal("0.00"), refusal)
    assert not quote.promo.applied
    assert quote.total == Decimal("3.00")
    assert_nothing_was_written()


def test_order_numbers_are_never_used_twice() -> None:
    make_product("A", on_hand=50)
    numbers = [place({"A": 1}).number for _ in range(5)]
    assert len(set(numbers)) == 5
    assert numbers == sorted(numbers)


def test_an_order_of_a_sku_outside_ascii_is_matched_without_regard_to_case() -> None:
    make_product("Größe-1", on_hand=2)
    assert place({"GRÖSSE-1": 1}).lines.get().sku == "Größe-1"


def test_a_quote_tells_a_customer_no_more_than_needed() -> None:
    make_product("A", on_hand=5)
    make_promo_code("PAUSED", is_paused=True)
    shopper = make_shopper()
    quotes = [
        quote_order(
            request_for({"A": 1}, promo_code=code), email=shopper.email, by=Actor(shopper, Source.API)
        )
        for code in ("PAUSED", "NOSUCHCODE")
    ]
    assert quotes[0] == quotes[1]
    assert "PAUSED" not in str(quotes[0])


def test_a_number_of_another_shop_belongs_to_one_order_of_it() -> None:
    make_product("TEA-01", on_hand=9)

    def placed(**taken_over: Any) -> Order:
        return place_order(request_for({"TEA-01": 1}), email="ann@example.com", by=CLI, **taken_over)

    ours = [placed(), placed()]
    demo = placed(origin=Origin.DEMO, external_number="536365")
    # The same number from elsewhere is another order.
    placed(external_number="536365")
    with pytest.raises(IntegrityError):
        placed(origin=Origin.DEMO, external_number="536365")

    assert [(order.origin, order.external_number) for order in ours] == [("shop", ""), ("shop", "")]
    assert Order.objects.get(origin=Origin.DEMO) == demo
    assert Order.objects.count() == 4


def test_what_does_not_fit_into_a_total_is_refused_whatever_made_it_so_much() -> None:
    make_product("TEA-01", on_hand=5, price="9999999999.99")
    dearest = request_for({"TEA-01": 1}, shipping_fee=Decimal("0.01"))
    for too_much in (dearest, request_for({"TEA-01": 2})):
        with pytest.raises(Invalid, match="An order of this value is not possible"):
            quote_order(too_much, email="ada@example.com", by=CLI)
        with pytest.raises(Invalid, match="An order of this value is not possible"):
            place_order(too_much, email="ada@example.com", by=CLI)
    assert not Order.objects.exists()
    assert str(place({"TEA-01": 1}).total) == "9999999999.99"
