"""The page on which staff place orders for customers on the phone."""

import json
import re
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer, Source
from accounts.roles import ROLE_NAMES
from backoffice.models import IdempotencyRecord
from backoffice.outbox.models import EmailMessage
from catalog.models import Product, StockMovement
from orders.models import Order, Redemption
from tests.admin_fixtures import SignIn
from tests.factories import make_customer, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"
PAGE = f"{LIST}new/"
TYPED = {
    "email": "theo@example.com",
    "name": "Theo Jansen",
    "line1": "Seeweg 56",
    "line2": "",
    "postcode": "34878",
    "city": "Köln",
    "region": "",
    "country": "de",
    "phone": "+49 221 1234",
    "promo_code": "",
    "shipping_fee": "",
    "note": "",
}


@pytest.fixture
def support(sign_in: SignIn) -> Client:
    return sign_in("Support")


def typed(lines: Mapping[str, object], **changes: object) -> dict[str, object]:
    basket = {"sku": list(lines), "quantity": list(lines.values())}
    return {"key": secrets.token_hex(16), **TYPED, **basket, **changes}


def quote(client: Client, lines: Mapping[str, object], **changes: object) -> dict[str, Any]:
    answer = client.post(f"{PAGE}quote/", typed(lines, **changes))
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.content)
    told["quote"] = words_of(told["quote"])
    told["customer"] = words_of(told["customer"])
    return told


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def hits(client: Client, term: str) -> list[str]:
    answer = client.get(f"{PAGE}products/", {"q": term})
    return re.findall(r'data-hit="([^"]+)"', json.loads(answer.content)["hits"])


def nothing_is_kept() -> bool:
    return not any(
        model.objects.exists() for model in (Order, Redemption, Customer, EmailMessage, IdempotencyRecord)
    )


def test_an_order_is_placed_as_through_every_other_door(support: Client) -> None:
    make_product("TEA-01", on_hand=10, price="10.00")
    make_product("MUG-01", on_hand=5, price="7.50")
    make_promo_code("SPRING20", percent_off="20")

    answer = support.post(
        PAGE,
        typed({"tea-01": 2, "MUG-01": "1"}, promo_code="spring20", shipping_fee="4.90", note="Ring twice."),
        follow=True,
    )

    order = Order.objects.get()
    assert answer.redirect_chain == [(reverse("admin:orders_order_change", args=[order.pk]), 302)]
    assert f"{order.number} is placed; the customer gets an e-mail." in answer.text
    assert (order.subtotal, order.discount, order.shipping, order.total) == (
        Decimal("27.50"),
        Decimal("5.50"),
        Decimal("4.90"),
        Decimal("26.90"),
    )
    assert [(line.sku, line.quantity) for line in order.lines.all()] == [("TEA-01", 2), ("MUG-01", 1)]
    assert (order.source, order.placed_by_id is not None) == (Source.ADMIN, True)
    assert (order.email, order.ship_country, order.note) == ("theo@example.com", "DE", "Ring twice.")
    assert order.customer.name == "Theo Jansen"
    assert Product.objects.get(sku="TEA-01").reserved == 2
    assert EmailMessage.objects.get().recipient == "theo@example.com"


def test_a_known_customer_stays_one(support: Client) -> None:
    make_product("TEA-01", on_hand=10)
    customer = make_customer("theo@example.com", name="Theo")

    support.post(PAGE, typed({"TEA-01": 1}, email=" THEO@example.com "))

    assert Order.objects.get().customer == customer
    assert Customer.objects.count() == 1


def test_what_is_sent_twice_is_placed_once(support: Client) -> None:
    make_product("TEA-01", on_hand=10)
    sent = typed({"TEA-01": 3})

    first, again = support.post(PAGE, sent), support.post(PAGE, sent)

    order = Order.objects.get()
    assert first.headers["Location"] == again.headers["Location"] == f"{LIST}{order.pk}/change/"
    assert Product.objects.get().reserved == 3


def test_another_order_from_the_same_page_is_asked_about_first(support: Client) -> None:
    make_product("TEA-01", on_hand=10)
    sent = typed({"TEA-01": 3})
    support.post(PAGE, sent)

    asked = support.post(PAGE, {**sent, "quantity": ["4"]})

    assert "An order was placed from this page already." in asked.text
    assert Order.objects.count() == 1
    key = asked.context["form"]["key"].value()
    assert key != sent["key"]
    support.post(PAGE, {**sent, "quantity": ["4"], "key": key})
    assert [order.units for order in Order.objects.order_by("pk")] == [3, 4]


def test_a_key_is_one_persons_own(support: Client, sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=10)
    sent = typed({"TEA-01": 3})

    support.post(PAGE, sent)
    sign_in("Support").post(PAGE, sent)

    assert Order.objects.count() == 2


