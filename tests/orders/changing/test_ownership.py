"""A corrected e-mail address moves order, redemption and customer together, within the code's limits."""

from functools import partial

import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.models import Customer, Source
from backoffice.outbox.models import EmailMessage
from orders.audit import audit_orders
from orders.changing.details import edit_order
from orders.changing.ownership import PromoLimitPassed
from orders.fulfilment.lifecycle import cancel_order
from orders.models import Order, Redemption
from orders.promotions.redemption import PromoRefused
from tests.contract.client import Api, assert_problem
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_shopper, make_user, place
from tests.orders.admin.posted_dialogs import submitted
from tests.races.harness import race

TYPO, RIGHT = "theo@exmaple.com", "theo@example.com"
database = pytest.mark.django_db


def order_of(email: str, *, promo_code: str = "ONCE") -> Order:
    return place({"A": 1}, customer=make_customer(email), promo_code=promo_code)


@pytest.fixture
def shop(db: None) -> None:
    make_product("A", on_hand=50, price="10.00")
    make_promo_code("ONCE", percent_off="50")


def whose(order: Order) -> tuple[str, str, str]:
    order = Order.objects.select_related("customer", "redemption__customer").get(pk=order.pk)
    return order.email, order.customer.email, order.redemption.customer.email


def test_order_customer_and_redemption_become_those_of_the_new_address(shop: None) -> None:
    order = order_of(TYPO)

    edit_order(order.number, by=CLI, email=RIGHT)

    assert whose(order) == (RIGHT, RIGHT, RIGHT)
    assert audit_orders() == []
    with pytest.raises(PromoRefused):
        order_of(RIGHT)
    assert order_of(TYPO).discount == order.discount


def test_correcting_it_back_gives_everything_back(shop: None) -> None:
    order = order_of(TYPO)
    customer = order.customer
    edit_order(order.number, by=CLI, email=RIGHT)

    edit_order(order.number, by=CLI, email=TYPO)

    assert whose(order) == (TYPO, TYPO, TYPO)
    assert Order.objects.get().customer == customer


def test_who_has_used_the_code_already_is_refused_and_nothing_moves(shop: None) -> None:
    earlier, order = order_of(RIGHT), order_of(TYPO)

    with pytest.raises(PromoLimitPassed, match="has used ONCE as often as one customer may"):
        edit_order(order.number, by=CLI, email=RIGHT, note="Other")

    assert whose(order) == (TYPO, TYPO, TYPO)
    assert Order.objects.get(pk=order.pk).version == 1
    assert EmailMessage.objects.filter(recipient=RIGHT).count() == 1
    cancel_order(earlier.number, by=CLI)
    edit_order(order.number, by=CLI, email=RIGHT)
    assert whose(order) == (RIGHT, RIGHT, RIGHT)


def test_staff_may_let_the_discount_stay_and_the_timeline_says_so(shop: None) -> None:
    order_of(RIGHT)
    order = order_of(TYPO)

    edit_order(order.number, by=CLI, email=RIGHT, past_promo_limits=True)

    assert whose(order) == (RIGHT, RIGHT, RIGHT)
    numbers = Redemption.objects.filter(customer__email=RIGHT).order_by("use_number")
    assert [each.use_number for each in numbers] == [1, 2]
    assert order.events.get(kind="edited").facts["promo_limits_passed"] == ["already_used"]
    assert audit_orders() == []


def test_a_first_order_code_is_not_for_who_has_ordered_before(shop: None) -> None:
    make_promo_code("FIRST", first_order_only=True, max_uses_per_customer=None)
    other = order_of(RIGHT, promo_code="")
    order = order_of(TYPO, promo_code="FIRST")

    with pytest.raises(PromoLimitPassed, match="FIRST is for first orders"):
        edit_order(order.number, by=CLI, email=RIGHT)
    cancel_order(other.number, by=CLI)
    edit_order(order.number, by=CLI, email=RIGHT)

    assert whose(order) == (RIGHT, RIGHT, RIGHT)


def test_neither_of_both_people_learns_of_the_other(shop: None) -> None:
    old, new = make_shopper(TYPO), make_shopper(RIGHT)
    order = place({"A": 1}, customer=Customer.objects.get(user=old), by=Actor(old, Source.API))
    mails = EmailMessage.objects.filter(recipient=TYPO).count()

    edit_order(order.number, by=CLI, email=RIGHT)

    assert EmailMessage.objects.filter(recipient=TYPO).count() == mails
    assert EmailMessage.objects.get(recipient=RIGHT).template == "order_placed"
    assert Api(old).get(f"orders/{order.number}").status_code == 404
    told = (
        Api(new).get(f"orders/{order.number}").content + Api(new).get(f"orders/{order.number}/events").content
    )
    assert TYPO.encode() not in told
    assert b"E-mail changed" in told


def test_an_order_of_the_address_of_an_account_belongs_to_the_account(shop: None) -> None:
    shopper = make_shopper(RIGHT)
    order = order_of(TYPO)

    edit_order(order.number, by=CLI, email="Theo@Example.com ")

    assert [each["number"] for each in Api(shopper).get("orders").json()["items"]] == [order.number]


def test_the_api_refuses_and_lets_it_stay_where_it_is_told_to(shop: None) -> None:
    order_of(RIGHT)
    order = order_of(TYPO)
    api = Api(make_user(role="Support"))

    refused = api.send("PATCH", f"orders/{order.number}", {"email": RIGHT})
    problem = assert_problem(refused, 409, "promo_limit_passed")
    done = api.send("PATCH", f"orders/{order.number}", {"email": RIGHT, "past_promo_limits": True})

    assert (problem["errors"][0]["pointer"], problem["errors"][0]["reason"]) == ("/email", "already_used")
    assert (done.status_code, done.json()["email"]) == (200, RIGHT)


def test_the_dialog_refuses_at_its_field_and_lets_it_stay_by_a_tick(shop: None, manager: Client) -> None:
    order_of(RIGHT)
    order = order_of(TYPO)
    url = f"/admin/orders/order/{order.pk}/edit/"
    typed = {**order.shipping_address, "email": RIGHT, "note": "", "version": 1}

    refused = manager.post(url, submitted(**typed))
    assert "has used ONCE" in refused.context["form"].errors["email"][0]
    done = manager.post(url, submitted(**typed, past_promo_limits="on"))

    assert "Location" in done.headers
    assert whose(order) == (RIGHT, RIGHT, RIGHT)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_orders_of_many_typos_corrected_to_one_person_at_once_keep_one_discount() -> None:
    make_product("A", on_hand=50, price="10.00")
    make_promo_code("ONCE", percent_off="50")
    orders = [order_of(f"theo{number}@exmaple.com") for number in range(8)]

    outcomes = race(8, [partial(edit_order, each.number, by=CLI, email=RIGHT) for each in orders])

    assert sorted(type(each).__name__ for each in outcomes) == ["Order", *["PromoLimitPassed"] * 7]
    assert Redemption.objects.filter(customer__email=RIGHT).count() == 1
    assert audit_orders() == []
