"""One kind of history: whoever asks for that of a row finds it on its own page, with old and new values."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from catalog.categories import save_category
from orders.changing.details import edit_order
from tests.contract.client import Api
from tests.factories import (
    CLI,
    make_batch,
    make_category,
    make_customer,
    make_family,
    make_product,
    make_promo_code,
    make_user,
    place,
)

pytestmark = pytest.mark.django_db


def words_of(page: Any) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


@pytest.fixture
def boss() -> User:
    return make_user("boss@example.com", is_superuser=True)


@pytest.fixture
def pages(boss: User) -> dict[str, tuple[int, str]]:
    """One row of each kind, changed from "Before" to "After" past the admin."""
    api = Api(boss)
    customer = make_customer("ann@example.com", name="Before")
    product = make_product("A", on_hand=5, name="Before")
    promo_code = make_promo_code("BEFORE")
    category = make_category("Before")
    category.name = "After"
    save_category(category, by=CLI)
    family = make_family("Before")
    batch = make_batch(2, name="Before")
    user = make_user("sam@example.com", role="Support")
    order = place({"A": 1}, customer=customer, note="Before")
    edit_order(order.number, by=CLI, note="After")
    api.patch("products/A", {"name": "After"})
    api.patch(f"customers/{customer.pk}", {"name": "After"})
    api.patch("families/before", {"name": "After"})
    api.patch("promo-codes/BEFORE", {"name": "After"})
    api.patch(f"promotions/{batch.pk}", {"name": "After"})
    api.patch(f"users/{user.pk}", {"role": "Warehouse"})
    return {
        "catalog_product": (product.pk, "Before → After"),
        "accounts_customer": (customer.pk, "Before → After"),
        "orders_promocode": (promo_code.pk, "After"),
        "orders_promotion": (batch.pk, "After"),
        "orders_order": (order.pk, "Before"),
        "accounts_user": (user.pk, "Support → Warehouse"),
        "catalog_category": (category.pk, "Before → After"),
        "catalog_productfamily": (family.pk, "Before → After"),
    }


def test_asking_for_a_history_leads_to_the_one_with_old_and_new_values(
    boss: User, pages: dict[str, tuple[int, str]]
) -> None:
    client = Client()
    client.force_login(boss)
    for model, (pk, told) in pages.items():
        there = client.get(reverse(f"admin:{model}_history", args=[pk]))
        page, _mark, anchor = there.headers["Location"].partition("#")
        shown = client.get(page)
        while shown.status_code == 302:
            shown = client.get(shown.headers["Location"])
        assert f'id="{anchor}"' in shown.content.decode(), model
        assert told in words_of(shown), model


def test_what_is_changed_in_the_admin_has_no_second_history_without_values(boss: User) -> None:
    client = Client()
    client.force_login(boss)
    customer = make_customer("ann@example.com", name="Before")
    page = reverse("admin:accounts_customer_change", args=[customer.pk])
    client.post(page, {"name": "After", "phone": "", "note": ""})
    customer.refresh_from_db()
    assert (customer.name, LogEntry.objects.count()) == ("After", 0)
    assert "Before → After" in words_of(client.get(page))
