"""Signing in: the password, then the second factor or setting one up; or a passkey alone."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from unfold.forms import AuthenticationForm

from accounts.actors import Actor
from accounts.admin.forms import with_status
from accounts.admin.second_factor.coming_in import begin, come_in, passkeys_work_on, second_step, set_up
from accounts.admin.second_factor.shown_codes import codes_page
from accounts.models import Source, User
from accounts.second_factor.challenges import SET_UP_SECONDS, ChallengeEnded, Pending, Step, ended, pending_of
from accounts.second_factor.factors import add_passkey, confirm_app
from accounts.second_factor.passkeys import options_for_showing, sign_in_with_passkey
from accounts.second_factor.requirement import Next, after_password, is_offered
from accounts.second_factor.verifying import finish_with_code, finish_with_recovery_code
from accounts.sign_in.attempts import sign_in
from backoffice.admin.ended_session import KEPT, kept_in, offered_again
from backoffice.admin.way_back import page_of_this_shop
from backoffice.errors import NotFound, Refusal
from backoffice.requests.addresses import client_address


class SignInForm(AuthenticationForm):
    """The admin's sign-in, with the same limit on guesses as the API's."""

    refusal: Refusal | None = None

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            address = client_address(self.request)
            try:
                user = sign_in(email, password, address=address, source=Source.ADMIN)
            except Refusal as refusal:
                self.refusal = refusal
                raise forms.ValidationError(refusal.detail) from refusal
            self.confirm_login_allowed(user)
            self.user_cache = user
        return self.cleaned_data


class SignInPage(LoginView):
    template_name = "backoffice/sign_in.html"
    authentication_form = SignInForm
    next_page = "admin:index"
    # What the page says beside the usual: what somebody typed, or why they have to sign in again.
    told: Mapping[str, Any] = {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if admin.site.has_permission(request):
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        usual = {
            "title": _("Log in"),
            "app_path": self.request.get_full_path(),
            "username": self.request.user.get_username(),
            "next": self.get_success_url(),
            "passkeys_here": is_offered() and passkeys_work_on(self.request),
            KEPT: self.request.POST.get(KEPT, ""),
        }
        return {**super().get_context_data(**kwargs), **frame, **usual, **self.told}

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)
        return come_in(self.request, user, to=self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        return with_status(super().form_invalid(form), form.refusal)


def sign_in_again(request: HttpRequest, refusal: Refusal, *, to: str) -> HttpResponse:
    """Show the form that asks for the password, and why; what was kept is kept."""
    asking = copy(request)
    asking.method = "GET"
    address = f"{reverse('admin:login')}?{urlencode({'next': to})}"
    told = {"app_path": address, "next": to, "refusal": refusal.detail, KEPT: request.POST.get(KEPT, "")}
    page = SignInPage.as_view(told=told)(asking)
    assert isinstance(page, HttpResponse)
    return with_status(page, refusal)


@method_decorator(never_cache, name="dispatch")
class Entrance(View):
    """A step of signing in after the password: what it needs is in the form, never in a session."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:login"))

    def post(self, request: HttpRequest) -> HttpResponse:
        to = self._next_page()
        try:
            return self.step(request, to)
        except ChallengeEnded as refusal:
            return sign_in_again(request, refusal, to=to)

    def step(self, request: HttpRequest, to: str) -> HttpResponse:
        raise NotImplementedError

    def _next_page(self) -> str:
        asked_for = page_of_this_shop(self.request, self.request.POST.get("next", ""))
        return asked_for or reverse("admin:index")

    def _typed(self, name: str) -> str:
        return self.request.POST.get(name, "")


class SecondStep(Entrance):
    def step(self, request: HttpRequest, to: str) -> HttpResponse:
        challenge = self._typed("challenge")
        try:
            user = self._finished(challenge)
        except ChallengeEnded:
            raise
        except Refusal as refusal:
            pending = pending_of(challenge, Step.ADMIN)
            page = second_step(request, pending.user, challenge, to=to, refusal=refusal)
            return with_status(page, refusal)
        begin(request, user)
        return offered_again(request, to) or HttpResponseRedirect(to)

    def _finished(self, challenge: str) -> User:
        if recovery_code := self._typed("recovery_code"):
            return finish_with_recovery_code(challenge, recovery_code, source=Source.ADMIN)
        return finish_with_code(challenge, self._typed("code"), source=Source.ADMIN)


class SetUpStep(Entrance):
    """Sets up an app or a passkey, for somebody who is let in by nothing else any more."""

    def step(self, request: HttpRequest, to: str) -> HttpResponse:
        challenge, state = self._typed("challenge"), self._typed("state")
        pending = pending_of(challenge, Step.SETTING_UP, good_seconds=SET_UP_SECONDS)
        if after_password(pending.user) is not Next.SET_UP:
            raise ended()
        try:
            codes = self._set_up(pending, state)
        except ChallengeEnded:
            raise
        except Refusal as refusal:
            return set_up(request, pending.user, challenge, state, to=to, refusal=refusal)
        begin(request, pending.user)
        return codes_page(request, codes, to=to, typed=kept_in(request))

    def _set_up(self, pending: Pending, state: str) -> list[str]:
        user, by = pending.user, Actor(pending.user, Source.ADMIN)
        if answer := self._typed("answer"):
            return add_passkey(user, self._typed("passkey_state"), answer, name=_("Passkey"), by=by)
        return confirm_app(user, state, self._typed("code"), by=by)


class PasskeySignIn(Entrance):
    """A passkey alone: the browser is told what to ask for (GET), and what it answers signs in (POST)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not is_offered():
            raise NotFound(_("Passkeys are not offered here."))
        return JsonResponse(options_for_showing())

    def step(self, request: HttpRequest, to: str) -> HttpResponse:
        try:
            user = sign_in_with_passkey(self._typed("state"), self._typed("answer"), source=Source.ADMIN)
        except ChallengeEnded:
            raise
        except Refusal as refusal:
            return sign_in_again(request, refusal, to=to)
        begin(request, user)
        return offered_again(request, to) or HttpResponseRedirect(to)
