"""Finds the page that somebody came from: always a page of this shop, whatever a header says."""

from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def local_path(url: str) -> str:
    """Return path and query of a URL, "" where a browser would read them as another host's.

    The fragment is left out: a click on href="#" leaves one behind, and with it nothing would load again.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else ""


def page_of_this_shop(request: HttpRequest, url: str) -> str:
    """Path and query of a URL that names this shop or no host at all; "" of any other."""
    try:
        host = urlsplit(url).netloc.lower()
        is_ours = host in ("", request.get_host().lower())
    except (ValueError, DisallowedHost):
        return ""
    return local_path(url) if is_ours else ""


def came_from(request: HttpRequest) -> str:
    """Return the page of this shop that led here; "" when there was none, or it is another site's.

    A page does not lead back to itself, but a form that was sent does.
    """
    path = page_of_this_shop(request, request.headers.get("Referer", ""))
    is_itself = request.method in ("GET", "HEAD") and path.partition("?")[0] == request.path
    return "" if is_itself else path
