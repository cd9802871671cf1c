"""Lists where somebody is signed in, and signs them out there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from accounts.actors import Actor
from accounts.history import record
from accounts.models import AccountChange, BrowserSession, Source, TokenFamily, User
from accounts.models.changes import Facts
from accounts.sign_in.sessions import digest_of, living_sessions
from accounts.tokens.refresh import end_family, living_families
from backoffice.db.transactions import write_transaction

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class SignedInClient:
    """A browser, or a program with tokens of the API; forms know it by `name`, people by `client`."""

    name: str
    client: str
    address: str
    began_at: datetime
    seen_at: datetime | None
    is_here: bool
    row: BrowserSession | TokenFamily

    @property
    def facts(self) -> Facts:
        if isinstance(self.row, TokenFamily):
            return {"client": "api", "address": self.address}
        return {"client": "browser", "browser": self.row.browser, "address": self.address}


class SignIns(TemplateView):
    template_name = "accounts/sign_ins.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        found = sign_ins_of(_user(self.request), here=self.request.session.session_key)
        return super().get_context_data(**frame, title=_("Where you are signed in"), sign_ins=found, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        user, which = _user(request), request.POST.get("which", "")
        found = [each for each in sign_ins_of(user, here=request.session.session_key) if not each.is_here]
        ended = end([each for each in found if which in (each.name, OTHERS)], user=user)
        if ended:
            words = ngettext("%(count)s signed out.", "%(count)s signed out.", ended) % {"count": ended}
        else:
            words = _("Nothing was signed in there any more.")
        messages.success(request, words)
        return HttpResponseRedirect(reverse("admin:sign_ins"))


def sign_ins_of(user: User, *, here: str | None) -> list[SignedInClient]:
    browsers = [
        SignedInClient(
            f"browser-{row.session_key}",
            row.browser or _("A browser"),
            row.address,
            row.began_at,
            row.seen_at,
            here is not None and row.session_key == digest_of(here),
            row,
        )
        for row in living_sessions(user)
    ]
    programs = [
        SignedInClient(f"api-{row.pk}", _("The API"), row.address, row.created_at, row.seen_at, False, row)
        for row in living_families(user, timezone.now()).annotate(seen_at=Max("tokens__issued_at"))
    ]
    return browsers + programs


@write_transaction
def end(sign_ins: list[SignedInClient], *, user: User) -> int:
    """Sign these clients out at once; return how many there were."""
    for each in sign_ins:
        if isinstance(each.row, TokenFamily):
            end_family(each.row)
        else:
            each.row.delete()
        record(user, AccountChange.SIGNED_OUT, each.facts, by=Actor(user, Source.ADMIN))
    return len(sign_ins)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
