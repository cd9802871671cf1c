"""Where a request comes from."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import RequestFactory

from backoffice.requests.addresses import address_block, client_address


def asking(peer: str, *forwarded: str, user: object = None) -> HttpRequest:
    headers = {"X-Forwarded-For": ", ".join(forwarded)} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)
    request.user = user or AnonymousUser()  # type: ignore[assignment]
    return request


def test_without_trusted_proxies_x_forwarded_for_changes_nothing():
    assert client_address(asking("192.0.2.1", "203.0.113.9")) == "192.0.2.1"
    assert client_address(asking("192.0.2.1")) == "192.0.2.1"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["1.2.3.4", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["1.2.3.4", "203.0.113.9", "10.9.9.9", "192.0.2.80"], "203.0.113.9"),
        ("10.0.0.5", ["10.1.1.1", "10.2.2.2"], "10.1.1.1"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.5", ["", ""], "10.0.0.5"),
        ("10.0.0.5", ["203.0.113.9", "<script>"], "10.0.0.5"),
        ("10.0.0.5", ["<script>", "203.0.113.9"], "203.0.113.9"),
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("::ffff:10.0.0.5", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.5", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("2001:db8:ffff::1", ["2001:DB8::0007"], "2001:db8::7"),
        ("", ["203.0.113.9"], ""),
        ("unix:", ["203.0.113.9"], ""),
    ],
)
def test_the_client_is_the_right_most_hop_that_is_no_trusted_proxy(peer, forwarded, client, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "192.0.2.80", "2001:db8:ffff::/48"]
    assert client_address(asking(peer, *forwarded)) == client


def test_a_proxy_that_is_no_address_stops_the_start(settings):
    settings.TRUSTED_PROXIES = ["nginx"]
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        client_address(asking("10.0.0.5"))


def test_an_ipv6_network_counts_as_one_place():
    assert address_block("2001:db8:1:2:3:4:5:6") == address_block("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert address_block("192.0.2.1") == "192.0.2.1"
    assert address_block("") == ""
