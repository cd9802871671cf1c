"""Which orders a search finds: one table for the list, the palette, the API and the command line.

It shows absent that one door finds what another does not, that a database tells capital letters outside ASCII
apart, that an exact number hides what else is called so, and that somebody finds what they may not see.
"""

import json
import re
from collections.abc import Callable
from typing import Any
from unicodedata import normalize
from urllib.parse import urlencode

import pytest
from django.test import Client

from catalog.products import edit_product
from orders.changing.details import edit_order
from orders.finding import SearchedBy, orders_matching
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order
from orders.placing.placement import Address
from tests.admin_fixtures import SignIn
from tests.cli_fixtures import Answers
from tests.contract.client import Api
from tests.factories import CLI, make_customer, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db

type Numbers = dict[str, str]
type Finds = Callable[[str], set[str]]


def to(name: str, city: str, postcode: str, country: str, phone: str = "") -> Address:
    return Address(name=name, line1="Seeweg 56", postcode=postcode, city=city, country=country, phone=phone)


@pytest.fixture
def shop() -> Numbers:
    """Nine orders by what they are called here; each differs from the others in what it is found by."""
    make_product("MUG-7", on_hand=99, name="Enamel mug", barcode="4006381333931")
    make_product("ÖL-1", on_hand=99, name="Öllampe")
    make_product("OLD-3", on_hand=99, name="Teapot")
    make_product("TEA 01", on_hand=99, name="Green tea")
    make_promo_code("SUMMER10", percent_off="10")
    theo = make_customer("theo.jansen@example.com", name="Theo Jansen")

    def by(name: str, lines: dict[str, int], address: Address, **fields: Any) -> Order:
        return place(lines, customer=make_customer(f"{name}@example.net"), address=address, **fields)

    placed = {
        "theo": place({"MUG-7": 1}, customer=theo, address=to("Anna de Vries", "Utrecht", "3511 AB", "NL")),
        "jürgen": place(
            {"ÖL-1": 1},
            customer=make_customer("j.mueller@example.org", name="Jürgen Müller"),
            address=to("Jürgen Müller", "Köln", "50667", "DE", "+49 221 123-4567"),
        ),
        "paris": by("p1", {"TEA 01": 1}, to("Paris Lefèvre", "Lyon", "69001", "FR")),
        "lyon": by("l1", {"TEA 01": 1}, to("Zoë O'Neill", "Paris", "75004", "FR", "01 42 68 53 00")),
        "promo": by("p2", {"MUG-7": 1}, to("Ida Berg", "Wien", "1010", "AT"), promo_code="SUMMER10"),
        "signs": by("s1", {"MUG-7": 1}, to('100%_sure "Teddy" C:\\x', "Oslo", "0150", "NO")),
        "london": by("l2", {"MUG-7": 2}, to("Sam Vimes", "London", "SW1A 1AA", "GB", "020 7946 0958")),
        "renamed": by("r1", {"OLD-3": 1}, to("Lu Tze", "Bern", "3011", "CH")),
        "parcel": by("p3", {"MUG-7": 1}, to("Moist Lipwig", "Graz", "8010", "AT")),
    }
    edit_product("OLD-3", by=CLI, changes={"sku": "NEW-3"})
    ship_order(placed["parcel"].number, by=CLI, carrier="DHL", tracking_number="JD0140 0099 8877")
    # A SKU that looks like the number of an order.
    make_product(str(placed["theo"].serial), on_hand=9, name="Number plate")
    placed["plate"] = by("v1", {str(placed["theo"].serial): 1}, to("Vera Lund", "Malmö", "211 19", "SE"))
    Order.objects.filter(pk=placed["paris"].pk).update(external_number="WC-2041", external_key="wc-2041")
    return {name: str(order.number) for name, order in placed.items()}


