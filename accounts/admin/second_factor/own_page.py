"""One's own second factors: what is set up, and changing it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from accounts.admin.second_factor.coming_in import passkeys_work_on
from accounts.admin.second_factor.drawing import app_to_scan
from accounts.admin.second_factor.shown_codes import codes_page
from accounts.models import AuthenticatorKind, User
from accounts.second_factor.factors import (
    add_passkey,
    begin_app,
    confirm_app,
    new_recovery_codes,
    remove_factor,
    rename_factor,
    secret_of,
)
from accounts.second_factor.passkeys import host_of_passkeys, options_for_adding
from accounts.second_factor.recovery_codes import HOW_MANY, codes_left
from accounts.second_factor.requirement import due_at, is_offered, is_required
from accounts.sign_in.sessions import asked_again
from backoffice.admin.breadcrumbs import own_account
from backoffice.db.primary_keys import is_key
from backoffice.errors import NotFound, Refusal


@method_decorator(never_cache, name="dispatch")
class OwnFactorPage(View):
    """Every page about one's own factors asks first whether it is still them, within the last ten minutes."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_offered():
            raise NotFound(_("A second factor is not offered here."))
        return asked_again(request, back=self._back(request)) or super().dispatch(request, *args, **kwargs)

    def _back(self, request: HttpRequest) -> str:
        return request.get_full_path() if request.method == "GET" else reverse("admin:second_factor")

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    @property
    def by(self) -> Actor:
        return actor_of(self.request)

    def stay_in(self) -> None:
        """Go on in this session; the change has ended all others."""
        update_session_auth_hash(self.request, self.user)

    def page(self, template: str, **context: Any) -> HttpResponse:
        frame = admin.site.each_context(self.request)
        return TemplateResponse(self.request, template, {**frame, "below": own_account(), **context})

    def back(self, done: str = "", refusal: Refusal | None = None) -> HttpResponse:
        if refusal is not None:
            messages.error(self.request, refusal.detail)
        elif done:
            messages.success(self.request, done)
        return HttpResponseRedirect(reverse("admin:second_factor"))

    def done_with(self, codes: list[str], done: str) -> HttpResponse:
        """Show the recovery codes that were made; without any, go back."""
        self.stay_in()
        return codes_page(self.request, codes) if codes else self.back(done)


class OwnFactors(OwnFactorPage):
    """What is set up. Posting removes or renames one of them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        factors = list(self.user.authenticators.order_by("pk"))
        return self.page(
            "accounts/second_factor.html",
            title=_("Second factor"),
            app=next((each for each in factors if not each.is_passkey), None),
            passkeys=[each for each in factors if each.is_passkey],
            has_factors=bool(factors),
            codes_left=codes_left(self.user),
            how_many=HOW_MANY,
            is_required=is_required(),
            may_remove=len(factors) > 1 or not is_required(),
            due_at=due_at(self.user),
            passkeys_here=passkeys_work_on(request),
            host=host_of_passkeys(),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        typed = request.POST.get("factor", "")
        factor = int(typed) if is_key(typed) else 0
        try:
            if "remove" in request.POST:
                removed = remove_factor(self.user, factor, by=self.by)
                self.stay_in()
                return self.back(_("%(name)s is removed.") % {"name": removed})
            rename_factor(self.user, factor, request.POST.get("name", ""))
        except Refusal as refusal:
            return self.back(refusal=refusal)
        return self.back(_("Renamed."))


class OwnApp(OwnFactorPage):
    """Sets up an authenticator app, in the place of the one before."""

    def get(self, request: HttpRequest, refusal: Refusal | None = None, state: str = "") -> HttpResponse:
        state = state or begin_app(self.user)
        return self.page(
            "accounts/second_factor_app.html",
            title=_("Authenticator app"),
            state=state,
            **app_to_scan(secret_of(self.user, state), self.user),
            has_app=self.user.authenticators.filter(kind=AuthenticatorKind.TOTP).exists(),
            refusal=refusal,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        state = request.POST.get("state", "")
        try:
            secret_of(self.user, state)
        except Refusal:
            return self.back(refusal=NotFound(_("This took too long: begin again.")))
        try:
            codes = confirm_app(self.user, state, request.POST.get("code", ""), by=self.by)
        except Refusal as refusal:
            return self.get(request, refusal, state)
        return self.done_with(codes, _("The authenticator app is set up."))


class OwnPasskey(OwnFactorPage):
    """Tells the browser what passkey to make (GET), and keeps what it has made (POST)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(options_for_adding(self.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        typed = request.POST
        try:
            codes = add_passkey(
                self.user,
                typed.get("state", ""),
                typed.get("answer", ""),
                name=typed.get("name", ""),
                by=self.by,
            )
        except Refusal as refusal:
            return self.back(refusal=refusal)
        return self.done_with(codes, _("The passkey is added."))


class OwnRecoveryCodes(OwnFactorPage):
    """Makes ten new recovery codes, and shows them once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.back()

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            codes = new_recovery_codes(self.user, by=self.by)
        except Refusal as refusal:
            return self.back(refusal=refusal)
        return self.done_with(codes, "")
