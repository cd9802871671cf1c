"""What the public reads again and again, answered before Django has made a request of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from backoffice.caches import Outdated
from backoffice.errors import Throttled
from backoffice.request_id import request_id_of
from backoffice.throttling import limit_nobody
from catalog.product_cache import public_key, recalled

BELOW = "/api/v1/products"
MOST_KEPT = 1_024
# Nobody needs more words; whoever uses more is answered, but nothing is kept for them.
MOST_CHARACTERS = 1_024
OK = "200 OK"
# With one of these, even an empty one, a request may be answered unlike another in the same words.
PECULIAR = ("HTTP_AUTHORIZATION", "HTTP_ORIGIN", "HTTP_IF_NONE_MATCH", "HTTP_TRANSFER_ENCODING")
WORDS = ("wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
# Of each answer anew.
OWN = ("x-request-id", "ratelimit")

type Environ = Mapping[str, Any]
type Headers = list[tuple[str, str]]
type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
type Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as the whole chain gave it: under which key its bytes are kept, their ETag, its headers."""

    key: str
    etag: str
    headers: Headers


class EarlyAnswers:
    """A WSGI application that answers for another what that one has answered in the same words before.

    Those are what `WORDS` names: scheme, host, path and query. The bytes come from the cache of products,
    which knows whether they are still those of the database, and every request counts against its rate limit.
    Whatever is unusual about a request or its answer is left to the other application.
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self._given: dict[Words, Given] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = words_of(environ)
        if asked is None:
            return self.application(environ, start_response)
        answer = self._again(asked, environ)
        if answer is None:
            return self._anew(asked, environ, start_response)
        headers, body = answer
        start_response(OK, headers)
        return [body]

    def _again(self, asked: Words, environ: Environ) -> tuple[Headers, bytes] | None:
        given = self._given.get(asked)
        try:
            kept = recalled(given.key) if given else None
            if given is None or kept is None or kept.reply.headers["ETag"] != given.etag:
                return None
            usage = limit_nobody(environ, given=kept.given)
        except (DatabaseError, Outdated, Throttled):
            # The other application renders it anew, or counts it once more and refuses it.
            return None
        own = {"X-Request-ID": request_id_of(environ), **(usage.headers() if usage else {})}
        return [*given.headers, *own.items()], kept.reply.body

    def _anew(
        self, asked: Words, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def keep(status: str, headers: Headers, *error: Any) -> Any:
            etag = next((value for name, value in headers if name == "ETag"), None)
            if status == OK and etag and not any(name == "Set-Cookie" for name, _ in headers):
                self._keep(asked, Given(public_key(environ), etag, lasting(headers)))
            return start_response(status, headers, *error)

        return self.application(environ, keep)

    def _keep(self, asked: Words, given: Given) -> None:
        if len(self._given) >= MOST_KEPT:
            self._given.clear()
        self._given[asked] = given


def lasting(headers: Headers) -> Headers:
    """Those that are the same for each answer in the same words."""
    return [(name, value) for name, value in headers if not name.lower().startswith(OWN)]


def words_of(environ: Environ) -> Words | None:
    """The words, if not too many, of a request for products by nobody in particular; None of any other."""
    path = environ["PATH_INFO"]
    if not path.startswith(BELOW) or environ["REQUEST_METHOD"] != "GET":
        return None
    # Some servers write an empty length where there is none.
    if environ.get("CONTENT_LENGTH") or any(name in environ for name in PECULIAR):
        return None
    words = tuple([environ.get(name, "") for name in WORDS])
    return words if sum(map(len, words)) <= MOST_CHARACTERS else None
