"""Where browsers load pictures from, unless a bucket or a CDN gives them: a public address for each file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import re_path
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from backoffice.pictures.files import read_file

# Names are random and never used again, so nobody needs to ask a second time.
FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
@csp_override({"default-src": [CSP.NONE]})
def picture_file(_request: HttpRequest, name: str) -> HttpResponse:
    """Return the file to anybody, as products are shown to anybody; this shop has drawn it."""
    try:
        content = read_file(name)
    except FileNotFoundError as error:
        raise Http404 from error
    content_type = "image/png" if name.endswith(".png") else "image/webp"
    headers = {
        "Cache-Control": FOR_EVER,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


NAME = r"[0-9a-f]{32}-(?:[0-9]{2,4}\.webp|[0-9]{1,3}x[0-9]{1,3}\.png)"
urlpatterns = [re_path(rf"^(?P<name>{NAME})$", picture_file, name="picture_file")]
