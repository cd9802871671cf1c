"""Where one is, in the bar on top of each page and in the window's title."""

import re

import pytest
from django.test import Client
from django.utils.html import strip_tags

from tests.factories import make_product, make_user

pytestmark = pytest.mark.django_db
CRUMBS = re.compile(r'(?s)<(?:nav|div) class="bo-crumbs".*?</(?:nav|div)>')


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user(is_superuser=True))
    return client


def crumbs_of(page: str) -> str:
    found = CRUMBS.search(page)
    assert found
    return " / ".join(part.strip() for part in strip_tags(found[0]).split("/"))


def test_a_list_is_named_as_in_the_sidebar(admin: Client) -> None:
    assert crumbs_of(admin.get("/admin/accounts/user/").text) == "Users &amp; roles"


def test_a_record_stands_below_its_list(admin: Client) -> None:
    product = make_product("TEA-01", name="Green tea")
    page = admin.get(f"/admin/catalog/product/{product.pk}/change/").text

    assert crumbs_of(page) == "Products / TEA-01 Green tea"
    assert "<title>TEA-01 Green tea | Products | Backoffice</title>" in page
    assert '<a href="/admin/catalog/product/" title="Products"><bdi>Products</bdi></a>' in page


def test_a_form_to_add_one_is_named_as_the_button_that_leads_there(admin: Client) -> None:
    assert ">Invite a colleague</a>" in admin.get("/admin/accounts/user/").text
    assert crumbs_of(admin.get("/admin/accounts/user/add/").text) == "Users &amp; roles / Invite a colleague"


def test_a_list_that_has_no_link_of_its_own_stands_below_the_one_that_has(admin: Client) -> None:
    page = admin.get("/admin/catalog/productimport/").text

    assert crumbs_of(page) == "Products / Product imports"


@pytest.mark.parametrize(
    ("path", "name"),
    {
        "password_change/": "Change password",
        "email_change/": "Change e-mail",
        "account/second-factor/": "Second factor",
    }.items(),
)
def test_pages_about_oneself_stand_below_ones_account(admin: Client, path: str, name: str) -> None:
    page = admin.get(f"/admin/{path}").text

    assert crumbs_of(page) == f"Your account / {name}"
    assert '<a href="/admin/account/" title="Your account">' in page


def test_ones_account_stands_below_none(admin: Client) -> None:
    page = admin.get("/admin/account/").text

    assert crumbs_of(page) == "Your account"
    assert 'aria-current="page"' not in page


@pytest.mark.parametrize(
    "path", ["", "catalog/product/", "catalog/product/add/", "accounts/user/roles/", "account/"]
)
def test_a_page_has_one_title(admin: Client, path: str) -> None:
    assert admin.get(f"/admin/{path}").text.count("<h1") == 1
