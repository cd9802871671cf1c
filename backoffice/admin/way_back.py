"""Where somebody came from: a place within the shop, whatever a header says."""

from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def local_path(url: str) -> str:
    """Path and query of a URL, "" where a browser would read them as another host's.

    Without the fragment: a click on href="#" leaves one behind, and with it nothing would be loaded again.
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
    """The page of this shop that led here, "" when it was another one, or none.

    Nor does a page lead back to itself; a form that was sent does.
    """
    path = page_of_this_shop(request, request.headers.get("Referer", ""))
    is_itself = request.method in ("GET", "HEAD") and path.partition("?")[0] == request.path
    return "" if is_itself else path
