"""Answers pages in the language of whoever reads them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from backoffice.languages import language_asked_for, language_of_shop

type Answering = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Speaks what the browser prefers, until it is known who asks; afterwards English again.

    It asks neither the session nor the database, so that the pages about their outage have a language too.
    """

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_asked_for(request.headers.get("Accept-Language", ""))):
            response = self.get_response(request)
            response.setdefault("Content-Language", translation.get_language() or "")
        patch_vary_headers(response, ["Accept-Language"])
        return response


class ReadersLanguageMiddleware:
    """Speaks the language that the reader has chosen for their account, or else the shop's."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language or language_of_shop())
        return self.get_response(request)
