"""No page has an input of the type email: browsers write ß of a domain as ss there, somebody else's."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.admin.email_input import EmailAddressInput
from tests.admin_fixtures import SignIn
from tests.factories import make_product, make_user, place

pytestmark = pytest.mark.django_db


def test_an_address_is_typed_into_an_input_of_plain_text_with_a_keyboard_for_addresses() -> None:
    html = EmailAddressInput({"autofocus": True}).render("email", "theo@straße.de")
    assert 'type="text"' in html
    assert 'inputmode="email"' in html
    assert 'value="theo@straße.de"' in html


def test_no_page_has_an_input_of_the_type_email(sign_in: SignIn) -> None:
    make_product("A", on_hand=1)
    order, user = place({"A": 1}), make_user(role="Viewer")
    pages = (
        "/admin/accounts/user/add/",
        f"/admin/accounts/user/{user.pk}/change/",
        f"/admin/accounts/user/{user.pk}/change-email/",
        "/admin/email_change/",
        reverse("admin:orders_order_new_order"),
        f"/admin/orders/order/{order.pk}/edit/",
    )
    owner = sign_in("superuser")
    texts = [owner.get(page).text for page in pages]
    texts += [Client().get(page).text for page in ("/admin/login/", "/admin/password_reset/")]

    assert [text for text in texts if re.search(r"""type=["']?email""", text)] == []
    assert sum('inputmode="email"' in text for text in texts) >= 6
