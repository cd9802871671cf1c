"""Every address of promo codes and batches, as each role."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.roles import ROLE_NAMES
from backoffice import urls
from orders.models import PromoCode, Promotion, PromotionEvent
from tests.admin_fixtures import SignIn
from tests.contract.hostile import WITHIN_A_PAGE
from tests.factories import make_batch, make_promo_code
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db

SEE = frozenset({"Manager", "Marketing", "Support", "Viewer"})
ALL = frozenset({"Manager", "Marketing"})
NOBODY: frozenset[str] = frozenset()

# Who may open what, or do what.
MATRIX = {
    "orders_promocode_changelist": SEE,
    "orders_promocode_add": ALL,
    "orders_promocode_change": SEE,
    "orders_promocode_history": SEE,
    "orders_promocode_delete": NOBODY,
    "orders_promocode_generate_codes": ALL,
    "orders_promocode_run_backtest": ALL,
    "orders_promocode_pause": ALL,
    "orders_promocode_resume": ALL,
    "orders_promocode_duplicate": ALL,
    "orders_promocode_delete_unused": ALL,
    "orders_promocode_backtest": ALL,
    "orders_promotion_changelist": SEE,
    "orders_promotion_add": ALL,
    "orders_promotion_change": SEE,
    "orders_promotion_history": SEE,
    "orders_promotion_delete": NOBODY,
    "orders_promotion_generate_codes": ALL,
    "orders_promotion_run_backtest": ALL,
    "orders_promotion_pause": ALL,
    "orders_promotion_resume": ALL,
    "orders_promotion_end": ALL,
    "orders_promotion_backtest": ALL,
    "orders_backtest": ALL,
    "orders_promotion_codes_csv": ALL,
    "orders_promotion_codes_xlsx": ALL,
    "orders_promotion_find": SEE,
}


def patterns() -> list[URLPattern]:
    assert urls.urlpatterns, "loading them registers the pages"
    found: list[Any] = [
        pattern for model in (PromoCode, Promotion) for pattern in admin.site._registry[model].get_urls()
    ]
    return [pattern for pattern in found if pattern.name]


@pytest.fixture
def addresses() -> dict[str, str]:
    """Each name of the matrix with the address of a row that exists."""
    rows = {"promocode": make_promo_code("SPRING20").pk, "promotion": make_batch(2).pk}
    return {name: address_of(name, rows) for name in MATRIX}


def address_of(name: str, rows: dict[str, int]) -> str:
    pattern = next(pattern for pattern in patterns() if pattern.name == name)
    return reverse(f"admin:{name}", args=[rows[name.split("_")[1]]] if pattern.pattern.converters else [])


def test_no_address_was_forgotten() -> None:
    assert {pattern.name for pattern in patterns()} == set(MATRIX)


@pytest.mark.parametrize("role", ROLE_NAMES)
def test_each_role_opens_what_the_table_says_and_nothing_else(
    role: str, sign_in: SignIn, addresses: dict[str, str]
) -> None:
    client = sign_in(role)

    refused = {name for name, url in addresses.items() if status(client, url) == 403}

    assert refused == {name for name, roles in MATRIX.items() if role not in roles}


def status(client: Client, url: str) -> int:
    answer = client.get(url, headers=WITHIN_A_PAGE)
    # Read to its end a file is closed.
    list(answer)
    return answer.status_code


def test_customers_and_strangers_are_sent_to_sign_in(sign_in: SignIn, addresses: dict[str, str]) -> None:
    for client in (Client(), sign_in(None)):
        for url in addresses.values():
            assert client.get(url).headers["Location"].startswith("/admin/login/?next=")


def test_asking_by_get_changes_nothing(sign_in: SignIn, addresses: dict[str, str]) -> None:
    client = sign_in("superuser")
    before = [list(model.objects.order_by("pk").values()) for model in (PromoCode, Promotion, PromotionEvent)]

    for url in addresses.values():
        list(client.get(url, submitted()))

    assert [
        list(model.objects.order_by("pk").values()) for model in (PromoCode, Promotion, PromotionEvent)
    ] == before


@pytest.mark.parametrize("role", ["Support", "Viewer", "Warehouse"])
def test_whoever_may_only_look_changes_nothing_by_post(
    role: str, sign_in: SignIn, addresses: dict[str, str]
) -> None:
    client = sign_in(role)
    form = {
        **submitted(),
        "kind": "percentage",
        "percent_off": "90",
        "count": "5",
        "length": "12",
    }

    for name, url in addresses.items():
        if role == "Warehouse" or not name.endswith(("list", "history", "find")):
            assert client.post(url, form, headers=WITHIN_A_PAGE).status_code == 403, name
    assert PromotionEvent.objects.exclude(kind__in=("created", "generated")).count() == 0
    assert Promotion.objects.count() == 2
