"""Cross-origin requests of browsers, only from configured origins."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

METHODS = "GET, POST, PATCH, DELETE, OPTIONS"
REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-ID"  # not translated
)
EXPOSED_HEADERS = (
    "ETag, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "  # not translated
    "Retry-After, X-Request-ID"
)
PREFLIGHT_SECONDS = 600


class CorsMiddleware:
    """Answers preflights and names the origin. It never allows credentials: the API reads no cookies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.CORS_ALLOWED_ORIGINS:
            return self.get_response(request)
        origin = request.headers.get("Origin")
        response = HttpResponse(status=204) if _is_preflight(request) else self.get_response(request)
        patch_vary_headers(response, ["Origin"])
        if origin in settings.CORS_ALLOWED_ORIGINS:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
            if _is_preflight(request):
                response["Access-Control-Allow-Methods"] = METHODS
                response["Access-Control-Allow-Headers"] = REQUEST_HEADERS
                response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response


def _is_preflight(request: HttpRequest) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
