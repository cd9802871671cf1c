"""The page where managers write how mails to customers begin and end, beside the mail as it would be."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from accounts.shop.changing import PERMISSION, version_seen
from accounts.shop.mail_texts import change_mail_text, checked_parts, refuse_unknown
from backoffice.errors import Refusal
from backoffice.outbox.queueing import queue_email
from backoffice.outbox.rendering import RenderedEmail, render
from backoffice.requests.throttling import Limit, take
from backoffice.shop.in_force import in_force
from backoffice.shop.mail_texts import MAILS, PLACEHOLDERS, OwnText, own_text
from orders.emails.samples import sample_context

# Test mails of one person.
TESTS_PER_HOUR = 10
HOUR = 60 * 60
# How the script asks for the mail alone, while somebody writes.
PART_HEADER = "X-Part"

type Faults = Mapping[str, str]


class MailTextsPage(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.by = actor_of(request)
        self.by.require(PERMISSION)
        self.template = kwargs.pop("template", "") or next(iter(MAILS))
        self.language = request.GET.get("language") or in_force().language
        refuse_unknown(self.template, self.language)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(own_text(self.template, self.language), {})

    def post(self, request: HttpRequest) -> HttpResponse:
        own, wish = _typed(request), request.POST.get("do", "save")
        if wish == "test":
            self._send_test()
            return self._page(own, _faults_of_texts(own))
        if wish == "preview":
            return self._preview(own)
        try:
            changed = change_mail_text(self.template, self.language, own, by=self.by)
        except Refusal as refusal:
            return self._refused(own, refusal)
        messages.success(
            request, _("Saved: the next mail says it.") if changed else _("Nothing was changed.")
        )
        return self._back()

    def _refused(self, own: OwnText, refusal: Refusal) -> HttpResponse:
        now = own_text(self.template, self.language)
        typed = OwnText(own.opening, own.closing, now.version)
        return self._page(typed, _faults_of(refusal), other="" if refusal.faults else refusal.detail)

    def _preview(self, own: OwnText) -> HttpResponse:
        """Show what was typed as it would be sent; nothing is kept."""
        faults = _faults_of_texts(own)
        if PART_HEADER not in self.request.headers:
            return self._page(own, faults)
        html = "" if faults else _rendered(self.template, self.language, own).html
        return JsonResponse({"html": html, "faults": faults})

    def _send_test(self) -> None:
        """Send what is kept, not what was typed, and to nobody but whoever asks."""
        try:
            _send_test(self.template, self.language, by=self.by)
        except Refusal as refusal:
            messages.error(self.request, refusal.detail)
        else:
            to = {"address": self.by.user and self.by.user.readable_email}
            messages.success(self.request, _("A test mail is on its way to %(address)s.") % to)

    def _page(self, own: OwnText, faults: Faults, *, other: str = "") -> HttpResponse:
        saved = own_text(self.template, self.language)
        parts = (("opening", _("Opening"), _about_opening()), ("closing", _("Closing"), _about_closing()))
        context = {
            **admin.site.each_context(self.request),
            "title": _("Mail texts"),
            "own": own,
            "fields": [(name, *told, getattr(own, name), faults.get(name, "")) for name, *told in parts],
            "other": other,
            "is_unsaved": (own.opening, own.closing) != (saved.opening, saved.closing),
            "letter": _rendered(self.template, self.language, saved if faults else own),
            "mails": [(name, title, name == self.template) for name, title in MAILS.items()],
            "languages": [(code, name, code == self.language) for code, name in settings.LANGUAGES],
            "language": self.language,
            "mail": MAILS[self.template],
            "placeholders": [(f"{{{name}}}", words) for name, words in PLACEHOLDERS.items()],
        }
        return TemplateResponse(self.request, "orders/admin/mail_texts.html", context)

    def _back(self) -> HttpResponse:
        page = reverse("admin:mail_text", args=[self.template])
        return HttpResponseRedirect(f"{page}?language={self.language}")


def _about_opening() -> str:
    return _("In place of the greeting and the first sentence. Empty: the standard text.")


def _about_closing() -> str:
    return _("After everything else. Empty: nothing.")


def _typed(request: HttpRequest) -> OwnText:
    typed = request.POST
    version = version_seen(typed.get("version", ""))
    return OwnText(typed.get("opening", ""), typed.get("closing", ""), version)


def _rendered(template: str, language: str, own: OwnText) -> RenderedEmail:
    return render(template, sample_context(template), language=language, own=own)


def _faults_of_texts(own: OwnText) -> Faults:
    try:
        checked_parts(own)
    except Refusal as refusal:
        return _faults_of(refusal)
    return {}


def _faults_of(refusal: Refusal) -> Faults:
    return {fault.pointer[1:]: fault.detail for fault in refusal.faults}


def _send_test(template: str, language: str, *, by: Actor) -> None:
    """Raises Throttled."""
    assert by.user is not None
    take([Limit(f"test-mail:{by.user.pk}", TESTS_PER_HOUR, HOUR)])
    queue_email(
        # The moment makes each cause unique: a mail with the same one would not be queued.
        cause=f"test:{timezone.now():%Y%m%d%H%M%S%f}",
        template=template,
        recipient=by.user.email,
        context=sample_context(template),
        language=language,
    )
