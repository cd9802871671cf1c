"""Answers that several operations give."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.api.schemas import MailSent


def mail_sent() -> HttpResponse:
    """Return the same answer whether or not there is such an account."""
    content = MailSent(detail=_("If this address can receive it, a mail is on its way.")).model_dump_json()
    return HttpResponse(content, status=202, content_type="application/json")
