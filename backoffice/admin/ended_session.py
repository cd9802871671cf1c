"""A session that ended while somebody typed: the form is kept beside the sign-in, to be sent again."""

import functools
import json
from collections.abc import Callable
from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backoffice.admin.error_pages import error_page
from backoffice.admin.error_words import SIGNED_IN_AGAIN, SIGNED_OUT
from backoffice.admin.form_contents import is_sent_from_here, typed_in

KEPT = "kept"


def keeping_what_was_typed(
    view: Callable[..., Any], login: Callable[[HttpRequest, dict[str, Any]], HttpResponse]
) -> Callable[..., Any]:
    """Answer a form of somebody who is signed out with the sign-in, which keeps what they typed.

    A dialog stays open as it is and says so.
    """

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or request.user.is_authenticated or not is_sent_from_here(request):
            return view(request, *args, **kwargs)
        if "HX-Request" in request.headers:
            return error_page(request, SIGNED_OUT)
        typed = typed_in(request)
        return _sign_in_with(request, typed, login) if typed else view(request, *args, **kwargs)

    return run


def _sign_in_with(
    request: HttpRequest,
    typed: list[tuple[str, str]],
    login: Callable[[HttpRequest, dict[str, Any]], HttpResponse],
) -> HttpResponse:
    # The form that signs in is shown as if it had been asked for: nobody has filled it in.
    asking = copy(request)
    asking.method = "GET"
    query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    context = {"app_path": f"{reverse('admin:login')}?{query}", KEPT: json.dumps(typed)}
    return login(asking, context)


def offered_again(request: HttpRequest, page: str) -> HttpResponse | None:
    """Return the page that offers what was kept to be sent again to `page`; None when nothing was."""
    typed = kept_in(request)
    return None if typed is None else error_page(request, SIGNED_IN_AGAIN, typed=typed, action=page)


def kept_in(request: HttpRequest) -> list[tuple[str, str]] | None:
    """Return what the sign-in has kept of a form; None when nothing was."""
    try:
        kept = json.loads(request.POST.get(KEPT, ""))
        return [(str(name), str(value)) for name, value in kept]
    except (ValueError, TypeError, RecursionError):
        return None
