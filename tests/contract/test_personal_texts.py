"""Who may not know customers reads no personal text at any door: marked texts are looked for in every answer.

The same walk by a manager finds each of them, so it would see a leak.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from accounts.models import Customer, User
from backoffice.api.application import api as application
from backoffice.sheets.writing import exported_csv
from orders.changing.details import edit_order
from orders.exports import OrderExport
from orders.fulfilment.lifecycle import ReturnedItem, cancel_order, comment, return_items, ship_order
from orders.models import Order
from orders.placing.basket import Address
from tests.contract.client import Api
from tests.factories import CLI, make_customer, make_family, make_product, make_promo_code, make_user, place

# What is shown to whom is decided where answers are made, wherever their rows come from.
pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.once]
NUMBER = "JD7000000000000017"
MARKED = {
    "email": "canary-email@example.com",
    "earlier email": "canary-earlier@example.com",
    "name": "Canary-Name",
    "street": "Canary-Street 1",
    "town": "Canary-Town",
    "phone": "0221 7654321",
    "note": "Canary-Note: ring twice",
    "comment": "Canary-Comment: difficult",
    "cancel reason": "Canary-Cancel: too slow",
    "return reason": "Canary-Return: too small",
    "tracking number": NUMBER,
    "customer's note": "Canary-Remark: likes tea",
}
# Not a role, but permissions may be given one by one: everything except to know customers.
ALL_BUT_CUSTOMERS = "all but customers"


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=20, price="10.00")
    make_promo_code("SPRING20", percent_off="20")
    address = Address("Canary-Name", "Canary-Street 1", "Canary-Town", "DE", phone="0221 7654321")
    customer = make_customer(MARKED["earlier email"], name="Canary-Name")
    placed = place(
        {"TEA-01": 5}, customer=customer, address=address, note=MARKED["note"], promo_code="SPRING20"
    )
    number = str(placed.number)
    edit_order(number, by=CLI, email=MARKED["email"])
    comment(number, by=CLI, text=MARKED["comment"])
    ship_order(number, by=CLI, lines={"TEA-01": 2}, carrier="DHL", tracking_number=NUMBER)
    cancel_order(number, by=CLI, lines={"TEA-01": 1}, reason=MARKED["cancel reason"])
    return_items(number, by=CLI, items=[ReturnedItem("TEA-01", 1)], reason=MARKED["return reason"])
    Customer.objects.update(note=MARKED["customer's note"])
    return Order.objects.get()


def reader(role: str) -> User:
    if role != ALL_BUT_CUSTOMERS:
        return make_user(role=role)
    user = make_user(is_superuser=False, role="Viewer")
    user.groups.clear()
    user.user_permissions.set(Permission.objects.exclude(codename__endswith="_customer"))
    return User.objects.get(pk=user.pk)


def admin_addresses(order: Order) -> Iterator[str]:
    """Every page of every row, and every page that takes no row; those that print take the order."""
    yield from (reverse("admin:index"), f"/admin/search/?s={order.number}", "/admin/search/?s=Canary")
    yield from (f"/admin/search/?s={NUMBER[:6]}", f"/admin/search/?s={NUMBER[-6:]}")
    yield from _reversed(admin.site.urls[0], [])
    for model, model_admin in admin.site._registry.items():
        pks = list(model._default_manager.order_by("pk").values_list("pk", flat=True)[:5])
        yield from _reversed(model_admin.get_urls(), pks)
    yield f"/admin/orders/order/print/slips/?orders={order.pk}"


def _reversed(patterns: list[Any], pks: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern) and pattern.name:
            for arguments in [[], *([pk] for pk in pks)]:
                with suppress(NoReverseMatch):
                    yield reverse(f"admin:{pattern.name}", args=arguments)


def api_paths(order: Order) -> Iterator[str]:
    schema: Any = application.get_openapi_schema()
    facts = {
        "number": str(order.number),
        "sku": "TEA-01",
        "slug": make_family().slug,
        "code": "SPRING20",
        "user_id": 1,
        "customer_id": order.customer_id,
        "merge_id": 1,
        "import_id": 1,
        "promotion_id": order.redemption.promotion_id,
    }
    for path, item in schema["paths"].items():
        if "get" in item:
            yield path.removeprefix("/api/v1/").format_map(facts)
    yield f"orders?q={NUMBER[-8:]}&fields=number,note,shipments,shipping_address,email"


def answers(user: User, order: Order) -> str:
    client = Client()
    client.force_login(user)
    found = [_text(client.get(url)) for url in dict.fromkeys(admin_addresses(order)) if "logout" not in url]
    found += [_text(Api(user).get(path)) for path in api_paths(order)]
    found += ["".join(exported_csv(OrderExport.told_to(user, Order.objects.all())))]
    return "\n".join(found)


def _text(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code < 500
    return str(content.decode(errors="replace"))


@pytest.mark.parametrize("role", ["Marketing", ALL_BUT_CUSTOMERS])
def test_who_may_not_know_customers_reads_no_personal_text_at_any_door(role: str, order: Order) -> None:
    text = answers(reader(role), order)

    assert {name for name, marked in MARKED.items() if marked in text} == set()
    assert str(order.number) in text


@pytest.mark.parametrize("role", ["Warehouse", "Support", "Viewer"])
def test_who_may_know_customers_reads_them(role: str, order: Order) -> None:
    text = answers(reader(role), order)
    assert {name for name, marked in MARKED.items() if marked not in text} == set()


def test_a_manager_reads_every_one_of_them_on_the_same_way(order: Order) -> None:
    text = answers(reader("Manager"), order)
    assert {name for name, marked in MARKED.items() if marked not in text} == set()
