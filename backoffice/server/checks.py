"""Checks for `check --deploy` and `shopctl serve`: configurations that start but will not work."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def https_without_a_known_proxy(**_: Any) -> list[checks.CheckMessage]:
    """Warn of https without TRUSTED_PROXIES: the shop speaks http, so https needs a proxy that it trusts."""
    if not settings.SHOP_URL.startswith("https://") or settings.TRUSTED_PROXIES:
        return []
    return [
        checks.Warning(
            "SHOP_URL is https and TRUSTED_PROXIES is empty: behind a proxy that ends TLS every page "
            "redirects to itself.",
            hint="Set TRUSTED_PROXIES to the proxy's address, and let the proxy send X-Forwarded-Proto.",
            id="backoffice.W001",
        )
    ]
