"""Marketing knows no customers, the warehouse no promo codes; a manager knows both."""

import pytest
from django.test import Client, RequestFactory

from accounts.actors import Actor
from accounts.models import Source, User
from orders.admin.search import search
from orders.models import Order
from tests.admin_fixtures import SignIn
from tests.factories import make_customer, make_product, make_promo_code, make_shopper, make_user, place

pytestmark = pytest.mark.django_db
ORDERS = "/admin/orders/order/"
PERSONAL = ("ada@example.com", "Ada Byron", "Theo Jansen", "Seeweg 56", "Köln")
CODE = "SPRING20"


@pytest.fixture
def order() -> Order:
    """By Ada, who is a customer with an account, and with a promo code."""
    shopper = make_shopper("ada@example.com")
    customer = make_customer("ada@example.com")
    User.objects.filter(pk=shopper.pk).update(name="Ada Byron")
    type(customer).objects.filter(pk=customer.pk).update(name="Ada Byron")
    shopper.refresh_from_db()
    make_product("TEA-01", on_hand=9, price="10.00")
    make_promo_code(CODE, percent_off="20")
    by = Actor(shopper, Source.API)
    return place({"TEA-01": 2}, customer=customer, promo_code=CODE, by=by)


def pages(client: Client, order: Order) -> str:
    """The list, the page of the order, its lines, the ledger and the product's history."""
    product = order.lines.get().product_id
    urls = (
        ORDERS,
        f"{ORDERS}{order.pk}/change/",
        f"{ORDERS}{order.pk}/lines/",
        "/admin/catalog/stockmovement/",
        f"/admin/catalog/product/{product}/change/",
    )
    answers = [client.get(url) for url in urls]
    assert [answer.status_code for answer in answers] == [200] * len(urls)
    return "".join(answer.text for answer in answers)


def found(client: Client, **query: str) -> int:
    """How many orders the list shows; none where it refuses to narrow in this way."""
    answer = client.get(ORDERS, query)
    return len(answer.context["cl"].result_list) if answer.status_code == 200 else 0


def palette(role: str, term: str) -> str:
    request = RequestFactory().get("/admin/")
    request.user = make_user(role=role)
    return " ".join(f"{each.title} {each.description}" for each in search(request, term))


def test_marketing_reads_nowhere_who_ordered(sign_in: SignIn, order: Order) -> None:
    text = pages(sign_in("Marketing"), order)

    assert [each for each in PERSONAL if each in text] == []
    assert order.number in text
    assert "Customer · API" in text
    assert CODE in text


@pytest.mark.parametrize("term", ["ada@example.com", "Ada Byron"])
def test_marketing_finds_no_order_by_its_customer(sign_in: SignIn, order: Order, term: str) -> None:
    marketing = sign_in("Marketing")

    assert found(marketing, q=term) == 0
    assert palette("Marketing", term) == ""
    assert "e-mail" not in marketing.get(ORDERS).context["cl"].search_help_text


def test_marketing_finds_orders_by_number_and_sku_without_reading_whose_they_are(
    sign_in: SignIn, order: Order
) -> None:
    marketing = sign_in("Marketing")

    assert found(marketing, q=order.number) == found(marketing, q="TEA-01") == 1
    assert palette("Marketing", order.number).strip() == order.number


@pytest.mark.parametrize("lookup", ["email__startswith", "ship_name__startswith", "customer__exact"])
def test_marketing_cannot_guess_customers_by_narrowing_the_list(
    sign_in: SignIn, order: Order, lookup: str
) -> None:
    value = {"email": "ada", "ship_name": "Theo", "customer": str(order.customer_id)}[lookup.split("__")[0]]

    assert sign_in("Marketing").get(ORDERS, {lookup: value}).status_code == 400


def test_the_warehouse_reads_nowhere_which_promo_code_was_used(sign_in: SignIn, order: Order) -> None:
    text = pages(sign_in("Warehouse"), order)

    assert CODE not in text
    assert "a promo takes €4.00 off" in text
    assert "ada@example.com" in text


@pytest.mark.parametrize("lookup", ["promo_code", "explanation__icontains"])
def test_the_warehouse_cannot_guess_promo_codes_by_narrowing_the_list(
    sign_in: SignIn, order: Order, lookup: str
) -> None:
    assert sign_in("Warehouse").get(ORDERS, {lookup: CODE}).status_code == 400


def test_the_warehouse_cannot_narrow_the_list_by_a_code_as_managers_do(sign_in: SignIn, order: Order) -> None:
    assert found(sign_in("Manager"), promo=CODE) == 1
    assert sign_in("Warehouse").get(ORDERS, {"promo": CODE}).status_code != 200


def test_the_warehouse_has_no_filter_for_promo_codes(sign_in: SignIn, order: Order) -> None:
    filters = [each.title for each in sign_in("Warehouse").get(ORDERS).context["cl"].filter_specs]

    assert "promo code" not in filters
    assert "carrier" in filters


def test_a_manager_reads_both(sign_in: SignIn, order: Order) -> None:
    text = pages(sign_in("Manager"), order)

    assert [each for each in (*PERSONAL, CODE) if each not in text] == []
    assert "ada@example.com" in palette("Manager", order.number)
