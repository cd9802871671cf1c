"""A shop of https behind a proxy that it does not know says so, instead of redirecting for ever.

The proxy ends TLS and asks by http. As long as the shop does not believe it that the browser asked by https,
it redirects to https, which is what the browser asked for in the first place.
"""

import logging
import re
from collections.abc import Callable
from time import monotonic
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from backoffice.admin.error_pages import error_page
from backoffice.admin.error_words import complaint_about
from backoffice.api import problems
from backoffice.errors import Title, Unavailable

logger = logging.getLogger("backoffice.proxy")

HTTPS_IN = {
    "X-Forwarded-Proto": re.compile(r"\s*https\b", re.IGNORECASE),
    "X-Forwarded-Scheme": re.compile(r"\s*https\b", re.IGNORECASE),
    "X-Forwarded-Protocol": re.compile(r"\s*(https|ssl)\b", re.IGNORECASE),
    "X-Forwarded-Ssl": re.compile(r"\s*on\b", re.IGNORECASE),
    "Front-End-Https": re.compile(r"\s*on\b", re.IGNORECASE),
    "Forwarded": re.compile(r"\bproto=\"?https\b", re.IGNORECASE),
    "Cf-Visitor": re.compile(r"\"scheme\":\s*\"https\"", re.IGNORECASE),
}
NOTE_SECONDS = 60
ADVICE = _(
    "SHOP_URL is https, but the shop is asked by http, through a proxy that it does not know. Whoever runs "
    "the shop sets TRUSTED_PROXIES to the proxy's address and lets the proxy send X-Forwarded-Proto."
)

_noted_at = float("-inf")


class UnknownProxy(Unavailable):
    """Every answer would be a redirect to where the browser is already."""

    code = "unknown_proxy"
    title: ClassVar[Title] = _("The shop does not know its proxy")


class ProxyMiddleware:
    """Right before Django's SecurityMiddleware, whose redirect would go round in circles."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _would_be_redirected(request) or not _came_by_https(request):
            return self.get_response(request)
        _note(request)
        refusal = UnknownProxy(str(ADVICE))
        if request.path.startswith("/api/"):
            return problems.refused(request, refusal)
        return error_page(request, complaint_about(refusal))


def _note(request: HttpRequest) -> None:
    """Log it at most once a minute, whatever is asked for."""
    global _noted_at
    now = monotonic()
    if now - _noted_at >= NOTE_SECONDS:
        _noted_at = now
        logger.error("%s (Asked by %s.)", ADVICE, request.META.get("REMOTE_ADDR", "?"))


def _would_be_redirected(request: HttpRequest) -> bool:
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return False
    path = request.path.lstrip("/")
    return not any(re.search(exempt, path) for exempt in settings.SECURE_REDIRECT_EXEMPT)


def _came_by_https(request: HttpRequest) -> bool:
    """Whether the browser asked by https, as far as headers tell; a lie earns the page, no redirect."""
    if any(pattern.search(request.headers.get(name, "")) for name, pattern in HTTPS_IN.items()):
        return True
    # Browsers send it by https alone, but to this very machine.
    host = request.META.get("HTTP_HOST", "").rpartition(":")[0] or request.META.get("HTTP_HOST", "")
    is_here = host in ("localhost", "[::1]") or host.startswith("127.") or host.endswith(".localhost")
    return "Sec-Fetch-Mode" in request.headers and not is_here
