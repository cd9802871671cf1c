"""The first page and the palette: what needs somebody now, and finding it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from backoffice.moments import start_of_day
from backoffice.money import zero
from backoffice.outbox.models import EmailMessage, EmailState
from orders.admin.words import money
from orders.fulfilment import lifecycle
from orders.models import Order
from orders.payments.details import PaymentDetails
from orders.payments.recording import pay_back, record_payment
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer, make_family, make_product, make_promo_code, make_user, place

pytestmark = pytest.mark.django_db
HOME = "/admin/"


type Figure = tuple[str, str, str]


def figures_of(page: Any) -> dict[str, Figure]:
    return {
        figure.title: (figure.value, figure.change, figure.note) for figure in page.context.get("figures", [])
    }


def url_of(page: Any, title: str) -> str:
    found = (figure.url for figure in page.context["figures"] if figure.title == title)
    return next(found)


def listed(client: Client, url: str) -> list[Order]:
    """Return what the list holds that a card opens."""
    return list(client.get(url).context["cl"].queryset)


def attention_of(page: Any) -> dict[str, tuple[str, str, str]]:
    return {row.title: (row.count, row.note, row.url) for row in page.context["attention"]}


@pytest.fixture
def a_month() -> None:
    """One order 40 days ago; three in the last 30 days and one called off; one unit of which came back."""
    make_product("TEA-01", on_hand=30, price="10.00", low_stock_threshold=25)
    now = timezone.now()
    for days, quantity in ((40, 1), (10, 1), (5, 2), (0, 4)):
        order = place({"TEA-01": quantity}, at=now - timedelta(days=days))
        if days:
            lifecycle.ship_order(order.number, by=CLI)
        if days == 5:
            lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("TEA-01", 1)])
    called_off = place({"TEA-01": 5}, at=now - timedelta(days=2))
    lifecycle.cancel_order(called_off.number, by=CLI)


@pytest.mark.usefixtures("a_month")
def test_the_figures_compare_thirty_days_with_the_thirty_before(manager: Client) -> None:
    page = manager.get(HOME)

    assert figures_of(page) == {
        "To ship": ("1", "", "none older than 24 h"),
        "Sales": ("€60.00", "+500 %", "was €10.00"),
        "Orders": ("3", "+200 %", "was 1"),
        "Average order": ("€20.00", "+100 %", "was €10.00"),
        "Credited": ("€60.00", "", "50 % of totals, was 0 %"),
    }
    assert {status.title: status.count for status in page.context["statuses"]} == {
        "Pending": 1,
        "Part-shipped": 0,
        "In transit": 2,
        "Delivered": 0,
        "Cancelled": 1,
    }


@pytest.mark.usefixtures("a_month")
@pytest.mark.parametrize("period", ["", "?period=7d", "?period=today", "?period=90d"])
def test_each_figure_opens_the_list_of_just_what_it_counts(manager: Client, period: str) -> None:
    page = manager.get(HOME + period)

    figures = figures_of(page)
    sold = listed(manager, url_of(page, "Sales"))
    assert figures["To ship"][0] == str(len(listed(manager, url_of(page, "To ship"))))
    assert figures["Sales"][0] == money(sum((order.net for order in sold), zero()))
    assert figures["Orders"][0] == str(len(listed(manager, url_of(page, "Orders")))) == str(len(sold))
    assert url_of(page, "Average order") == url_of(page, "Orders")
    credited = listed(manager, url_of(page, "Credited"))
    assert all(order.credited for order in credited)
    assert figures["Credited"][0] == money(sum((order.credited for order in credited), zero()))
    for status in page.context["statuses"]:
        assert status.count == len(listed(manager, status.url)), status.title
    (placed,) = (each for each in page.context["happened"] if each.url)
    assert placed.count == str(len(listed(manager, placed.url)))


def test_days_of_ones_own_are_compared_with_as_many_before(manager: Client) -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    noon = datetime(2026, 3, 10, 11, tzinfo=UTC)
    for days, quantity in ((0, 1), (1, 2), (2, 4), (3, 8)):
        place({"TEA-01": quantity}, at=noon - timedelta(days=days))

    page = manager.get(HOME, {"from": "2026-03-09", "to": "2026-03-10"})

    assert figures_of(page)["Sales"] == ("€30.00", "−75 %", "was €120.00")
    assert "Compared with 7–8 Mar" in page.text
    assert page.context["picker"].is_own
    chart = page.context["chart"]
    assert (chart.title, chart.legend) == ("Sales by day", ("9–10 Mar", "7–8 Mar"))
    assert [column.values for column in chart.columns] == [("€20.00", "€80.00"), ("€10.00", "€40.00")]


def test_today_is_compared_with_yesterday_until_the_same_time(manager: Client) -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    now = timezone.now()
    begun = start_of_day(timezone.localdate(now))
    place({"TEA-01": 1}, at=begun)
    yesterday = begun - timedelta(days=1)
    place({"TEA-01": 2}, at=yesterday)
    place({"TEA-01": 4}, at=begun - timedelta(microseconds=1))

    page = manager.get(HOME, {"period": "today"})

    assert figures_of(page)["Sales"] == ("€10.00", "−50 %", "was €20.00")
    assert "Compared with yesterday until" in page.text
    chart = page.context["chart"]
    assert chart.columns[0].values == ("€10.00", "€20.00")
    assert chart.columns[-1].values == ("€0.00", "€40.00")


@pytest.mark.parametrize(
    "query", ["?period=forever", "?from=x&to=y", "?from=2026-02-02&to=2026-01-01", "?from=%00&to=0001-01-01"]
)
def test_a_garbled_period_shows_the_usual_one_and_says_why(manager: Client, query: str) -> None:
    page = manager.get(HOME + query)

    assert page.status_code == 200
    assert "Showing the last 30 days." in page.text
    assert [segment.title for segment in page.context["picker"].segments if segment.is_chosen] == ["30 days"]


def test_figures_are_kept_for_a_minute_by_period(manager: Client) -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    place({"TEA-01": 1})
    assert figures_of(manager.get(HOME))["Orders"][0] == "1"
    place({"TEA-01": 1})

    assert figures_of(manager.get(HOME))["Orders"][0] == "1"
    assert figures_of(manager.get(HOME + "?period=7d"))["Orders"][0] == "2"
    caches["process"].clear()
    assert figures_of(manager.get(HOME))["Orders"][0] == "2"


REVENUE = ["Sales", "Average order", "Credited"]


@pytest.mark.parametrize(
    ("role", "titles", "has_sales", "has_codes", "has_moved"),
    [
        ("Manager", ["To ship", "Sales", "Orders", "Average order", "Credited"], True, True, True),
        ("Marketing", ["To ship", "Sales", "Orders", "Average order", "Credited"], True, True, True),
        ("Warehouse", ["To ship", "Orders"], False, False, True),
        ("Support", ["To ship", "Orders"], False, True, True),
        ("Viewer", ["To ship", "Orders"], False, True, True),
    ],
)
def test_cards_appear_only_with_the_permission_for_them(
    sign_in: SignIn, role: str, titles: list[str], has_sales: bool, has_codes: bool, has_moved: bool
) -> None:
    make_product("TEA-01", on_hand=30)
    place({"TEA-01": 1})
    make_promo_code("SOON", ends_at=timezone.now() + timedelta(days=2))

    page = sign_in(role).get(HOME)

    assert list(figures_of(page)) == titles
    assert ("Sales by day" in page.text) == has_sales
    assert ("€" in page.text) == has_sales
    assert ("SOON" in page.text) == has_codes
    assert ("Stock imports applied" in page.text) == has_moved


def test_figures_of_revenue_that_are_kept_are_not_shown_to_who_may_not_see_them(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    place({"TEA-01": 1})
    assert "€10.00" in sign_in("Manager").get(HOME).text

    page = sign_in("Viewer").get(HOME)

    assert "€" not in page.text
    assert page.context["chart"] is None


def test_who_sees_revenue_but_no_orders_is_not_led_to_their_list(client: Client) -> None:
    make_product("TEA-01", on_hand=30, price="10.00")
    place({"TEA-01": 1})
    accountant = make_user("anna@example.com", role="Warehouse")
    accountant.groups.clear()
    accountant.user_permissions.add(Permission.objects.get(codename="view_revenue"))
    client.force_login(accountant)

    page = client.get(HOME)

    assert list(figures_of(page)) == REVENUE
    assert {figure.url for figure in page.context["figures"]} == {""}
    assert "/admin/orders/order/" not in page.text


def test_a_new_shop_says_what_it_has_none_of(manager: Client) -> None:
    page = manager.get(HOME)

    assert page.context["chart"] is None
    assert "Nothing was sold in these days, nor in those before." in page.text
    assert "no order is late, nothing runs low, and no e-mail failed" in page.text
    assert figures_of(page)["Sales"] == ("€0.00", "", "nothing to compare with")


def test_what_needs_attention_is_counted_and_opens_its_list(manager: Client) -> None:
    make_product("TEA-01", on_hand=30, price="1.00", low_stock_threshold=30)
    make_product("GONE", on_hand=1, price="1.00")
    place({"GONE": 1}, at=timezone.now() - timedelta(hours=20))
    late = place({"TEA-01": 1}, at=timezone.now() - timedelta(days=3))
    place({"TEA-01": 1}, at=timezone.now() - timedelta(days=2))
    ends_at = timezone.now() + timedelta(days=2)
    make_promo_code("LATER", ends_at=ends_at + timedelta(days=1))
    make_promo_code("SOON", ends_at=ends_at)
    EmailMessage.objects.filter(about=late.number).update(state=EmailState.DEAD)

    page = manager.get(HOME)

    rows = attention_of(page)
    assert {title: count for title, (count, _note, _url) in rows.items()} == {
        "Late orders": "2",
        "Failed e-mails": "1",
        "Low stock": "2",
        "Promo codes ending soon": "2",
    }
    assert rows["Late orders"][1] == f"Oldest: {late.number}, 3 days ago"
    assert rows["Low stock"][1] == "1 is sold out"
    assert rows["Promo codes ending soon"][1].startswith("Next: SOON, ")
    assert rows["Failed e-mails"][1].startswith("Newest: ")
    for count, _note, url in rows.values():
        assert count == str(len(listed(manager, url))), url
    assert f"as of {timezone.localtime(page.context['as_of']):%H:%M}" in page.text


def test_what_happened_today_is_counted_by_its_causes(manager: Client) -> None:
    make_product("TEA-01", on_hand=30)
    make_product("MUG", on_hand=30)
    for quantity in (1, 2):
        order = place({"TEA-01": quantity, "MUG": 2})
        lifecycle.ship_order(order.number, by=CLI)
    lifecycle.return_items(order.number, by=CLI, items=[lifecycle.ReturnedItem("MUG", 1)])
    place({"TEA-01": 1}, at=timezone.now() - timedelta(days=2))

    happened = manager.get(HOME).context["happened"]

    assert [(each.title, each.count) for each in happened] == [
        ("Orders placed", "2"),
        ("Parcels shipped", "2"),
        ("Returns put back", "1"),
        ("Stock imports applied", "0"),
    ]


def test_top_products_are_ranked_by_sales_or_for_others_by_units(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=99, price="1.00", name="Earl Grey")
    lamp = make_product("LAMP", on_hand=99, price="40.00", name="Lamp")
    place({"LAMP": 1}, at=timezone.now() - timedelta(days=40))
    place({"LAMP": 2, "TEA-01": 20})

    def best(role: str) -> list[tuple[str, str, int, str, str]]:
        rows = sign_in(role).get(HOME).context["best"]
        return [(row.sku, row.units, row.percent, row.sales, row.change.text) for row in rows]

    assert best("Manager") == [
        ("LAMP", "2", 100, "€80.00", "+100 %"),
        ("TEA-01", "20", 25, "€20.00", ""),
    ]
    assert best("Viewer") == [("TEA-01", "20", 100, "", ""), ("LAMP", "2", 10, "", "+100 %")]
    assert f"/admin/catalog/product/{lamp.pk}/change/" in sign_in("Viewer").get(HOME).text


def test_money_that_came_in_and_went_out_is_added_up_by_method(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=3, price="10.00")
    order = place({"TEA-01": 1}, at=timezone.now() - timedelta(days=50))
    long_ago = PaymentDetails(method="cash", value_date=timezone.localdate() - timedelta(days=40))
    record_payment(order.number, Decimal("2.00"), long_ago, by=CLI)
    record_payment(order.number, Decimal("9.00"), PaymentDetails(method="card"), by=CLI)
    pay_back(order.number, details=PaymentDetails(method="card"), by=CLI)

    page = sign_in("Manager").get(HOME)

    money = page.context["money"]
    [card] = money.rows
    assert (card.method, card.came_in, card.went_out, card.net) == ("Card", "€9.00", "€1.00", "€8.00")
    assert (money.total.came_in, money.total.net) == ("€9.00", "€8.00")
    listed_there = sign_in("Manager").get(card.url).context["cl"].queryset
    assert sorted(entry.paid_delta for entry in listed_there) == [Decimal(-1), Decimal(9)]
    assert "All payments of these days" in page.text


@pytest.mark.parametrize("role", ["Support", "Marketing", "Warehouse", "Viewer"])
def test_what_came_in_is_for_those_who_see_both_revenue_and_payments(sign_in: SignIn, role: str) -> None:
    assert sign_in(role).get(HOME).context["money"] is None


def test_the_page_asks_no_more_of_the_database_for_many_orders_or_days(
    manager: Client, django_assert_max_num_queries: Any
) -> None:
    make_product("TEA-01", on_hand=99)
    for days in range(5):
        place({"TEA-01": 1}, at=timezone.now() - timedelta(days=days))
    manager.get(HOME)
    caches["process"].clear()

    # One of them asks who waits to be erased, of whom the shop must not lose sight; one adds up the payments.
    with django_assert_max_num_queries(23):
        manager.get(HOME, {"period": "90d"})
    # The session, its user with their rights, and the settings of the shop.
    with django_assert_max_num_queries(4):
        manager.get(HOME, {"period": "90d"})


def test_who_has_much_open_is_shown_to_those_who_may_know_customers(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=20, price="1.00")
    lena = make_customer("lena@example.com", name="Lena Brandt")
    place({"TEA-01": 12}, customer=lena)
    caches["process"].clear()

    page = sign_in("Support").get(HOME)

    assert attention_of(page)["Much reserved for Lena Brandt"] == (
        "",
        "12 × TEA-01, of 20 on hand",
        f"/admin/accounts/customer/{lena.pk}/change/",
    )
    for role in ("Marketing", None):
        assert "Lena Brandt" not in sign_in(role).get(HOME, follow=True).text


# The palette


def found(client: Client, term: str) -> list[str]:
    answer = client.get("/admin/search/", {"s": term})
    return [result.title for result in answer.context["results"]] if answer.context else []


def test_the_palette_finds_orders_products_codes_and_people(manager: Client) -> None:
    make_product("TEA-01", on_hand=5, name="Earl Grey", barcode="4012345")
    make_promo_code("SPRING20")
    lena = make_customer("lena@example.com", name="Lena Brandt")
    order = place({"TEA-01": 1}, customer=lena)
    lifecycle.ship_order(order.number, by=CLI, tracking_number="JJD0034")
    order.refresh_from_db()

    assert found(manager, order.number) == [order.number]
    assert found(manager, str(order.serial)) == [order.number]
    assert found(manager, "jjd0034") == [order.number]
    assert found(manager, "lena@example.com") == [order.number, "Lena Brandt"]
    assert found(manager, "tea-01") == ["Earl Grey", order.number]
    assert found(manager, "4012345") == ["Earl Grey", order.number]
    assert found(manager, "spring") == ["SPRING20"]
    make_family("Enamel mug")
    assert found(manager, "mug enamel") == ["Enamel mug"]
    assert found(manager, "\x00") == []
    assert found(manager, "zz") == []


def test_the_palette_shows_only_what_the_role_may_see(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=5)
    make_promo_code("SPRING20")
    lena = make_customer("lena@example.com", name="Lena Brandt")
    order = place({"TEA-01": 1}, customer=lena)

    assert found(sign_in("Warehouse"), "spring20") == []
    assert found(sign_in("Marketing"), "lena@example.com") == []
    assert found(sign_in("Marketing"), str(order.number)) == [str(order.number)]
    assert "Lena Brandt" in found(sign_in("Warehouse"), "lena@example.com")


def test_the_palette_stops_at_fifteen(manager: Client) -> None:
    for number in range(20):
        make_customer(f"lena{number}@example.com", name="Lena")
        make_product(f"LENA-{number}")

    assert len(found(manager, "lena")) <= 15
