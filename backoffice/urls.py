from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from ninja.responses import Response

from backoffice.api import problem_pages, problems
from backoffice.api.application import api
from backoffice.runtime import health
from backoffice.shop.in_force import shown

admin.autodiscover()


handler400 = "backoffice.admin.error_pages.bad_request"
handler403 = "backoffice.admin.error_pages.forbidden"
handler404 = "backoffice.admin.error_pages.not_found"
handler500 = "backoffice.admin.error_pages.server_error"


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    return api.docs.render_page(request, api)


@require_safe
def openapi_document(_request: HttpRequest) -> HttpResponse:
    """Show Ninja's document for GET alone: its own view would also answer a POST."""
    return Response(api.titled(f"{shown().name} API"))


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("account/", include("accounts.urls")),
    path("pictures/", include("catalog.api.picture_files")),
    re_path(r"^api/docs/swagger/?$", swagger, name="swagger"),
    path("api/v1/openapi.json", openapi_document),
    path("api/v1/", api.urls),
    path("problems/", problem_pages.all_problems, name="problems"),
    path("problems/<slug:code>", problem_pages.one_problem, name="problem"),
    re_path(r"^api/", problems.not_found),
]
