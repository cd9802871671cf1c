"""Every error of the API is an RFC 9457 problem: refusals, bad input, unknown URLs, faults."""

import logging
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from json import JSONDecodeError
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.encoding import escape_uri_path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import HttpError, ValidationError
from pydantic_core import to_json

from backoffice.api.inputs import NotJson
from backoffice.errors import Fault, Invalid, Kind, NotAuthenticated, NotFound, Refusal, TooLarge, Unavailable
from backoffice.requests.limits import MAX_BODY_BYTES, MAX_UPLOAD_BYTES
from backoffice.requests.request_id import current_request_id
from backoffice.runtime.outages import RETRY_AFTER_SECONDS, is_outage

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
STATUS = {
    Kind.INVALID: 422,
    Kind.NOT_AUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_LARGE: 413,
    Kind.THROTTLED: 429,
    Kind.BUSY: 503,
}
MAX_FAULTS = 100
OUR_FAULT = gettext_lazy("Something went wrong on our side. Tell us the request_id.")
AWAY = gettext_lazy(
    "The shop cannot answer for the moment. Send it again in a few seconds, with the same Idempotency-Key: "
    "whether it was done is not certain."
)


def problem_type(code: str) -> str:
    """Return the URL where people read what the code means; `problem_pages` answers there."""
    return f"{settings.SHOP_URL}/problems/{code}"


def problem(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Iterable[Mapping[str, Any]] = (),
    members: Mapping[str, Any] | None = None,
) -> HttpResponse:
    content = {
        **(members or {}),
        "type": problem_type(code),
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": escape_uri_path(request.path),
        "request_id": current_request_id.get(),
        "errors": list(errors),
    }
    return HttpResponse(
        to_json(content, inf_nan_mode="strings", serialize_unknown=True),
        status=status,
        content_type=CONTENT_TYPE,
    )


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal by a rule; its kind chooses the status."""
    response = problem(
        request,
        status=STATUS[refusal.kind],
        code=refusal.code,
        title=str(refusal.title),
        detail=refusal.detail,
        errors=[_error_of(request, fault) for fault in refusal.faults],
        members=refusal.members,
    )
    if refusal.retry_after_seconds is not None:
        response["Retry-After"] = str(refusal.retry_after_seconds)
    if refusal.kind is Kind.NOT_AUTHENTICATED:
        response["WWW-Authenticate"] = 'Bearer realm="api"'  # not translated
    return response


def _error_of(request: HttpRequest, fault: Fault) -> dict[str, Any]:
    """Place the fault in the body, if the request has one: a rule does not know where its input came from."""
    source = "query" if request.method == "GET" else "body"
    told = {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
    return {"in": source, **fault.facts, **told}


def invalid_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each place of the input that does not fit, as a JSON pointer into the body, query or path."""
    faults = [_fault_of(item) for item in error.errors[:MAX_FAULTS]]
    first = faults[0]
    where = first.pointer.removeprefix("/") or first.facts["in"]
    more = f" ({len(error.errors) - 1} more)" if len(error.errors) > 1 else ""
    return refused(request, Invalid(f"{where}: {first.detail}{more}", faults=faults))


def _fault_of(item: Mapping[str, Any]) -> Fault:
    source, *place = item["loc"]
    if source == "body" or len(place) > 1:
        # ninja puts the view's parameter first, which the client did not send.
        place = place[1:]
    pointer = "".join(f"/{_escaped(part)}" for part in place)
    code = CODES.get(item["type"], item["type"])
    usual = item["msg"].removeprefix("Value error, ")  # not translated
    detail = DETAILS.get(code, usual)
    return Fault(pointer, code, detail, {"in": "body" if source in ("form", "file") else source})


CODES = {"extra_forbidden": "unknown_field", "value_error": "invalid"}
DETAILS = {
    "missing": gettext_lazy("This is required: add it."),
    "unknown_field": gettext_lazy("There is no such field here: remove it."),
    "model_type": gettext_lazy("Send a JSON object here."),
    "model_attributes_type": gettext_lazy("Send a JSON object here."),
    "timezone_aware": gettext_lazy("Add the offset from UTC: Z, or such as +01:00."),
}


def _escaped(part: object) -> str:
    """Escape a part of a JSON pointer (RFC 6901), and replace lone surrogates, which cannot be sent back."""
    text = str(part).replace("~", "~0").replace("/", "~1")
    return text.encode("utf-8", "replace").decode("utf-8")


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        return refused(request, NotAuthenticated(_("Send an access token: Authorization: Bearer …")))
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return of_status(request, 400, _what_is_malformed(error))
    return of_status(request, error.status_code, str(error))


def _what_is_malformed(error: HttpError) -> str:
    cause = error.__cause__
    if isinstance(cause, JSONDecodeError):
        return _("The body is not valid JSON: %(msg)s in line %(lineno)s, column %(colno)s.") % {
            "msg": cause.msg,
            "lineno": cause.lineno,
            "colno": cause.colno,
        }
    if isinstance(cause, RecursionError):
        return _("The body is nested too deeply.")
    if isinstance(cause, NotJson):
        return _("The body is not valid JSON: %(cause)s") % {"cause": cause}
    return _("The body is not valid JSON in UTF-8.")


