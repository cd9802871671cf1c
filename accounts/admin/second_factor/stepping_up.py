"""Asks somebody who is signed in whether it is still them: a stranger may sit at their desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from accounts.actors import Actor
from accounts.admin.forms import password_field, with_status
from accounts.admin.second_factor.coming_in import passkeys_work_on
from accounts.history import record
from accounts.models import AccountChange, AuthenticatorKind, Source, User
from accounts.passwords.choosing import is_own_password
from accounts.second_factor.passkeys import show_passkey
from accounts.second_factor.requirement import is_offered
from accounts.second_factor.verifying import show_code
from accounts.sign_in.sessions import note_password
from backoffice.admin.way_back import page_of_this_shop
from backoffice.errors import NotAuthenticated, Refusal


class PasswordAgainForm(forms.Form):
    password = password_field(gettext_lazy("Your password"), autocomplete="current-password")


class PasswordAgain(FormView):  # type: ignore[type-arg]
    """The password, or what somebody shows instead: a code of their app, or a passkey."""

    template_name = "accounts/password_again.html"
    form_class = PasswordAgainForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        kinds: set[str] = set()
        if is_offered():
            kinds = set(_user(self.request).authenticators.values_list("kind", flat=True))
        ways = {
            "has_app": AuthenticatorKind.TOTP in kinds,
            "has_passkeys": AuthenticatorKind.PASSKEY in kinds and passkeys_work_on(self.request),
        }
        title = _("Type your password again")
        return super().get_context_data(**frame, **ways, title=title, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "code" not in request.POST and "answer" not in request.POST:
            return super().post(request, *args, **kwargs)
        try:
            _show_factor(request)
        except Refusal as refusal:
            page = self.render_to_response(self.get_context_data(form=PasswordAgainForm(), refusal=refusal))
            return with_status(page, refusal)
        return self._go_on()

    def form_valid(self, form: PasswordAgainForm) -> HttpResponse:
        user = _user(self.request)
        try:
            is_right = is_own_password(user, form.cleaned_data["password"])
        except Refusal as refusal:
            form.add_error("password", refusal.detail)
            return with_status(self.form_invalid(form), refusal)
        if not is_right:
            record(user, AccountChange.REFUSED, {"asked_again": True}, by=Actor(user, Source.ADMIN))
            form.add_error("password", _("This is not your password."))
            return self.form_invalid(form)
        return self._go_on()

    def _go_on(self) -> HttpResponse:
        note_password(self.request)
        asked_for = page_of_this_shop(self.request, self.request.GET.get("next", ""))
        return HttpResponseRedirect(asked_for or reverse("admin:index"))


def _show_factor(request: HttpRequest) -> None:
    user, typed = _user(request), request.POST
    if not is_offered():
        raise NotAuthenticated(_("Type your password."))
    if "answer" in typed:
        show_passkey(user, typed.get("state", ""), typed["answer"], source=Source.ADMIN)
    else:
        show_code(user, typed["code"], source=Source.ADMIN)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