# What is typed, where {theo} is that order's number and {theo:-4} its last four digits; and what is found.
TABLE = (
    ("{theo}", "theo"),
    ("  {theo}  ", "theo"),
    ("#{promo:6}", "promo"),
    ("b-{promo:6}", "promo"),
    ("B {promo:6}", "promo"),
    ("b{promo:6}", "promo"),
    ("{promo:6}", "promo"),
    ("{promo:4}", "promo"),
    ("{promo:3}", "promo"),
    ("{theo:6}", "theo plate"),
    ("mug-7", "theo promo signs london parcel"),
    ("ÖL-1", "jürgen"),
    ("öl-1", "jürgen"),
    ("tea 01", "paris lyon"),
    ("old-3", "renamed"),
    ("NEW-3", "renamed"),
    ("4006381333931", "theo promo signs london parcel"),
    ("04006381333931", "theo promo signs london parcel"),
    ("JD014000998877", "parcel"),
    ("jd0140 0099 8877", "parcel"),
    ("998877", "parcel"),
    ("8877", "parcel"),
    ("wc-2041", "paris"),
    ("summer10", "promo"),
    ("theo.jansen@example.com", "theo"),
    ("THEO.JANSEN", "theo"),
    ("mueller@", "jürgen"),
    ("Jansen Theo", "theo"),
    ("vries anna", "theo"),
    ("Vries, Anna", "theo"),
    ("theo utrecht", "theo"),
    ("theo köln", ""),
    ("JÜRGEN", "jürgen"),
    ("müller jürgen", "jürgen"),
    (normalize("NFD", "Müller"), "jürgen"),
    ("LEFÈVRE", "paris"),
    ("ZOË", "lyon"),
    ("KÖLN", "jürgen"),
    ("o'neill", "lyon"),
    ("paris", "paris lyon"),
    ("paris lyon", "paris"),
    ("+49 221 1234567", "jürgen"),
    ("0221 123-4567", "jürgen"),
    ("0049 (0)221 1234567", "jürgen"),
    ("492211234567", "jürgen"),
    ("1234567", "jürgen"),
    ("+33 1 42 68 53 00", "lyon"),
    ("020 7946 0958", "london"),
    ("50667", "jürgen"),
    ("sw1a1aa", "london"),
    ("SW1A 1AA", "london"),
    ("3511ab", "theo"),
    ("21119", "plate"),
    ("wien ida", "promo"),
    ("%", "signs"),
    ("_", "signs"),
    ("100%", "signs"),
    ("\\", "signs"),
    ('"teddy"', "signs"),
    ("'", "lyon"),
    ("<theo.jansen@example.com>", "theo"),
    ("nobody", ""),
    ("mug-7 nobody", ""),
    ("mug-7 vimes", "london"),
    ("a b c d e f g h i j k", ""),
)
EVERYBODY = ("   ", "\t", "")


def asked(caller: Api, query: str) -> Any:
    return caller.get(f"orders?{urlencode({'q': query})}")


def typed(query: str, shop: Numbers) -> str:
    """Fill in numbers: `{theo}` wholly, `{theo:4}` its last four characters."""

    def number(found: re.Match[str]) -> str:
        return shop[found[1]][-int(found[2] or 0) :]

    return re.sub(r"\{(\w+):?(\d*)\}", number, query)


@pytest.fixture(params=["list", "palette", "api", "shopctl"])
def finds(request: pytest.FixtureRequest, manager: Client, answers: Answers) -> Finds:
    """What each door finds, as numbers."""
    staff = Api(make_user(role="Manager"))

    def in_list(term: str) -> set[str]:
        page = manager.get("/admin/orders/order/", {"q": term})
        return {str(order.number) for order in page.context["cl"].result_list}

    def in_palette(term: str) -> set[str]:
        found = manager.get("/admin/search/", {"s": term}).context["results"]
        return {each.title for each in found if each.icon == "shopping_cart"}

    def in_api(term: str) -> set[str]:
        return {each["number"] for each in asked(staff, term).json()["items"]}

    def in_terminal(term: str) -> set[str]:
        return {each["number"] for each in answers("orders", "list", f"--q={term}")}

    doors = {"list": in_list, "palette": in_palette, "api": in_api, "shopctl": in_terminal}
    return doors[request.param]


def test_every_door_finds_the_same_orders(shop: Numbers, finds: Finds) -> None:
    wrong = {}
    for query, expected in TABLE:
        found = finds(typed(query, shop))
        if found != {shop[name] for name in expected.split()}:
            wrong[query] = sorted(name for name, number in shop.items() if number in found)
    assert wrong == {}


@pytest.mark.parametrize("query", EVERYBODY)
def test_blanks_narrow_nothing(query: str, shop: Numbers) -> None:
    assert orders_matching(Order.objects.all(), query).count() == len(shop)


