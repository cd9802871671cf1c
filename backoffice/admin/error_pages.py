"""Pages for people where something went wrong: what happened, what to do, a way back, and the request's id.

Below /api/ none of them is shown: there `problems.ProblemMiddleware` makes a problem of the bare status.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache as remember
from http import HTTPStatus
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.admin.error_words import (
    BAD_REQUEST,
    FAULT,
    FORBIDDEN,
    NOT_ALLOWED,
    NOT_FOUND,
    OF_STATUS,
    OLD_FORM,
    OLD_FORM_KEPT,
    OUTAGE,
    Complaint,
    complaint_about,
)
from backoffice.admin.form_contents import is_sent_from_here, typed_in
from backoffice.admin.way_back import came_from
from backoffice.api.problems import in_one_line
from backoffice.errors import Refusal
from backoffice.requests.request_id import current_request_id
from backoffice.runtime.outages import is_outage
from backoffice.shop.in_force import last_known

logger = logging.getLogger("backoffice.errors")

FRAMED, PLAIN, PLAIN_FRAME = "backoffice/error.html", "backoffice/plain_error.html", "backoffice/plain.html"
API = "/api/"
# Headers for programs, which the page keeps that replaces a bare answer.
KEPT_HEADERS = ("Allow", "Retry-After")
# Asking later may help, so the page keeps what was typed.
SENT_AGAIN = (429, 503)
OTHER_HOST_SECONDS = 60
MARK = "_has_been_logged"

_other_host_noted_at = float("-inf")


# Django's handlers: settings.CSRF_FAILURE_VIEW and those that backoffice/urls.py names.


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    complaint = complaint_about(exception)
    response = error_page(request, BAD_REQUEST if complaint is FAULT else complaint)
    if isinstance(exception, DisallowedHost):
        _note_other_host(request, response)
    elif exception is not None:
        _note(request, response, exception, logging.WARNING)
    return response


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    told = str(exception or "")
    response = error_page(request, Complaint(403, FORBIDDEN.title, told) if told else FORBIDDEN)
    if exception is not None:
        _note(request, response, exception, logging.WARNING)
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return error_page(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody has caught, also in the middleware; an outage is logged without a traceback."""
    error = sys.exc_info()[1]
    complaint = complaint_about(error)
    response = error_page(request, complaint)
    if complaint is OUTAGE:
        _note(request, response, error, logging.ERROR)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The form's token is not the browser's. What was typed on a page of ours is offered to be sent again."""
    if request.method != "POST":
        # A browser's forms send nothing but GET and POST.
        response = error_page(request, NOT_ALLOWED)
        response["Allow"] = "GET, HEAD, POST"
        return response
    typed = typed_in(request) if is_sent_from_here(request) else None
    return error_page(request, OLD_FORM_KEPT if typed else OLD_FORM, typed=typed)


# One page for all of them


def error_page(
    request: HttpRequest,
    complaint: Complaint,
    *,
    typed: Sequence[tuple[str, str]] | None = None,
    action: str = "",
) -> HttpResponse:
    """Show the complaint: in the admin's frame to staff, plainly to others, as one sentence within a page.

    `typed` is offered to be sent again, to `action` or to the same address.
    """
    if request.path.startswith(API):
        response = HttpResponse(status=complaint.status)
    elif _asks_within_a_page(request):
        text = f"{complaint.in_one_line()} (Request {current_request_id.get()})"
        response = HttpResponse(text, status=complaint.status, content_type="text/plain; charset=utf-8")
    else:
        response = HttpResponse(_page(request, complaint, typed, action), status=complaint.status)
    response["Cache-Control"] = "no-store"
    if complaint.retry_after_seconds is not None:
        response["Retry-After"] = str(complaint.retry_after_seconds)
    return response


def _asks_within_a_page(request: HttpRequest) -> bool:
    """Whether a script asks for a part of the open page, such as a dialog or a row."""
    headers = request.headers
    return "HX-Request" in headers or headers.get("Sec-Fetch-Dest") == "empty"


def _page(
    request: HttpRequest, complaint: Complaint, typed: Sequence[tuple[str, str]] | None, action: str
) -> str:
    context: dict[str, Any] = {
        "title": complaint.title,
        "complaint": complaint,
        "request_id": current_request_id.get(),
        "shop_name": last_known().name,
        "typed": typed,
        "action": action or request.get_full_path(),
        "came_from": "" if action else came_from(request),
    }
    # Neither the database nor the session is asked while one of them may be what is broken.
    framed = _framed(request, context) if complaint.status < HTTPStatus.INTERNAL_SERVER_ERROR else None
    if framed is not None:
        return framed
    plain: str = _plain_template().render(context | _way_home(request) | _token(request, typed))
    return plain


def _framed(request: HttpRequest, context: Mapping[str, Any]) -> str | None:
    try:
        user = getattr(request, "user", None)
        if user is None or not admin.site.has_permission(request):
            return None
        return render_to_string(FRAMED, {**admin.site.each_context(request), **context}, request)
    except Exception as error:
        if not is_outage(error):
            logger.warning("The admin's frame could not be drawn around an error page", exc_info=True)
        return None


def _way_home(request: HttpRequest) -> dict[str, str]:
    if request.path.startswith("/account/") and settings.SHOP_ACCOUNT_URL:
        return {"home": settings.SHOP_ACCOUNT_URL, "home_name": last_known().name}
    return {"home": reverse("admin:index"), "home_name": _("the start page")}


def _token(request: HttpRequest, typed: Sequence[tuple[str, str]] | None) -> dict[str, str]:
    return {"csrf_token": get_token(request)} if typed else {}


@remember
def _plain_template() -> Any:
    """Load the template before anything fails: the page may be about a full disk or too many open files."""
    get_template(PLAIN_FRAME)
    str(OUTAGE.title)
    return get_template(PLAIN)


class ErrorPageMiddleware:
    """Makes a page of what a view lets through: refusals, outages, and answers that are a bare status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        _plain_template()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        complaint = OF_STATUS.get(response.status_code)
        if complaint is None or response.streaming or response.content:
            return response
        page = error_page(request, complaint)
        for name in KEPT_HEADERS:
            if name in response:
                page[name] = response[name]
        if getattr(response, MARK, False):
            _mark_as_logged(page)
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        complaint = complaint_about(error)
        if not isinstance(error, Refusal) and complaint is not OUTAGE:
            return None
        may_be_sent_again = complaint.status in SENT_AGAIN and is_sent_from_here(request)
        response = error_page(request, complaint, typed=typed_in(request) if may_be_sent_again else None)
        if complaint is OUTAGE:
            _note(request, response, error, logging.ERROR)
        return response


def _note(request: HttpRequest, response: HttpResponse, error: BaseException | None, level: int) -> None:
    """Log one line, no traceback: strangers cause such errors at will, an outage one per request."""
    told = (request.path, type(error).__name__, str(error).partition("\n")[0])
    logger.log(level, "%s %s: %s: %.300s", request.method, *map(in_one_line, told), extra={"about": error})
    _mark_as_logged(response)


def _note_other_host(request: HttpRequest, response: HttpResponse) -> None:
    """Log a foreign Host header at most once a minute: scanners of the network send all kinds of them."""
    global _other_host_noted_at
    _mark_as_logged(response)
    now = monotonic()
    if now - _other_host_noted_at >= OTHER_HOST_SECONDS:
        _other_host_noted_at = now
        host = request.META.get("HTTP_HOST", "")
        logger.warning("Asked for as %.100r, which is not in DJANGO_ALLOWED_HOSTS", host)


def _mark_as_logged(response: HttpResponse) -> None:
    """Keep Django from logging the answer a second time: it passes over those that carry this mark."""
    setattr(response, MARK, True)
