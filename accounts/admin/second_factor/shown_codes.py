"""The page that shows recovery codes, once."""

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.shop.in_force import in_force


def codes_page(
    request: HttpRequest,
    codes: Sequence[str],
    *,
    to: str = "",
    typed: Sequence[tuple[str, str]] | None = None,
) -> HttpResponse:
    """Show them, and lead on to a page; what was typed before the sign-in is sent there again."""
    context = {
        **admin.site.each_context(request),
        "title": _("Recovery codes"),
        "codes": codes,
        "to": to or reverse("admin:second_factor"),
        "typed": typed,
        "file_name": f"recovery-codes-{request.get_host().partition(':')[0]}.txt",
        "shop": in_force().name,
    }
    page = TemplateResponse(request, "accounts/recovery_codes.html", context)
    page["Cache-Control"] = "no-store"
    return page
