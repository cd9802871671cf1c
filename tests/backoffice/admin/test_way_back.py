"""Where somebody is led back to is a place of this shop, whatever a header says."""

import pytest
from django.test import RequestFactory

from backoffice.admin.way_back import came_from, local_path, page_of_this_shop

HERE = "http://testserver"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"{HERE}/admin/orders/order/?view=late&p=2#top", "/admin/orders/order/?view=late&p=2"),
        ("https://other.example/admin/", "/admin/"),
        ("/admin/", "/admin/"),
        ("", ""),
        (HERE, ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        (f"{HERE}//evil.example/", ""),
        (f"{HERE}////evil.example/", ""),
        (f"{HERE}/\\evil.example/", ""),
        ("http://[evil", ""),
        ("///evil.example", "/evil.example"),
    ],
)
def test_a_url_is_followed_within_the_shop_alone(url: str, path: str) -> None:
    assert local_path(url) == path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/admin/?p=1", "/admin/?p=1"),
        (f"{HERE}/admin/?p=1", "/admin/?p=1"),
        ("https://evil.example/admin/", ""),
        ("//evil.example/admin/", ""),
        ("//testserver@evil.example/admin/", ""),
        ("/\\evil.example", ""),
        ("javascript:alert(1)", ""),
        ("http://[evil", ""),
        ("", ""),
    ],
)
def test_a_link_leads_to_a_page_of_this_shop_alone(url: str, path: str) -> None:
    assert page_of_this_shop(RequestFactory().get("/gone/"), url) == path


@pytest.mark.parametrize(
    ("referer", "path"),
    [
        (f"{HERE}/admin/?p=1", "/admin/?p=1"),
        ("http://TESTSERVER/admin/", "/admin/"),
        ("https://testserver/admin/", "/admin/"),
        ("http://evil.example/admin/", ""),
        ("http://testserver@evil.example/admin/", ""),
        ("http://testserver.evil.example/admin/", ""),
        (f"{HERE}//evil.example", ""),
        (f"{HERE}/gone/?p=1", ""),
        ("http://[evil", ""),
    ],
)
def test_the_way_back_is_the_page_before_if_it_was_one_of_ours(referer: str, path: str) -> None:
    request = RequestFactory().get("/gone/", headers={"Referer": referer})
    assert came_from(request) == path


def test_a_form_leads_back_to_its_own_page() -> None:
    request = RequestFactory().post("/form/", headers={"Referer": f"{HERE}/form/?p=1"})
    assert came_from(request) == "/form/?p=1"


def test_there_is_no_way_back_at_an_address_that_is_not_ours() -> None:
    request = RequestFactory().get("/", headers={"Host": "evil.example", "Referer": "http://evil.example/a/"})
    assert came_from(request) == ""
