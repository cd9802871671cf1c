"""Who may send files: staff who are signed in, and nobody before that."""

from http.cookies import CookieError
from time import time
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

from accounts.api.auth import bearer_token
from accounts.sign_in.sessions import SessionStore, is_over
from accounts.tokens.access import read_access_token
from backoffice.errors import NotAuthenticated


def may_upload(environ: dict[str, Any]) -> bool:
    """Whether a request, of which only the headers have come, is by a signed-in member of staff."""
    close_old_connections()
    request = HttpRequest()
    request.META = environ
    try:
        if "HTTP_AUTHORIZATION" in environ:
            return read_access_token(bearer_token(request)).is_staff
        return _user_of_session(request).is_staff
    except (NotAuthenticated, CookieError):
        return False


def _user_of_session(request: HttpRequest) -> Any:
    cookies = parse_cookie(request.META.get("HTTP_COOKIE", ""))
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    return AnonymousUser() if is_over(request.session, time()) else get_user(request)