def test_what_is_short_or_gone_is_told_at_its_line_and_all_that_was_typed_stays(support: Client) -> None:
    make_product("TEA-01", on_hand=3)
    make_product("MUG-01", on_hand=5)
    make_product("OLD-01", on_hand=5, is_active=False)

    answer = support.post(
        PAGE, typed({"MUG-01": 1, "TEA-01": 5, "OLD-01": 1}, note="Ring twice.", shipping_fee="4.90")
    )

    assert answer.status_code == 200
    assert [(row.sku, row.quantity, row.problem) for row in answer.context["rows"]] == [
        ("MUG-01", "1", ""),
        ("TEA-01", "5", "Only 3 of TEA-01 are available; 5 were asked for."),
        ("OLD-01", "1", "OLD-01 is not for sale."),
    ]
    form = answer.context["form"]
    assert form.non_field_errors() == ["Fix the highlighted items."]
    assert (form["note"].value(), form["city"].value()) == ("Ring twice.", "Köln")
    assert answer.text.count("Only 3 of TEA-01 are available; 5 were asked for.") == 1
    assert nothing_is_kept()


@pytest.mark.once
def test_everything_that_is_missing_is_told_at_once(support: Client) -> None:
    answer = support.post(PAGE, typed({}, email="theo", city=" ", country="Narnia", shipping_fee="-1"))

    errors = answer.context["form"].errors
    assert set(errors) == {"__all__", "email", "city", "country", "shipping_fee"}
    assert errors["__all__"] == ["Add at least one line to the order."]
    assert errors["email"] == ["Enter a valid email address."]
    assert nothing_is_kept()


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (
            {"country": "UK"},
            "country",
            "“UK” is not a country code of ISO 3166-1",
        ),
        ({"promo_code": "NOPE"}, "promo_code", "No promo code is called NOPE."),
        ({"shipping_fee": "99999999999"}, "shipping_fee", "Ensure that there are no more than 10 digits"),
        (
            {"shipping_fee": "999999999"},
            "shipping_fee",
            "A shipping fee is not negative, and at most €99,999,999.99.",
        ),
        ({"email": "\x00@example.com"}, "email", "Enter a valid email address."),
        ({"key": "1"}, "key", "Enter a valid value."),
    ],
)
def test_what_the_rules_refuse_stands_at_its_field(
    support: Client, changes: dict[str, str], field: str, message: str
) -> None:
    make_product("TEA-01", on_hand=10)

    answer = support.post(PAGE, typed({"TEA-01": 1}, **changes))

    [(named, [told, *_])] = answer.context["form"].errors.items()
    assert (named, told[: len(message)]) == (field, message)
    assert nothing_is_kept()
    assert Product.objects.get().reserved == 0


@pytest.mark.once
@pytest.mark.parametrize("quantity", ["", "a dozen", "1.5", "-1", "²", "1e3"])
def test_a_quantity_that_is_no_number_is_told_at_its_line(support: Client, quantity: str) -> None:
    make_product("TEA-01", on_hand=10)
    problem = "Type how many of TEA-01, as a whole number."

    assert quote(support, {"TEA-01": quantity})["problems"] == [problem]
    [row] = support.post(PAGE, typed({"TEA-01": quantity})).context["rows"]

    assert (row.quantity, row.problem) == (quantity, problem)
    assert nothing_is_kept()


@pytest.mark.once
@pytest.mark.parametrize("quantity", ["0", "999999999"])
def test_a_quantity_out_of_range_is_told_at_its_line(support: Client, quantity: str) -> None:
    make_product("TEA-01", on_hand=10)

    answer = quote(support, {"TEA-01": quantity})

    assert answer["problems"] == ["Order between 1 and 1,000,000 of TEA-01."]


def test_the_price_is_told_with_its_reasons_and_nothing_is_written(support: Client) -> None:
    make_product("TEA-01", on_hand=10, price="10.00", name="Green tea")
    make_promo_code("SPRING20", percent_off="20", max_discount=Decimal(3))
    movements = StockMovement.objects.count()

    told = quote(support, {"TEA-01": "2"}, promo_code="spring20", shipping_fee="4.90")

    assert told["quote"] == (
        "2 × Green tea (TEA-01) at €10.00 €20.00 Subtotal €20.00 SPRING20: 20 % of €20.00 −€4.00 "
        "SPRING20 gives at most €3.00 here €1.00 Shipping €4.90 Total €21.90"
    )
    assert told["problems"] == [""]
    assert nothing_is_kept()
    assert StockMovement.objects.count() == movements


def test_a_promo_code_that_gives_nothing_is_told_with_the_real_reason(support: Client) -> None:
    make_product("TEA-01", on_hand=10, price="10.00", name="Tea")
    make_promo_code("SPRING20", minimum_spend=Decimal(50))

    told = quote(support, {"TEA-01": 2}, promo_code="SPRING20")

    reason = "SPRING20 needs €50.00 of eligible goods; €30.00 are missing."
    assert told["quote"] == (
        f"{reason} The order cannot be placed with this code: take it out, or give another. "
        f"2 × Tea (TEA-01) at €10.00 €20.00 Subtotal €20.00 Shipping €0.00 Total €20.00"
    )


