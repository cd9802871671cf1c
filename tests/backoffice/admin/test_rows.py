"""Rows of lists: the cells that Unfold would show, without a template for each."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.test.signals import template_rendered
from django.urls import reverse
from unfold.templatetags.unfold_list import items_for_result

from backoffice.admin.rows import rows_of
from tests.admin_fixtures import SignIn
from tests.admin_pages import open_a_shop
from tests.factories import make_customer, make_product, place

pytestmark = pytest.mark.django_db


def lists() -> list[str]:
    # The apps' admins are loaded with the addresses.
    reverse("admin:index")
    names = [
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry
    ]
    return [reverse(name) for name in names]


def texts_of(cells: str) -> list[str]:
    """What a row says, without its tags; of those that link, the address."""
    return [
        " ".join(part.split()) for part in re.findall(r'href="[^"]*"|(?<=>)[^<]+(?=<)', cells) if part.strip()
    ]


def test_each_list_says_what_unfold_would(sign_in: SignIn) -> None:
    client = sign_in("superuser")
    open_a_shop()
    make_product("HAT-1", name="<i>Hat</i> & scarf", on_hand=3)
    place({"HAT-1": 3}, customer=make_customer("o'neil@example.com", name="<b>O'Neil</b>"))
    shown = 0

    for address in lists():
        answer = client.get(f"{address}?q=")
        cl = answer.context["cl"]
        for row, model in zip(rows_of(cl, answer.wsgi_request, ()), cl.result_list, strict=True):
            assert texts_of(row.cells) == texts_of("".join(items_for_result(cl, model, None))), address
            assert row.cells in answer.text
            shown += 1

    assert shown >= 8


def templates_of(client: Client, address: str) -> int:
    rendered: list[Any] = []

    def note(template: Any, **_kwargs: Any) -> None:
        rendered.append(template.name)

    template_rendered.connect(note)
    try:
        assert client.get(address).status_code == 200
    finally:
        template_rendered.disconnect(note)
    return len(rendered)


@pytest.mark.parametrize(
    "address", ["/admin/orders/order/", "/admin/catalog/product/", "/admin/catalog/stockmovement/"]
)
def test_more_rows_take_no_more_templates(address: str, manager: Client) -> None:
    make_product("TEA-01", on_hand=50)
    place({"TEA-01": 1})
    for_few = templates_of(manager, address)
    for number in range(12):
        make_product(f"TEA-1{number}", on_hand=1)
        place({"TEA-01": 1})

    assert templates_of(manager, address) <= for_few + 1
