"""What the front says no to before Django has heard of it: a problem for the API, else a small page."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.encoding import escape_uri_path
from django.utils.html import format_html
from pydantic_core import to_json

from backoffice.problems import CONTENT_TYPE, STATUS_CODES, problem_type
from backoffice.request_id import request_id_of
from backoffice.server.gateway import Answer

# As the API calls them elsewhere.
CODES = {**STATUS_CODES, 413: "too_large", 503: "busy"}
DETAILS = {
    400: "The request could not be understood.",
    408: "The request came too slowly and was given up. Send it again.",
    413: "The body may have 1 MB. Files of up to 20 MB are taken from staff who are signed in.",
    500: "Something went wrong on our side. Tell us the request_id.",
    503: "The shop has too much to do at the moment. Nothing was changed; try again in a moment.",
}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>{detail}</p><p>Request {request_id}</p></html>"""


def refusal(status: int, environ: Mapping[str, Any], *, retry_after_seconds: int | None = None) -> Answer:
    """Closes the connection: what may still come on it was not read."""
    request_id = request_id_of(environ)
    more = [("cache-control", "no-store"), ("x-request-id", request_id), ("connection", "close")]
    if retry_after_seconds is not None:
        more.append(("retry-after", str(retry_after_seconds)))
    make = _problem if environ["PATH_INFO"].startswith("/api/") else _page
    content_type, body = make(status, environ["PATH_INFO"], request_id)
    return Answer(status, [("content-type", content_type), *more], body)


def _problem(status: int, path: str, request_id: str) -> tuple[str, bytes]:
    phrase = HTTPStatus(status).phrase
    code = CODES.get(status) or phrase.lower().replace(" ", "_")
    content = {
        "type": problem_type(code),
        "title": phrase,
        "status": status,
        "detail": DETAILS[status],
        "code": code,
        "instance": escape_uri_path(path),
        "request_id": request_id,
        "errors": [],
    }
    return CONTENT_TYPE, to_json(content)


def _page(status: int, _path: str, request_id: str) -> tuple[str, bytes]:
    title = HTTPStatus(status).phrase
    page = format_html(PAGE, title=title, detail=DETAILS[status], request_id=request_id)
    return "text/html; charset=utf-8", page.encode()
