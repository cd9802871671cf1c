"""Two customers become one, and two again while nothing has followed; nothing placed meanwhile is lost."""

import threading
from functools import partial
from typing import Any

import pytest

from accounts.actors import Actor
from accounts.customers import customer_for, known_customer
from accounts.models import Customer, Source, User
from backoffice.errors import NotFound, Stale
from orders.audit import audit_orders
from orders.customers.editing import edit_customer
from orders.customers.merge_plan import CannotMerge, plan_merge
from orders.customers.merging import MergeFollowed, latest_merge_of, merge_customers, undo_merge
from orders.models import CustomerEvent, Order, Redemption
from orders.placing.placement import quote_order
from orders.promotions.redemption import PromoRefused
from tests.contract.client import Api
from tests.factories import (
    CLI,
    make_customer,
    make_product,
    make_promo_code,
    make_shopper,
    make_user,
    place,
    request_for,
)
from tests.races.harness import race

KEPT, GONE = "theo@example.com", "theo@exmaple.com"
database = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> None:
    make_product("A", on_hand=500, price="10.00")
    make_promo_code("ONCE", percent_off="50")


def state() -> dict[str, Any]:
    """All that a merge changes."""
    return {
        "customers": list(Customer.objects.order_by("pk").values()),
        "orders": list(Order.objects.order_by("pk").values("pk", "customer", "email", "version")),
        "uses": list(Redemption.objects.order_by("pk").values("customer", "use_number", "state")),
    }


def two_customers() -> tuple[Customer, Customer]:
    """Who both have two orders, and have both used a code that one customer may use once."""
    customers = make_customer(KEPT, name="Theo"), make_customer(GONE, name="T. Jansen")
    for customer in customers:
        place({"A": 1}, customer=customer, promo_code="ONCE")
        place({"A": 1}, customer=customer)
    return customers


def test_orders_uses_and_notes_are_those_of_the_one_who_stays(shop: None) -> None:
    kept, gone = two_customers()
    Customer.objects.filter(pk=gone.pk).update(note="Likes tea")

    merge = merge_customers(kept, gone, by=CLI, digest=plan_merge(*map(reread, (kept, gone))).digest)

    assert (kept.orders.count(), gone.orders.count()) == (4, 0)
    uses = Redemption.objects.order_by("pk").values_list("customer", "use_number")
    assert list(uses) == [(kept.pk, 1), (kept.pk, 2)]
    kept, gone = reread(kept), reread(gone)
    assert (kept.name, kept.note, gone.merged_into) == ("Theo", "Likes tea", kept)
    assert (merge.customer, merge.other, merge.source) == (kept, gone, "cli")
    assert audit_orders() == []


def reread(customer: Customer) -> Customer:
    return Customer.objects.get(pk=customer.pk)


def test_the_address_of_who_went_leads_to_who_stayed(shop: None) -> None:
    kept, gone = two_customers()
    merge_customers(kept, gone, by=CLI)

    order = place({"A": 1}, customer=gone)

    assert (order.customer, order.email) == (kept, GONE)
    assert customer_for(GONE.upper()) == known_customer(GONE) == kept
    assert Customer.objects.count() == 2
    with pytest.raises(PromoRefused):
        place({"A": 1}, customer=gone, promo_code="ONCE")
    promo = quote_order(request_for({"A": 1}, promo_code="ONCE"), email=GONE, by=CLI).promo
    assert promo is not None
    assert not promo.applied


def test_a_customer_who_was_merged_again_is_found_at_the_end_of_the_way(shop: None) -> None:
    first, second, third = make_customer("a@example.com"), make_customer("b@example.com"), make_customer(KEPT)
    merge_customers(second, first, by=CLI)
    merge_customers(third, second, by=CLI)

    assert customer_for("a@example.com") == third


def test_an_undone_merge_leaves_everything_as_it_was(shop: None) -> None:
    kept, gone = two_customers()
    before = state()
    merge = merge_customers(kept, gone, by=CLI)
    assert state() != before

    undone = undo_merge(merge.pk, by=CLI)

    assert state() == before
    assert (undone.undoes, undone.customer, undone.other) == (merge, kept, gone)
    assert audit_orders() == []
    with pytest.raises(MergeFollowed, match="undone already"):
        undo_merge(merge.pk, by=CLI)
    merge_customers(gone, kept, by=CLI)
    assert gone.orders.count() == 4


@pytest.mark.parametrize("whose", [KEPT, GONE])
def test_a_merge_that_an_order_has_followed_is_not_undone(shop: None, whose: str) -> None:
    kept, gone = two_customers()
    merge = merge_customers(kept, gone, by=CLI)
    order = place({"A": 1}, customer=make_customer(whose))
    after = state()

    with pytest.raises(MergeFollowed, match=f"since: {order.number}"):
        undo_merge(merge.pk, by=CLI)

    assert state() == after