def test_a_basket_without_a_price_says_what_to_mend(support: Client) -> None:
    make_product("TEA-01", on_hand=3)

    short = quote(support, {"TEA-01": 5})
    assert short["quote"] == "Fix the highlighted items."
    assert short["problems"] == ["Only 3 of TEA-01 are available; 5 were asked for."]
    assert quote(support, {"TEA-01": 1}, shipping_fee="free")["quote"] == "Shipping fee: Enter a number."
    assert quote(support, {})["quote"] == "The price stands here as soon as there is a product."


def test_whose_address_it_is_and_where_the_last_order_went_is_told(support: Client) -> None:
    make_product("TEA-01", on_hand=10)
    customer = make_customer("theo@example.com", name="Theo Jansen")
    place({"TEA-01": 1}, customer=customer)
    place({"TEA-01": 1}, customer=customer)

    known = quote(support, {}, email=" THEO@example.com")
    assert known["customer"] == "Theo Jansen · 2 orders, the last just now"
    assert known["address"] == {
        "name": "Theo Jansen",
        "line1": "Seeweg 56",
        "line2": "",
        "postcode": "34878",
        "city": "Köln",
        "region": "",
        "country": "DE",
        "phone": "+49 221 1234",
    }
    new = quote(support, {}, email="ada@example.com")
    assert (new["customer"], new["address"]) == (
        "A new customer: nobody has ordered from this address yet.",
        {},
    )
    half_typed = quote(support, {}, email="ada@exa")
    assert (half_typed["customer"], half_typed["address"]) == ("", {})


def test_products_are_found_by_sku_barcode_and_words_of_their_name(support: Client) -> None:
    make_product("TEA-02", name="Green tea, loose")
    make_product("TEA-01", name="Green tea", barcode="4006381333931")
    make_product("MUG-01", name="Mug for tea")
    make_product("OLD-01", name="Old green tea", is_active=False)

    assert hits(support, "tea-02") == ["TEA-02"]
    assert hits(support, "4006381333931") == ["TEA-01"]
    assert hits(support, "TEA-0") == ["TEA-01", "TEA-02"]
    assert hits(support, "tea green") == ["TEA-01", "TEA-02"]
    assert hits(support, "old-01") == hits(support, " ") == hits(support, "\x00") == []


@pytest.mark.once
def test_at_most_ten_products_are_offered_the_one_that_was_meant_first(support: Client) -> None:
    for number in range(12):
        make_product(f"TEA-{number:02}", name="Tea")
    make_product("TEA", name="Tea")

    assert hits(support, "tea") == ["TEA", *(f"TEA-{number:02}" for number in range(9))]


def test_a_price_takes_as_many_statements_for_three_lines_as_for_one(support: Client) -> None:
    for sku in ("A", "B", "C"):
        make_product(sku, on_hand=10)
    make_promo_code("SPRING20")
    place({"A": 1}, customer=make_customer("theo@example.com"))

    def statements(lines: dict[str, int]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            quote(support, lines, promo_code="SPRING20")
        return len(queries)

    assert statements({"A": 1}) == statements({"A": 1, "B": 1, "C": 1}) <= 11


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_only_managers_and_support_place_orders(role: str, sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=10)
    client = sign_in(role)
    may = role in {"Manager", "Support"}

    answers = [
        client.get(PAGE),
        client.get(f"{PAGE}products/", {"q": "tea"}),
        client.post(f"{PAGE}quote/", typed({"TEA-01": 1})),
        client.post(PAGE, typed({"TEA-01": 1})),
    ]

    assert [answer.status_code for answer in answers] == ([200, 200, 200, 302] if may else [403] * 4)
    assert Order.objects.exists() == may
    assert (f'href="{PAGE}"' in client.get(LIST).text) == may


def test_strangers_are_sent_to_sign_in_and_a_price_is_asked_for_by_post(support: Client) -> None:
    for path in (PAGE, f"{PAGE}products/", f"{PAGE}quote/"):
        assert Client().get(path).headers["Location"].startswith("/admin/login/?next=")
    assert support.get(f"{PAGE}quote/").status_code == 405


def test_an_order_needs_the_token_of_the_page() -> None:
    make_product("TEA-01", on_hand=10)
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(role="Support"))

    assert client.post(PAGE, typed({"TEA-01": 1})).status_code == 403
    assert client.post(f"{PAGE}quote/", typed({"TEA-01": 1})).status_code == 403
    assert not Order.objects.exists()

    client.get(PAGE)
    token = client.cookies["csrftoken"].value
    assert client.post(PAGE, typed({"TEA-01": 1}), headers={"X-CSRFToken": token}).status_code == 302


def test_whoever_may_not_see_customers_hears_nothing_of_them() -> None:
    make_product("TEA-01", on_hand=10)
    place({"TEA-01": 1}, customer=make_customer("theo@example.com", name="Theo Jansen"))
    user = make_user(role="Marketing")
    user.user_permissions.add(Permission.objects.get(codename="add_order"))
    client = Client()
    client.force_login(user)

    for email in ("theo@example.com", "ada@example.com"):
        told = quote(client, {"TEA-01": 1}, email=email)
        assert (told["customer"], told["address"]) == ("", {})
