"""The API as a client sees it: JSON in and out, a bearer token, no cookies."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.tokens.refresh import issue_pair


class Api:
    """Speaks as one user, or as nobody."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {issue_pair(user).access}"} if user else {}

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, {} if body is None else body, headers=headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PATCH", path, body, headers=headers)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)

    def send(self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None) -> Any:
        """Headers are written with underscores: `If_Match="…"`. A body of bytes is sent as it is."""
        named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        return self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            body if isinstance(body, bytes) else _json(body),
            content_type="application/json",
            headers=self.headers | named,
        )


def _json(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def assert_problem(response: HttpResponse, status: int, code: str, *pointers: str) -> dict[str, Any]:
    """It is an RFC 9457 problem of this status and code that names these places of the input."""
    content: dict[str, Any] = response.json()  # type: ignore[attr-defined]
    assert response.status_code == status, content
    assert response["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "instance", "request_id", "errors"} == content.keys()
    assert (content["status"], content["code"]) == (status, code)
    assert content["type"].endswith(f"/problems/{code}")
    assert content["request_id"] == response["X-Request-ID"]
    assert content["detail"]
    for error in content["errors"]:
        assert {"in", "pointer", "code", "detail"} <= error.keys()
    assert status != 422 or content["errors"], "What is wrong with the input, and where?"
    if pointers:
        assert [error["pointer"] for error in content["errors"]] == list(pointers)
    return content