def test_a_merge_that_an_edit_or_another_merge_has_followed_is_not_undone(shop: None) -> None:
    kept, gone = two_customers()
    merge = merge_customers(kept, gone, by=CLI)
    edit_customer(kept, note="Asked for a catalogue", by=CLI)
    with pytest.raises(MergeFollowed, match="note were edited since"):
        undo_merge(merge.pk, by=CLI)

    edit_customer(kept, note="", by=CLI)
    later = merge_customers(kept, make_customer(), by=CLI)
    with pytest.raises(MergeFollowed, match="came after it first"):
        undo_merge(merge.pk, by=CLI)
    assert latest_merge_of(kept) == later
    undo_merge(later.pk, by=CLI)
    undo_merge(merge.pk, by=CLI)
    with pytest.raises(NotFound):
        latest_merge_of(kept)


def test_an_account_moves_with_its_customer_and_comes_back(shop: None) -> None:
    shopper, kept = make_shopper(GONE), make_customer(KEPT)
    order = place({"A": 1}, customer=kept)
    assert Api(shopper).get(f"orders/{order.number}").status_code == 404

    merge = merge_customers(kept, shopper.customer, by=CLI)
    assert Api(shopper).get(f"orders/{order.number}").status_code == 200
    assert User.objects.get(pk=shopper.pk).customer == kept

    undo_merge(merge.pk, by=CLI)
    assert Api(shopper).get(f"orders/{order.number}").status_code == 404


def test_what_cannot_be_merged_is_refused_and_stays(shop: None) -> None:
    kept, gone = make_shopper(KEPT).customer, make_shopper(GONE).customer
    before = state()
    with pytest.raises(CannotMerge, match="Deactivate the account that is no longer used"):
        merge_customers(kept, gone, by=CLI)
    assert (state(), CustomerEvent.objects.count()) == (before, 0)


def test_nobody_merges_something_else_than_they_have_seen(shop: None) -> None:
    kept, gone = two_customers()
    seen = plan_merge(kept, gone).digest
    place({"A": 1}, customer=gone)
    with pytest.raises(Stale):
        merge_customers(kept, gone, by=CLI, digest=seen)
    assert gone.orders.count() == 3


def test_who_merged_and_through_which_door_is_kept(shop: None) -> None:
    kept, gone = two_customers()

    boss = make_user(role="Manager")
    merge_customers(kept, gone, by=Actor(boss, Source.ADMIN))
    [event] = CustomerEvent.objects.all()
    assert (event.actor, event.source, event.facts["changes"]["name"]) == (boss, "admin", ["Theo", "Theo"])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_orders_that_are_placed_during_a_merge_belong_to_who_stays() -> None:
    make_product("A", on_hand=500, price="10.00")
    for number in range(4):
        kept, gone = make_customer(f"kept-{number}@example.com"), make_customer(f"gone-{number}@example.com")
        buy = partial(place, {"A": 1}, customer=gone)
        outcomes = race(8, [buy, buy, partial(merge_customers, kept, gone, by=CLI), *[buy] * 6])
        assert sorted(type(each).__name__ for each in outcomes) == ["CustomerEvent", *["Order"] * 8]
        assert (kept.orders.count(), gone.orders.count()) == (8, 0)
    assert audit_orders() == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_an_order_stays_behind_with_who_went(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an order whose customer was looked up before the merge, and written after it."""
    make_product("A", on_hand=500, price="10.00")
    kept, gone = make_customer(KEPT), make_customer(GONE)
    found, merged = threading.Event(), threading.Event()

    def buy_unguarded() -> None:
        customer = customer_for(GONE)
        found.set()
        merged.wait(timeout=30)
        order = place({"A": 1}, customer=kept)
        Order.objects.filter(pk=order.pk).update(customer=customer)

    def merge() -> None:
        found.wait(timeout=30)
        merge_customers(kept, gone, by=CLI)
        merged.set()

    race(2, [buy_unguarded, merge])

    assert [each.check for each in audit_orders()] == ["customer"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_who_merge_the_same_two_at_once_one_does() -> None:
    kept, gone = make_customer(KEPT), make_customer(GONE)
    there, back = partial(merge_customers, kept, gone, by=CLI), partial(merge_customers, gone, kept, by=CLI)
    outcomes = race(8, [there, back] * 4)
    assert sorted(type(each).__name__ for each in outcomes) == [*["CannotMerge"] * 7, "CustomerEvent"]
    assert Customer.objects.present().count() == 1
