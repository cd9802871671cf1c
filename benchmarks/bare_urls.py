"""A view that only returns bytes; behind it what `shopctl serve` asks for."""

import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path

from backoffice import urls

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()


def answer(_request: HttpRequest) -> HttpResponse:
    # Without its length it would go out in pieces.
    return HttpResponse(BODY, content_type="application/json", headers={"Content-Length": str(len(BODY))})


urlpatterns = [path("bare", answer), *urls.urlpatterns]
