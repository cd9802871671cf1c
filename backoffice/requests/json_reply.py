"""Rendered answers: JSON bytes, their ETag, and what conditional requests make of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from pydantic_core import to_json

from backoffice.errors import Fault, Invalid

JSON = "application/json"
VERSIONED = re.compile(r'(?:W/)?"(?P<version>[0-9a-z]+)\.[0-9a-f]+"')


@dataclass(frozen=True, slots=True)
class Reply:
    """A rendered answer. It is also kept for a repeated request, so it holds only plain data."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def to(self, request: HttpRequest) -> HttpResponse:
        """Return the response; 304 without a body when the client has these bytes already."""
        if self.status == 200 and request.method == "GET" and self._is_known_to(request):
            return HttpResponse(status=304, headers=dict(self.headers))
        return HttpResponse(self.body, status=self.status, content_type=JSON, headers=dict(self.headers))

    def _is_known_to(self, request: HttpRequest) -> bool:
        known = parse_etags(request.headers.get("If-None-Match", ""))
        etag = self.headers.get("ETag", "")
        # RFC 9110: If-None-Match compares weakly.
        return bool(etag) and (known == ["*"] or etag in [each.removeprefix("W/") for each in known])


def rendered(
    content: object, *, status: int = 200, version: int | str | None = None, location: str = ""
) -> Reply:
    """Render JSON with an ETag of its bytes, which begins with the version when there is one.

    Decimals become strings, times ISO 8601 in UTC with Z.
    """
    body = to_json(content)
    digest = sha256(body).hexdigest()[:24]
    etag = f'"{digest}"' if version is None else f'"{version}.{digest}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if location:
        headers["Location"] = location
    return Reply(status, body, headers)


def matched_version(request: HttpRequest) -> str | None:
    """Return the version that If-Match insists on; None when any will do.

    Raises:
        Invalid: it is no ETag that this resource ever had.
    """
    condition = request.headers.get("If-Match", "").strip()
    if condition in ("", "*"):
        return None
    match = VERSIONED.fullmatch(condition)
    if match is None:
        detail = _("If-Match: send back the ETag of the resource as it was received.")
        raise Invalid(detail, faults=[Fault("/If-Match", "validation", detail, {"in": "header"})])
    return match["version"]