def not_found(request: HttpRequest, _error: Exception | None = None) -> HttpResponse:
    return refused(request, NotFound(_("There is nothing at %(path)s.") % {"path": request.path}))


def too_large(request: HttpRequest, _error: Exception | None = None) -> HttpResponse:
    return refused(request, TooLarge(_("The body may have 1 MB, an uploaded file 20 MB.")))


def connection_lost(request: HttpRequest, _error: Exception) -> HttpResponse:
    return of_status(request, 400, _("The body ended before it was complete. Send it again."))


def malformed(request: HttpRequest, _error: Exception) -> HttpResponse:
    return of_status(request, 400, STATUS_DETAILS[400])


def fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a fault of ours: log it with the request's id, and tell the client nothing about it.

    An outage is logged in one line, for then every request brings one.
    """
    if is_outage(error):
        told = (request.path, type(error).__name__, str(error).partition("\n")[0])
        words = map(in_one_line, told)
        logger.error("%s %s: %s: %.300s", request.method, *words, extra={"about": error})
        return _marked_as_logged(
            refused(request, Unavailable(str(AWAY), retry_after_seconds=RETRY_AFTER_SECONDS))
        )
    logger.error("%s %s failed", request.method, in_one_line(request.path), exc_info=error)
    return of_status(request, 500, OUR_FAULT)


def in_one_line(text: str) -> str:
    """Escape the text as Django does, so that a line break in it cannot begin a line of the log."""
    return text.encode("unicode_escape").decode("ascii")


def _marked_as_logged(response: HttpResponse) -> HttpResponse:
    """Keep Django from logging the answer a second time: it passes over those that carry this mark."""
    setattr(response, "_has_been_logged", True)  # noqa: B010
    return response


def of_status(request: HttpRequest, status: int, detail: str | Promise) -> HttpResponse:
    phrase = HTTPStatus(status).phrase
    code = STATUS_CODES.get(status) or phrase.lower().replace(" ", "_")
    return problem(request, status=status, code=code, title=phrase, detail=str(detail))


STATUS_CODES = {
    400: "bad_request",
    413: TooLarge.code,
    429: "throttled",
    500: "internal_error",
    503: Unavailable.code,
}
STATUS_DETAILS = {
    400: gettext_lazy("The request could not be understood."),
    403: gettext_lazy("This is not allowed."),
    405: gettext_lazy("This URL does not take this method; see the Allow header."),
    429: gettext_lazy("Too many requests. Wait a minute, then try again."),
    503: AWAY,
}
NOT_LIKE_THIS = gettext_lazy("The request cannot be answered as it was sent.")

HANDLERS: tuple[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]], ...] = (
    (Exception, fault),
    (Refusal, refused),
    (ValidationError, invalid_input),
    (HttpError, http_error),
    (Http404, not_found),
    (BadRequest, malformed),
    (SuspiciousOperation, malformed),
    (MultiPartParserError, malformed),
    (RequestDataTooBig, too_large),
    (UnreadablePostError, connection_lost),
)


class ProblemMiddleware:
    """Whatever error Django itself answers becomes a problem; oversized bodies are not read.

    HEAD is answered wherever GET is, with its headers alone, and OPTIONS tells the methods of what is there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self._answer(request)
        request.method = "GET"
        response = self._answer(request)
        request.method = "HEAD"
        return _headers_of(response)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if _announced_bytes(request) > _allowed_bytes(request):
            return too_large(request)
        if "\x00" in request.path:
            return not_found(request)
        response = self.get_response(request)
        if "Allow" in response:
            response["Allow"] = _completed(response["Allow"])
        if request.method == "OPTIONS" and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return HttpResponse(status=204, headers={"Allow": response["Allow"]})
        if response.status_code < 400 or response["Content-Type"] == CONTENT_TYPE:
            return response
        return _as_problem(request, response)


def _headers_of(response: HttpResponse) -> HttpResponse:
    """Drop the body and tell its length, unless it is a stream, whose length nobody knows."""
    if response.streaming:
        bare = HttpResponse(status=response.status_code, headers=dict(response.items()))
        # Close with the answer what it would have streamed from.
        closers = "_resource_closers"
        setattr(bare, closers, getattr(response, closers))
        return bare
    response.headers.setdefault("Content-Length", str(len(response.content)))
    response.content = b""
    return response


def _completed(allowed: str) -> str:
    methods = {each.strip() for each in allowed.split(",")} | {"OPTIONS"}
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


def _announced_bytes(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _allowed_bytes(request: HttpRequest) -> int:
    return MAX_UPLOAD_BYTES if request.content_type == "multipart/form-data" else MAX_BODY_BYTES


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code == HTTPStatus.NOT_FOUND:
        return not_found(request)
    if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return too_large(request)
    usual = OUR_FAULT if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else NOT_LIKE_THIS
    detail = STATUS_DETAILS.get(response.status_code, usual)
    told = of_status(request, response.status_code, detail)
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in response:
            told[name] = response[name]
    return _marked_as_logged(told) if getattr(response, "_has_been_logged", False) else told
