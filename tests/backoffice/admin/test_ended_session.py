"""Whoever is signed out while typing loses nothing of it, and nothing is done before they signed in again."""

import json
from typing import Any

import pytest
from django.test import Client

from catalog.models import Category
from orders.models import OrderEvent
from tests.factories import PASSWORD, make_product, make_user, place
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
ADD = "/admin/catalog/category/add/"
TYPED = {"name": "Lamps & more", "slug": "lamps"}
HERE = {"Origin": "http://testserver"}


def sign_in_with(kept: str, *, password: str = PASSWORD, page: str = ADD) -> Any:
    user = make_user("ann@example.com", role="Manager")
    client = Client()
    fields = {"username": user.email, "password": password, "kept": kept}
    return client, client.post(f"/admin/login/?next={page}", fields)


def test_a_form_sent_after_the_session_ended_is_kept_beside_the_sign_in() -> None:
    page = Client().post(ADD, TYPED, headers=HERE)

    assert page.status_code == 200
    assert "What you typed is kept" in page.text
    assert json.loads(page.context["kept"]) == [["name", "Lamps & more"], ["slug", "lamps"]]
    assert page.context["app_path"] == "/admin/login/?next=%2Fadmin%2Fcatalog%2Fcategory%2Fadd%2F"
    assert not page.context["form"].is_bound
    assert not Category.objects.exists()


def test_whoever_signs_in_sends_it_again_as_it_was() -> None:
    kept = Client().post(ADD, TYPED, headers=HERE).context["kept"]
    client, page = sign_in_with(kept)

    assert (page.status_code, page.context["typed"]) == (200, [*TYPED.items()])
    assert page.context["action"] == ADD
    assert not Category.objects.exists()

    client.post(page.context["action"], dict(page.context["typed"]))
    assert Category.objects.get().name == "Lamps & more"


def test_a_wrong_password_keeps_it_too() -> None:
    _client, page = sign_in_with(json.dumps([["name", "Lamps"]]), password="wrong")
    assert page.context["kept"] == json.dumps([["name", "Lamps"]])
    assert page.text.count('name="kept"') == 1


@pytest.mark.parametrize("kept", ["", "{", "7", "[1]", '["a"]', "[[]]"])
def test_without_anything_kept_one_is_led_to_the_page_as_ever(kept: str) -> None:
    _client, answer = sign_in_with(kept)
    assert (answer.status_code, answer.headers["Location"]) == (302, ADD)


def test_what_a_strangers_page_sends_is_not_kept() -> None:
    answer = Client().post(ADD, TYPED, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 302


def test_a_password_that_was_typed_is_not_kept() -> None:
    answer = Client().post("/admin/password_change/", {"old": "a", "new_password": "b"}, headers=HERE)
    assert (answer.status_code, "kept" in answer.text) == (302, False)


def test_a_dialog_stays_open_with_its_reason_and_says_that_one_is_signed_out() -> None:
    make_product("A", on_hand=1)
    order = place({"A": 1})
    url = f"/admin/orders/order/{order.pk}/cancel/"
    before = OrderEvent.objects.count()

    answer = Client().post(url, submitted(reason="Rang twice"), headers={**HERE, "HX-Request": "true"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert answer.text.startswith("You are signed out. Nothing was done. Sign in again in another tab")
    assert "HX-Redirect" not in answer.headers
    assert OrderEvent.objects.count() == before
