from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from backoffice import health, problems
from backoffice.api import api

admin.autodiscover()


def swagger(request: HttpRequest) -> HttpResponse:
    return api.docs.render_page(request, api)


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("account/", include("accounts.urls")),
    re_path(r"^api/docs/swagger/?$", swagger, name="swagger"),
    path("api/v1/", api.urls),
    re_path(r"^api/", problems.not_found),
]
