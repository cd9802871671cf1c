"""An id for every request: taken from X-Request-ID or made, sent back, and in every log line."""

import logging
import re
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

current_request_id: ContextVar[str] = ContextVar("request_id", default="-")
ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id_of(environ: Mapping[str, Any]) -> str:
    """Return the id that the client gave its request, else a new one."""
    offered = environ.get("HTTP_X_REQUEST_ID", "")
    return offered if ACCEPTABLE.fullmatch(offered) else uuid.uuid4().hex


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request.META)
        setattr(request, "id", request_id)  # noqa: B010
        token = current_request_id.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            current_request_id.reset(token)
        response["X-Request-ID"] = request_id
        return response


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Prefer the id of the request that Django names: it logs refusals after the middleware's end."""
        request_id = getattr(getattr(record, "request", None), "id", None)
        record.request_id = request_id or current_request_id.get()
        return True
