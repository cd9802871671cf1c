"""E-mails: what was sent to whom, what waits, and sending again what was given up."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from backoffice.admin.base import ReadOnlyAdmin, show_refusal
from backoffice.admin.cells import NOTHING, Dot, beside, cut, moment, status
from backoffice.admin.filters import AllValues, WholeDaysFilter
from backoffice.admin.lists import remembered_count, view_tabs
from backoffice.db.search_words import MOST_WORDS, cleaned
from backoffice.email_addresses import normalised_email
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from backoffice.outbox.delivery import MAX_ATTEMPTS
from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.outbox.queueing import requeue
from backoffice.outbox.rendering import RenderedEmail, render, without_secrets
from backoffice.text import identity_key

LIST = "admin:outbox_emailmessage_changelist"
WAITING, GIVEN_UP, SENT = "waiting", "dead", "sent"
NEVER_SENT = (EmailState.SUPPRESSED, EmailState.WITHDRAWN)
TONES = {
    EmailState.QUEUED: "info",
    EmailState.SENDING: "info",
    EmailState.SENT: "good",
    EmailState.DEAD: "bad",
    EmailState.SUPPRESSED: "plain",
    EmailState.WITHDRAWN: "plain",
}
DOTS = {
    EmailState.QUEUED: Dot.RING,
    EmailState.SENDING: Dot.HALF,
    EmailState.SENT: Dot.GREEN,
    EmailState.DEAD: Dot.RED,
    EmailState.SUPPRESSED: Dot.GREY,
    EmailState.WITHDRAWN: Dot.GREY,
}


class TemplateFilter(AllValues):
    """What mails were sent for, in words."""

    def word_for(self, value: str) -> str:
        return EmailMessage(template=value).occasion


def dead_count(request: HttpRequest) -> int:
    return remembered_count(request, "dead-emails", EmailMessage.objects.filter(state=EmailState.DEAD).count)


def failed_badge(request: HttpRequest) -> str:
    if not request.user.has_perm("accounts.view_customer"):
        return ""
    count = dead_count(request)
    return _("%(count)s failed") % {"count": grouped(count)} if count else ""


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    if request.path != reverse(LIST) or not request.user.has_perm("outbox.view_emailmessage"):
        return []
    titles = [
        ("", _("All")),
        (WAITING, _("Waiting")),
        (GIVEN_UP, _("Given up")),
        (SENT, _("Sent")),
    ]
    items = view_tabs(request, LIST, titles, {GIVEN_UP: dead_count(request)})
    return [{"models": ["outbox.emailmessage"], "items": items}]


@admin.register(EmailMessage)
class EmailMessageAdmin(ReadOnlyAdmin):
    list_display = ("mail", "recipient_shown", "state_shown", "attempts_shown", "queued", "error_shown")
    on_card = {
        "mail": "title",
        "state_shown": "state",
        "queued": "end",
        "recipient_shown": "note",
        "error_shown": "note",
    }
    list_filter = (("template", TemplateFilter), ("created_at", WholeDaysFilter))
    search_fields = ("recipient", "cause")
    search_help_text = gettext_lazy("Recipient, or order number")
    ordering = ("-id",)
    actions = ("send_again",)
    action_icons = {"send_again": "forward_to_inbox"}
    empty_title = gettext_lazy("No e-mails yet")
    empty_text = gettext_lazy(
        "Confirmations, shipment notices and invitations will be listed here, with what became of them."
    )
    empty_views = {
        WAITING: (gettext_lazy("Nothing waits"), gettext_lazy("Every e-mail has been sent or given up.")),
        GIVEN_UP: (
            gettext_lazy("Nothing was given up"),
            gettext_lazy("Every e-mail found its way, or is still being tried."),
        ),
        SENT: (
            gettext_lazy("Nothing was sent yet"),
            gettext_lazy("What is sent will be kept here as the recipient sees it."),
        ),
    }

    def get_urls(self) -> list[URLPattern]:
        again = path(
            "<int:pk>/send-again/",
            self.admin_site.admin_view(self.send_again_view),
            name="outbox_emailmessage_send_again",
        )
        return [again, *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: EmailMessage | None = None) -> bool:
        """Allow only who may know customers: mails say who ordered what, and where it goes."""
        return super().has_view_permission(request, obj) and request.user.has_perm("accounts.view_customer")

    # The list

    def in_view(self, rows: QuerySet[EmailMessage], view: str) -> QuerySet[EmailMessage]:
        states = {
            WAITING: [EmailState.QUEUED, EmailState.SENDING],
            GIVEN_UP: [EmailState.DEAD],
            SENT: [EmailState.SENT],
        }
        return rows.filter(state__in=states[view]) if view in states else rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EmailMessage], search_term: str
    ) -> tuple[QuerySet[EmailMessage], bool]:
        """Find mails whose recipient, or whose cause, has each word in it."""
        for word in cleaned(search_term).split()[:MOST_WORDS]:
            # Addresses are stored in lower case; of other letters SQLite would tell capitals apart.
            is_to = Q(recipient__contains=normalised_email(word)) | Q(recipient__contains=identity_key(word))
            queryset = queryset.filter(is_to | Q(cause__icontains=word))
        return queryset, False

    @display(description=gettext_lazy("E-mail"))
    def mail(self, message: EmailMessage) -> SafeString:
        return beside(message.subject or message.occasion, message.cause.partition(":")[2] or message.cause)

    @display(description=gettext_lazy("Recipient"), ordering="recipient")
    def recipient_shown(self, message: EmailMessage) -> SafeString:
        return cut(message.readable_recipient)

    @display(description=gettext_lazy("State"), ordering="state")
    def state_shown(self, message: EmailMessage) -> SafeString:
        return status(DOTS[EmailState(message.state)], message.get_state_display())

    @display(description=gettext_lazy("Attempts"), ordering="attempts", formatting="price")
    def attempts_shown(self, message: EmailMessage) -> str:
        if not message.attempts:
            return NOTHING
        return _("%(attempts)s of %(most)s") % {"attempts": message.attempts, "most": MAX_ATTEMPTS}

    @display(description=gettext_lazy("Queued"), ordering="created_at")
    def queued(self, message: EmailMessage) -> SafeString | str:
        return moment(message.created_at)

    @display(description=gettext_lazy("Last error"))
    def error_shown(self, message: EmailMessage) -> SafeString | str:
        return cut(message.reason) if message.error else NOTHING

    # The page of one

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = EmailMessage.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if message is None:
            messages.error(request, _("There is no such e-mail."))
            return HttpResponseRedirect(reverse(LIST))
        context = {
            "object": message,
            "title": message.occasion,
            "tone": TONES[EmailState(message.state)],
            "is_dead": message.state == EmailState.DEAD,
            "is_over": message.state in NEVER_SENT,
            "max_attempts": MAX_ATTEMPTS,
            "may_requeue": self.has_requeue_permission(request),
            **_letter(message),
        }
        return self.page(request, "outbox/email.html", context)

    # Sending again

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.requeue_emailmessage")

    def send_again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_requeue_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        page = reverse("admin:outbox_emailmessage_change", args=[pk])
        try:
            requeue(pk)
        except Refusal as refusal:
            return show_refusal(request, refusal, url=page)
        messages.success(request, _("The e-mail is queued again."))
        return HttpResponseRedirect(page)

    @admin.action(description=gettext_lazy("Send again"), permissions=["requeue"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[EmailMessage]) -> None:
        dead = chosen.filter(state=EmailState.DEAD)
        for message in dead:
            requeue(message.pk)
        messages.success(
            request,
            _("%(count)s queued again; only mails that were given up can be.")
            % {"count": grouped(len(dead))},
        )


def _letter(message: EmailMessage) -> dict[str, Any]:
    """Render the mail as it was sent, or as it would be sent now, unless its text was erased."""
    if message.forgotten_at is not None:
        return {"is_forgotten": True}
    if message.html:
        return {"letter": RenderedEmail(message.subject, message.text, message.html)}
    try:
        kept = without_secrets(message.context)
        return {"letter": render(message.template, kept, language=message.language)}
    # Whatever is wrong with a template is also why the mail is stuck: its page must open all the same.
    except Exception as error:
        return {"render_error": f"{type(error).__name__}: {error}"}
