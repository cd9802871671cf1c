"""How many requests a minute the API takes: of each user, and of each address that nobody signed in from.

The auth callables of `accounts/api/auth.py` (`bearer`, `optional_bearer`, `anyone`) call `limit_request` once
they know who is asking; or `limit_later`, where an operation counts more than its request, all of it in one
look. What is refused before that is counted with the refusal. `RateLimitMiddleware`, right after the
RequestIdMiddleware, tells the client on the answer about the tightest limit that its request has met.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from backoffice.errors import Throttled
from backoffice.requests.addresses import address_block, address_of, client_address, current_address
from backoffice.requests.devices import current_user_agent, user_agent_of
from backoffice.requests.throttling import (
    Usage,
    Window,
    hit,
    hit_all,
    insist_on,
    tightest_usage,
    window_of,
)
from backoffice.runtime.caches import Held

ANONYMOUS_PER_MINUTE = 120
UNCOUNTED = "_uncounted_window"


def limit_request(request: HttpRequest) -> Usage | None:
    """Count the request for its user, or without one for its address, a minute at a time; None when off.

    Raises:
        Throttled: the limit is used up.
    """
    if settings.API_RATE_PER_MINUTE <= 0:
        return None
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return hit(_of_user(user), limit=settings.API_RATE_PER_MINUTE, window_seconds=60)
    return limit_nobody(request.META)


def limit_later(request: HttpRequest) -> None:
    """Leave the request of this user to be counted by its operation."""
    if settings.API_RATE_PER_MINUTE > 0:
        window = window_of(_of_user(request.user), limit=settings.API_RATE_PER_MINUTE, window_seconds=60)
        setattr(request, UNCOUNTED, window)


def uncounted(request: HttpRequest) -> list[Window]:
    """Return the window of a request that is to be counted, for its caller to count; once."""
    window: Window | None = request.__dict__.pop(UNCOUNTED, None)
    return [] if window is None else [window]


def counted[Error](
    answer: Callable[[HttpRequest, Error], HttpResponse], *, throttled: Callable[..., HttpResponse]
) -> Callable[[HttpRequest, Error], HttpResponse]:
    """Have an answer to an error count the request, if nothing has; one too many is answered as such."""

    @wraps(answer)
    def count_and_answer(request: HttpRequest, error: Error) -> HttpResponse:
        try:
            hit_all(uncounted(request))
        except Throttled as refusal:
            return throttled(request, refusal)
        return answer(request, error)

    return count_and_answer


def limit_nobody(environ: Mapping[str, Any], *, given: Held | None = None) -> Usage | None:
    """Count a request that nobody signed in for against its address's limit; None when limits are off.

    Raises:
        Outdated: the cache does not hold what is given, or cannot be asked; nothing was counted.
        Throttled: the limit is used up.
    """
    if settings.API_RATE_PER_MINUTE <= 0:
        if given:
            insist_on(given)
        return None
    return hit(_of_nobody(environ), limit=ANONYMOUS_PER_MINUTE, window_seconds=60, given=given)


def window_of_nobody(environ: Mapping[str, Any]) -> Window | None:
    """Return the window in which `limit_nobody` counts, so that others can count in it; None when off."""
    if settings.API_RATE_PER_MINUTE <= 0:
        return None
    return window_of(_of_nobody(environ), limit=ANONYMOUS_PER_MINUTE, window_seconds=60)


def _of_user(user: Any) -> str:
    return f"api:user:{user.pk}"


def _of_nobody(environ: Mapping[str, Any]) -> str:
    return f"api:address:{address_block(address_of(environ))}"


class RateLimitMiddleware:
    """Remembers who asks for all that follows, and adds the tightest limit's headers to the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token, address = tightest_usage.set(None), current_address.set(client_address(request))
        user_agent = current_user_agent.set(user_agent_of(request.META))
        try:
            response = self.get_response(request)
            usage = tightest_usage.get()
        finally:
            tightest_usage.reset(token)
            current_address.reset(address)
            current_user_agent.reset(user_agent)
        if usage is not None:
            for name, value in usage.headers().items():
                response[name] = value
        return response
