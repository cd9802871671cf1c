"""What every page of the admin shares: forms, lists, the frame around them."""

import re
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.core.cache import caches
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from backoffice.admin import lists
from backoffice.admin.base import DomainAdmin
from backoffice.admin.lists import CappedCount, CappedPaginator, SearchPaginator
from catalog import stock
from catalog.models import Product
from catalog.stock_import import plan_import
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_product, make_sold_out, make_user

pytestmark = pytest.mark.django_db
PRODUCTS = "/admin/catalog/product/"
CATALOGUE = ["Products", "Families", "Stock imports", "Stock ledger", "Categories"]
COUNTING = [*CATALOGUE[:2], "Count shelves", *CATALOGUE[2:]]
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_refused_form_comes_back_as_it_was_filled_in_with_the_reason_at_its_field(manager: Client) -> None:
    make_product("TEA-01")

    page = manager.post(f"{PRODUCTS}add/", {"sku": "tea-01", "name": "Another tea", "price": "4.90"})

    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {"sku": ["Another product has the sku tea-01 already."]}
    assert 'value="Another tea"' in page.text
    assert [product.sku for product in Product.objects.all()] == ["TEA-01"]


def test_a_form_that_is_sent_writes_through_the_use_case(manager: Client) -> None:
    answer = manager.post(
        f"{PRODUCTS}add/", {"sku": " TEA-01 ", "name": "Earl Grey", "price": "9.50", "is_active": "on"}
    )

    assert answer.status_code == 302
    product = Product.objects.get()
    assert (product.sku, product.sku_key, str(product.price), product.on_hand) == (
        "TEA-01",
        "tea-01",
        "9.50",
        0,
    )


def test_counting_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 2)
    for _ in range(4):
        make_product()

    paginator = CappedPaginator(Product.objects.all(), 1)

    assert str(paginator.count) == "2+"
    assert paginator.num_pages == 2


def test_an_exact_count_is_shown_as_it_is() -> None:
    make_product()

    assert str(CappedPaginator(Product.objects.all(), 25).count) == "1"


def test_a_search_whose_rows_are_on_one_page_looks_for_them_once(manager: Client) -> None:
    for number in range(3):
        make_product(f"TEA-{number}")

    with CaptureQueriesContext(connection) as queries:
        page = manager.get("/admin/catalog/product/?q=tea").content.decode()

    assert all(f"TEA-{number}" in page for number in range(3))
    assert sum("LIKE" in query["sql"] for query in queries) == 1


def test_a_search_of_several_pages_counts_them_and_shows_each(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    products = [make_product(f"TEA-{number}") for number in range(3)]
    paginator = SearchPaginator(Product.objects.order_by("pk"), 2)

    with django_assert_num_queries(3):
        assert paginator.count == 3
        assert [list(paginator.page(number)) for number in (1, 2)] == [products[:2], products[2:]]


def test_a_range_of_days_holds_its_last_day_wholly_in_the_shops_time_zone(manager: Client) -> None:
    make_product("TEA-01")
    for day, hour in ((9, 23), (10, 0), (11, 23), (12, 0)):
        at = datetime(2026, 3, day, hour, 30, tzinfo=BERLIN)
        stock.receive("TEA-01", day, by=CLI, at=at)

    page = manager.get("/admin/catalog/stockmovement/", {"at_from": "10/03/2026", "at_to": "11/03/2026"})

    shown = [movement.on_hand_delta for movement in page.context["cl"].result_list]
    assert shown == [11, 10]


def test_a_saved_view_survives_a_search_and_is_the_one_active_tab(manager: Client) -> None:
    make_sold_out("TEA-01", name="Earl Grey tea")
    make_product("TEA-02", name="Green tea", on_hand=100)

    page = manager.get(PRODUCTS, {"view": "low", "q": "tea"})

    assert [product.sku for product in page.context["cl"].result_list] == ["TEA-01"]
    tabs = next(tab for tab in page.context["tab_list"] if "catalog.product" in tab["models"])
    assert [(item["title"], item["count"]) for item in tabs["items"] if item["active"]] == [("Low", "1")]
    assert '<input type="hidden" name="view" value="low">' in page.text


def test_an_empty_list_says_what_to_do_next(manager: Client) -> None:
    assert "No products yet" in manager.get(PRODUCTS).text
    assert "Nothing is archived" in manager.get(PRODUCTS, {"view": "archived"}).text
    assert "Nothing matches" in manager.get(PRODUCTS, {"q": "teapot"}).text


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("catalog/product/", "Add product"),
        ("orders/promotion/", "Generate codes"),
        ("accounts/user/?view=inactive", "Invite a colleague"),
    ],
)
def test_an_empty_lists_button_says_what_adding_is_called(manager: Client, path: str, said: str) -> None:
    page = manager.get(f"/admin/{path}")
    assert f'/add/">{said}</a>' in page.text


