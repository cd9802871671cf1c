"""The address that a request comes from, seen past trusted proxies, and what counts as one place."""

import ipaddress
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# A subscriber of IPv6 has at least a /64 to choose addresses from.
IPV6_PREFIX = 64
# Whoever wants more gets a /48 for nothing, which holds 65,536 of those.
IPV6_SITE_PREFIX = 48

# The address of the client whose request is being answered; "" outside of requests.
current_address: ContextVar[str] = ContextVar("address", default="")


def client_address(request: HttpRequest) -> str:
    """Return the address that the request came from, seen past the proxies of TRUSTED_PROXIES alone.

    Each proxy appends the peer it saw to X-Forwarded-For, so the right-most hop that is no trusted proxy is
    the client; whatever stands left of it the client may have written itself.
    """
    return address_of(request.META)


def address_of(environ: Mapping[str, Any]) -> str:
    proxies = trusted_networks(tuple(settings.TRUSTED_PROXIES))
    peer = _address(environ.get("REMOTE_ADDR", ""))
    hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while peer is not None and hops and any(peer in network for network in proxies):
        hop = _address(hops.pop())
        if hop is None:
            break
        peer = hop
    return str(peer) if peer is not None else ""


def address_block(address: str) -> str:
    """Return what counts as one place: an IPv4 address, or the /64 of an IPv6 address."""
    parsed = _address(address)
    if parsed is None or parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))


def site_of(address: str) -> str | None:
    """Return the whole network (/48) that an IPv6 address belongs to; None for any other address."""
    parsed = _address(address)
    if parsed is None or parsed.version == 4:
        return None
    return str(ipaddress.ip_network((parsed, IPV6_SITE_PREFIX), strict=False))


@lru_cache(maxsize=8)
def trusted_networks(proxies: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)
    except ValueError as error:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES must hold addresses or networks: {error}.") from None


@lru_cache(maxsize=1_024)
def _address(text: str) -> Address | None:
    """Read an address as proxies write it, also with a port or in brackets."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
