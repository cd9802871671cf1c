"""Marketing knows no customers, the warehouse no promo codes; a manager knows both."""

import pytest
from django.contrib.auth.models import Permission

from accounts.actors import Actor
from accounts.models import Customer, Source, User
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_promo_code, make_shopper, make_user, place

pytestmark = pytest.mark.django_db
CODE = "SPRING20"


@pytest.fixture
def shopper() -> User:
    return make_shopper("ada@example.com")


@pytest.fixture
def order(shopper: User) -> Order:
    make_product("TEA-01", on_hand=9, price="10.00")
    make_promo_code(CODE, percent_off="20", max_discount="3.00")
    customer = Customer.objects.get(user=shopper)
    return place({"TEA-01": 2}, customer=customer, promo_code=CODE, by=Actor(shopper, Source.API))


def actors(reader: User, path: str) -> set[str]:
    return {each["actor"] for each in Api(reader).get(path).json()["items"]}


@pytest.mark.parametrize(("role", "told"), [("Marketing", "Customer"), ("Manager", "ada@example.com")])
def test_only_those_who_may_see_customers_are_told_which_one_acted(
    order: Order, role: str, told: str
) -> None:
    reader = make_user(role=role)

    assert actors(reader, f"orders/{order.number}/events") == {told}
    assert actors(reader, f"orders/{order.number}/events?fields=actor") == {told}
    assert actors(reader, "products/TEA-01/movements") == {told, "System"}


def test_marketing_reads_nowhere_who_ordered(order: Order) -> None:
    marketing = Api(make_user(role="Marketing"))
    paths = (f"orders/{order.number}", f"orders/{order.number}/events", "products/TEA-01/movements")

    answers = [marketing.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [200] * 3
    for personal in ("ada@example.com", "Theo Jansen", "Seeweg 56"):
        assert personal not in "".join(answer.content.decode() for answer in answers)


def test_the_warehouse_is_told_the_discount_but_not_the_code(order: Order) -> None:
    answer = Api(make_user(role="Warehouse")).get(f"orders/{order.number}")

    content = answer.json()
    assert CODE not in answer.content.decode()
    assert (content["promo"]["code"], content["promo"]["discount"]) == ("", "3.00")
    promo_steps = [each for each in content["explanation"] if each["step"].startswith("promo")]
    assert [(each["detail"], each["code"]) for each in promo_steps] == [("Promo", None)] * 2


@pytest.mark.parametrize("is_customer", [True, False])
def test_managers_and_the_customer_who_used_it_are_told_the_code(
    order: Order, shopper: User, is_customer: bool
) -> None:
    reader = shopper if is_customer else make_user(role="Manager")

    content = Api(reader).get(f"orders/{order.number}").json()

    assert content["promo"]["code"] == CODE
    assert CODE in {each["code"] for each in content["explanation"]}


def test_a_list_of_orders_names_no_promo_code_to_the_warehouse(order: Order) -> None:
    warehouse = Api(make_user(role="Warehouse"))
    answer = warehouse.get("orders?fields=number,promo,explanation")
    assert [each["number"] for each in answer.json()["items"]] == [order.number]
    assert CODE not in answer.content.decode()
    assert warehouse.get(f"orders?promo_code={CODE}").status_code == 403
    assert warehouse.get("orders?ordering=promo_code").status_code == 403


def test_marketing_learns_nothing_of_customers_by_sorting(order: Order) -> None:
    marketing = Api(make_user(role="Marketing"))

    assert marketing.get("orders?ordering=-email").status_code == 403
    assert Api(make_user(role="Manager")).get("orders?ordering=-email").status_code == 200


@pytest.mark.parametrize(
    ("permission", "action", "body"),
    [
        ("ship_order", "ship", {}),
        ("return_order", "return", {"lines": [{"sku": "TEA-01", "quantity": 1}]}),
        ("comment_order", "comments", {"text": "Hello"}),
        ("cancel_order", "cancel", {}),
    ],
)
def test_nobody_acts_on_an_order_that_they_may_not_see(
    order: Order, permission: str, action: str, body: dict[str, object]
) -> None:
    """No role is like this, but permissions may be given one by one."""
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=permission))
    if action == "return":
        ship_order(order.number, by=CLI)
    before = order.events.count()

    answer = Api(user).post(f"orders/{order.number}/{action}", body)

    assert answer.status_code == 404
    assert order.events.count() == before
    assert Order.objects.get().version == (2 if action == "return" else 1)
