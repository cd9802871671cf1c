"""The front's own refusals, before Django hears of a request: a problem for the API, a page for people."""

import io
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from backoffice.admin.error_pages import error_page
from backoffice.admin.error_words import OF_STATUS
from backoffice.api.problems import of_status
from backoffice.requests.request_id import current_request_id, request_id_of
from backoffice.server.gateway import Answer

# Nothing more is read from the connection.
CLOSE = ("connection", "close")


def refusal(status: int, environ: dict[str, Any], *, retry_after_seconds: int | None = None) -> Answer:
    """Return the refusal as Django would write it, without asking middleware or a session."""
    request_id = request_id_of(environ)
    token = current_request_id.set(request_id)
    try:
        response = _response(
            status, WSGIRequest({"REQUEST_METHOD": "GET", **environ, "wsgi.input": io.BytesIO()})
        )
    finally:
        current_request_id.reset(token)
    response["X-Request-ID"] = request_id
    if retry_after_seconds is not None:
        response["Retry-After"] = str(retry_after_seconds)
    headers = [(name.lower(), value) for name, value in response.items()]
    return Answer(status, [*headers, CLOSE], response.content)


def _response(status: int, request: WSGIRequest) -> HttpResponse:
    complaint = OF_STATUS[status]
    if request.path.startswith("/api/"):
        return of_status(request, status, complaint.advice)
    return error_page(request, complaint)