def test_a_long_text_finds_nothing_at_any_length(shop: Numbers) -> None:
    for length in (101, 5_000, 100_000):
        assert not orders_matching(Order.objects.all(), "a" * length).exists()
        assert not orders_matching(Order.objects.all(), "a " * length).exists()


def test_each_word_may_be_searched_for_in_one_statement(
    shop: Numbers, django_assert_num_queries: Callable[[int], object]
) -> None:
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert len(orders_matching(Order.objects.all(), "Anna Theo utrecht 3511ab mug-7")) == 1


@pytest.mark.parametrize(
    "query",
    ["theo", "jürgen", "theo.jansen@example.com", "köln", "50667", "0221 1234567", "JD014000998877", "8877"],
)
def test_whoever_may_not_know_customers_finds_no_order_by_them(
    query: str, shop: Numbers, sign_in: SignIn
) -> None:
    marketing = sign_in("Marketing")
    reader = Api(make_user(role="Marketing"))

    assert not marketing.get("/admin/orders/order/", {"q": query}).context["cl"].result_list
    found = marketing.get("/admin/search/", {"s": query}).context["results"]
    assert [each.title for each in found if each.icon in ("shopping_cart", "person")] == []
    assert asked(reader, query).json()["items"] == []


def test_whoever_may_not_know_customers_finds_orders_by_number_sku_and_promo_code(shop: Numbers) -> None:
    reader = Api(make_user(role="Marketing"))

    def found(query: str) -> list[str]:
        return [each["number"] for each in asked(reader, query).json()["items"]]

    assert found(shop["promo"]) == found(shop["promo"][-4:]) == found("SUMMER10") == [shop["promo"]]
    assert found("old-3") == [shop["renamed"]]


def test_whoever_may_not_know_promo_codes_finds_no_order_by_one(shop: Numbers) -> None:
    without_promos = SearchedBy(promos=False)

    assert not orders_matching(Order.objects.all(), "SUMMER10", by=without_promos).exists()
    assert orders_matching(Order.objects.all(), "SUMMER10").count() == 1


def test_customers_find_among_their_own_orders(shop: Numbers) -> None:
    owner = make_user("theo.jansen@example.com")
    Order.objects.get(number=shop["theo"]).customer.__class__.objects.filter(email=owner.email).update(
        user=owner
    )
    caller = Api(owner)

    assert [each["number"] for each in asked(caller, "mug-7").json()["items"]] == [shop["theo"]]
    assert asked(caller, "4006381333931").json()["items"] == []
    assert asked(caller, "jürgen").json()["items"] == []


def test_a_corrected_address_is_found_and_the_wrong_one_is_not(shop: Numbers) -> None:
    edit_order(shop["promo"], by=CLI, address=to("Ida Bergström", "Göteborg", "411 01", "SE"))

    found = [orders_matching(Order.objects.all(), term).count() for term in ("BERGSTRÖM", "41101", "Wien")]
    assert found == [1, 1, 0]


def test_the_palette_opens_an_exact_number_and_tells_the_parcel(shop: Numbers, manager: Client) -> None:
    def first(term: str) -> tuple[str, str]:
        result = manager.get("/admin/search/", {"s": term}).context["results"][0]
        return result.title, result.description

    assert first(shop["theo"])[0] == first(shop["theo"].lower())[0] == shop["theo"]
    number, told = first("JD0140 0099 8877")
    assert number == shop["parcel"]
    assert told.startswith("Parcel JD0140 0099 8877 · Moist Lipwig")


def test_the_palette_shows_people_before_products(shop: Numbers, manager: Client) -> None:
    make_product("JANSEN-LAMP", name="Lamp by Jansen")

    found = manager.get("/admin/search/", {"s": "jansen"}).context["results"]
    assert [each.title for each in found] == [shop["theo"], "Theo Jansen", "Lamp by Jansen"]


def test_the_palette_shows_a_product_by_its_sku_and_the_orders_with_it(
    shop: Numbers, manager: Client
) -> None:
    found = manager.get("/admin/search/", {"s": "öl-1"}).context["results"]
    assert [each.title for each in found] == ["Öllampe", shop["jürgen"]]


def test_the_api_refuses_a_text_that_is_too_long() -> None:
    refused = asked(Api(make_user(role="Manager")), "a" * 101)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (422, "validation")