def test_an_empty_list_of_product_imports_leads_to_one(manager: Client, sign_in: SignIn) -> None:
    link = '<a class="bo-button bo-primary" href="/admin/catalog/product/import/">Import products</a>'
    assert link in manager.get("/admin/catalog/productimport/").text
    seen = sign_in("Viewer").get("/admin/catalog/productimport/")
    assert "No imports yet" in seen.text
    assert link not in seen.text


def test_long_lists_are_counted_with_separators() -> None:
    assert [str(CappedCount(count)) for count in (7, 1_500, 10_000, 10_001)] == [
        "7",
        "1,500",
        "10,000",
        "10,000+",
    ]


def test_signing_in_lands_on_the_dashboard() -> None:
    make_user("anna@example.com", role="Manager")

    answer = Client().post(
        "/admin/login/", {"username": " Anna@Example.com", "password": "correct horse battery"}
    )

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("admin:index"))


def test_guessing_a_password_is_limited_in_the_admin_too() -> None:
    make_user("anna@example.com", role="Manager")
    client = Client()
    for _ in range(5):
        client.post("/admin/login/", {"username": "anna@example.com", "password": "wrong"})

    right = client.post(
        "/admin/login/", {"username": "anna@example.com", "password": "correct horse battery"}
    )

    assert right.status_code == 429
    assert "_auth_user_id" not in client.session


def test_customers_cannot_come_in() -> None:
    make_user("shopper@example.com")
    client = Client()

    answer = client.post(
        "/admin/login/", {"username": "shopper@example.com", "password": "correct horse battery"}
    )

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("Warehouse", ["Dashboard", "Orders", "Customers", *COUNTING]),
        ("Marketing", ["Dashboard", "Orders", *CATALOGUE, "Promo codes"]),
    ],
)
def test_the_sidebar_shows_what_the_role_may_see(sign_in: SignIn, role: str, titles: list[str]) -> None:
    page = sign_in(role).get(PRODUCTS)

    shown = [item["title"] for group in page.context["sidebar_navigation"] for item in group["items"]]
    assert shown == titles


def test_the_badge_counts_low_products_once_for_half_a_minute(manager: Client) -> None:
    make_sold_out("TEA-01")
    assert '<span class="bo-badge bo-bad">1 low</span>' in manager.get(PRODUCTS).text

    stock.receive("TEA-01", 50, by=CLI)

    assert "Low <span>1</span>" in manager.get(PRODUCTS).text
    caches["process"].clear()
    assert "Low <span>0</span>" in manager.get(PRODUCTS).text


