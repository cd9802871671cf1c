"""Pages compressed to a fifth of their bytes, but none whose length could tell a stranger what is in it."""

import re

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TYPES = re.compile(r"text/(html|javascript)\b")
# Whoever is not signed in is shown links and tokens that are as good as a password.
SIGNED_OUT = re.compile(r"/(account|admin/(login|password_reset))/")


class PageCompressionMiddleware(GZipMiddleware):
    """Compresses pages, and scripts that views write.

    Whoever sees the lengths of compressed answers could guess a secret letter by letter, by having somebody's
    browser ask for pages that repeat what their address says (BREACH). So an answer that another site asked
    for is sent as it is. Django adds up to a hundred random bytes to each of the others.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = not response.streaming and TYPES.match(response.get("Content-Type", ""))
        if is_page and _is_asked_by_us(request) and not SIGNED_OUT.match(request.path):
            return super().process_response(request, response)
        return response


def _is_asked_by_us(request: HttpRequest) -> bool:
    """Whether a page of this shop asked, or a person who typed the address or came by a bookmark.

    Browsers tell so by https and on this machine alone; by plain http whoever sees lengths sees all.
    """
    asked_by = request.headers.get("Sec-Fetch-Site")
    return asked_by in ("same-origin", "none") if asked_by else not request.is_secure()
