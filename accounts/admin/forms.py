"""What forms about accounts share: a field for a password, and the answer to whoever guesses too often."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from unfold.widgets import UnfoldAdminPasswordWidget

from backoffice.errors import Kind, Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def with_status(response: HttpResponse, refusal: Refusal | None) -> HttpResponse:
    """Give the form's answer the refusal's status and Retry-After, for programs that guess."""
    if refusal is not None and refusal.kind is Kind.THROTTLED:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def password_field(
    label: "StrOrPromise", *, autocomplete: str = "new-password", **options: Any
) -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, **options)
