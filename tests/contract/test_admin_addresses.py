"""No address of the admin, however it was made up, is answered with a fault of ours."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.test import Client
from django.test import client as django_client

# The pages register themselves when addresses are loaded.
import backoffice.urls  # noqa: F401
from accounts.models import User
from orders.models import Order
from tests.contract import hostile
from tests.factories import (
    make_batch,
    make_category,
    make_customer,
    make_product,
    make_promo_code,
    make_user,
    place,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def owner() -> User:
    return make_user("owner@example.com", is_superuser=True)


@pytest.fixture
def client(owner: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    return client


@pytest.fixture(autouse=True)
def _contexts_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at them here, and to copy that of each part of thousands of pages takes time."""
    monkeypatch.setattr(django_client, "store_rendered_templates", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def _shop() -> None:
    """A row of everything, so that filters and dialogs have something to be wrong about."""
    lamps = make_category("Lamps")
    make_product("TEA-01", on_hand=9, price="10.00", category=lamps)
    make_promo_code("SPRING20", category_ids=(lamps.pk,))
    make_batch(2)
    place({"TEA-01": 1}, customer=make_customer("lena@example.com"), promo_code="SPRING20")


type Tried = tuple[str, str, dict[str, str]]


def faults(client: Client, tried: list[Tried]) -> list[str]:
    return [
        f"{status} {method} {url[:120]!r} {str(data)[:120]}"
        for method, url, data in tried
        if (status := hostile.answers(client, method, url, data)) >= 500
    ]


def test_a_key_that_is_none_is_not_found(client: Client) -> None:
    keyed = [pattern for pattern in hostile.patterns() if hostile.has_place(pattern)]
    assert len(keyed) > 50
    tried: list[Tried] = [
        (method, url, {})
        for pattern in keyed
        for url in hostile.with_keys(pattern)
        for method in ("GET", "POST")
    ]
    assert "\n".join(faults(client, tried)) == ""


def test_a_parameter_that_cannot_be_understood_is_no_fault(client: Client) -> None:
    names = hostile.parameters_read()
    assert len(names) > 12
    tried: list[Tried] = [
        (method, hostile.with_first_row(pattern, _first(pattern)), dict.fromkeys(names, value))
        for pattern in hostile.patterns()
        for value in hostile.tried_here(pattern, hostile.VALUES)
        for method in ("GET", "POST")
    ]
    assert "\n".join(faults(client, tried)) == ""


def test_a_filter_that_cannot_be_understood_is_no_fault(client: Client, owner: User) -> None:
    tried: list[Tried] = []
    for model, model_admin in admin.site._registry.items():
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        of_its_own, of_any_list = hostile.parameters_of_list(model_admin, owner)
        tried += [
            ("GET", url, {name: value})
            for name in of_its_own
            for value in hostile.tried_here(url + name, hostile.VALUES)
        ]
        # Each of these is tried on each database, with every value, in about half of the lists.
        tried += [
            ("GET", url, {name: value})
            for name in of_any_list
            for value in hostile.half_of(url + name, hostile.VALUES)
        ]
    assert len(tried) > 500
    assert "\n".join(faults(client, tried)) == ""


def test_nor_is_one_that_an_orders_page_remembers_of_its_list(client: Client, owner: User) -> None:
    order = Order.objects.get()
    of_its_own, of_any_list = hostile.parameters_of_list(admin.site._registry[Order], owner)
    tried: list[Tried] = [
        (
            "GET",
            f"/admin/orders/order/{order.pk}/change/",
            {"_changelist_filters": urlencode({name: value})},
        )
        for name in (*of_its_own, *of_any_list)
        for value in hostile.tried_here(name, hostile.VALUES)
    ]
    assert "\n".join(faults(client, tried)) == ""


def test_a_filter_that_cannot_be_understood_is_told_above_the_whole_list(client: Client) -> None:
    for query in ("product__id__exact=" + "9" * 40, "kind__exact=%00"):
        page = client.get(f"/admin/catalog/stockmovement/?{query}", follow=True)
        assert page.redirect_chain == [("/admin/catalog/stockmovement/", 302)]
        assert "A filter of this list could not be understood: choose it again." in page.text


def _first(pattern: str) -> Any:
    for model in admin.site._registry:
        if pattern.startswith(f"{model._meta.app_label}/{model._meta.model_name}/"):
            row = model._default_manager.first()
            return row.pk if row else 1
    return 1
