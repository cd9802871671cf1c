"""Where the API and the pages part: each has middleware of its own."""

from collections.abc import Callable, Sequence
from typing import cast

from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, URLResolver, get_resolver
from django.utils.module_loading import import_string

MIDDLEWARE = [
    "backoffice.api.cors.CorsMiddleware",
    "backoffice.api.problems.ProblemMiddleware",
    "backoffice.admin.behind_proxy.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

type Answering = Callable[[HttpRequest], HttpResponse]
_found: dict[tuple[URLResolver, str], ResolverMatch] = {}


# The API, what it says about its problems, and pictures of products: the same for everybody.
WITHOUT_COOKIES = ("/api/", "/pictures/", "/problems/")


class ApiGate:
    """Leads requests of the API through MIDDLEWARE, and all others on through that of the settings.

    The API reads no cookies and shows no pages, so it needs no session, no messages and no guard of forms.
    Nor do pictures.
    """

    def __init__(self, get_response: Answering) -> None:
        self.answer_page = get_response
        self.answer_api = _through(MIDDLEWARE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = not request.path.startswith(WITHOUT_COOKIES)
        return self.answer_page(request) if is_page else self.answer_api(request)


def _through(middleware: Sequence[str]) -> Answering:
    """Return what answers a request through each of these, the first of them outermost."""
    answer = _without_faults(_view_answer)
    for name in reversed(middleware):
        answer = _without_faults(import_string(name)(answer))
    return answer


def _without_faults(answer: Answering) -> Answering:
    """Answer an exception as Django does, so that the middleware around it sees an answer."""
    return cast("Answering", convert_exception_to_response(answer))


def _view_answer(request: HttpRequest) -> HttpResponse:
    resolver, path = get_resolver(), request.path_info
    request.resolver_match = match = _found.get((resolver, path)) or resolver.resolve(path)
    if path == f"/{match.route}":
        # A route without values has this one address: as many are kept as there are such routes.
        _found[resolver, path] = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response