PAGES = [
    "/admin/",
    PRODUCTS,
    f"{PRODUCTS}add/",
    f"{PRODUCTS}import/",
    f"{PRODUCTS}export/",
    "/admin/catalog/stockmovement/",
    "/admin/catalog/stockimport/",
    "/admin/catalog/stockimport/import/",
    "/admin/catalog/stockimport/export/",
    f"{PRODUCTS}count/",
    "/admin/catalog/category/",
    "/admin/accounts/user/",
    "/admin/accounts/user/add/",
    "/admin/outbox/emailmessage/",
    "/admin/password_change/",
]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_a_script_of_its_own_or_a_foreign_address(manager: Client, path: str) -> None:
    page = manager.get(path)

    assert page.status_code == 200
    assert "script-src 'self' 'unsafe-eval'" in page.headers["Content-Security-Policy"]
    inline = [tag for tag in re.findall(r"<script\b[^>]*>", page.text) if "src=" not in tag]
    assert [tag for tag in inline if "application/json" not in tag] == []
    assert re.findall(r"<[^>]+\son(?:click|load|submit|change)=", page.text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*', page.text) == []


@pytest.mark.parametrize(
    "path",
    [PRODUCTS, "/admin/catalog/stockmovement/", "/admin/catalog/stockimport/", "/admin/accounts/user/"],
)
def test_a_list_asks_as_often_for_three_rows_as_for_one(sign_in: SignIn, path: str) -> None:
    client = sign_in("superuser")
    add_rows()
    once = queries_of(client, path)
    add_rows()
    add_rows()

    assert queries_of(client, path) == once
    assert once <= 12


def add_rows() -> None:
    """One more of whatever there are lists of."""
    product = make_product(on_hand=3)
    make_user(role="Viewer")
    file = BytesIO(f"sku,quantity\n{product.sku},5\n".encode())
    plan_import(file, file_name="count.csv", mode="count", by=CLI)


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(path)
    assert page.status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/accounts/user/?password__startswith=argon2",
        "/admin/orders/order/?promo_terms__promotion__startswith=A",
        "/admin/orders/order/?number__regex=(",
        "/admin/orders/order/?lines__product__sku__startswith=A",
        "/admin/orders/order/?customer__user__password__startswith=a",
        "/admin/catalog/stockmovement/?actor__password__startswith=a",
        "/admin/catalog/stockmovement/?actor_id__browser_sessions__session_key__startswith=a",
        "/admin/catalog/stockmovement/?actor_id__password__startswith=a",
        "/admin/orders/order/?customer_id__email__startswith=a",
        "/admin/orders/order/?pk__startswith=1",
        "/admin/accounts/user/?%2B__text__startswith=a",
        "/admin/accounts/customer/?spent__gt=100",
        "/admin/catalog/product/?price__gt=1",
    ],
)
def test_a_list_is_narrowed_by_its_filters_alone(manager: Client, address: str) -> None:
    assert manager.get(address).status_code == 400


def test_no_list_can_be_narrowed_by_what_a_query_would_follow_to_other_rows(
    rf: RequestFactory,
) -> None:
    request = rf.get("/")
    request.user = make_user(is_superuser=True)
    asked = [
        (each, f"{name}__pk__startswith")
        for each in admin.site._registry.values()
        if isinstance(each, DomainAdmin)
        # As queries know them: by name, by the column behind it, and without any name.
        for name in {**each.opts._forward_fields_map, **each.opts.fields_map}
    ]
    assert "actor_id__pk__startswith" in {lookup for _, lookup in asked}
    assert [str(each) for each, lookup in asked if each.lookup_allowed(lookup, "1", request)] == []


@pytest.mark.parametrize(
    ("page", "shown"), [("9", "2"), ("9" * 40, "2"), ("0", "1"), ("-3", "1"), ("x", "1")]
)
def test_a_page_that_does_not_exist_is_the_nearest_one_of_the_same_view(
    manager: Client, monkeypatch: pytest.MonkeyPatch, page: str, shown: str
) -> None:
    monkeypatch.setattr(DomainAdmin, "list_per_page", 2)
    for number in range(3):
        make_product(f"OLD-{number}", is_active=False)
        make_product(f"TEA-{number}")

    answer = manager.get(f"{PRODUCTS}?view=archived&p={page}")

    assert answer.status_code == 200
    changelist = answer.context["cl"]
    assert str(changelist.page_num) == shown
    skus = {"1": ["OLD-0", "OLD-1"], "2": ["OLD-2"]}[shown]
    assert [product.sku for product in changelist.result_list] == skus


def test_what_was_saved_is_told_in_our_words(manager: Client) -> None:
    fields = {"sku": "TEA-01", "name": "Green tea", "price": "3.95", "is_active": "on"}
    added = manager.post(f"{PRODUCTS}add/", fields, follow=True)
    product = Product.objects.get()
    saved = manager.post(f"{PRODUCTS}{product.pk}/change/", fields | {"price": "4.50"}, follow=True)

    told = [[str(message) for message in page.context["messages"]] for page in (added, saved)]
    assert told == [["TEA-01 Green tea is added."], ["TEA-01 Green tea is saved."]]
    assert "successfully" not in added.text + saved.text
