"""Choosing, changing and recovering a password, also as a customer."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from accounts.actors import Actor
from accounts.admin.forms import password_field, with_status
from accounts.admin.second_factor.coming_in import come_in
from accounts.mailing.links import PASSWORD
from accounts.models import Source, User
from accounts.passwords.choosing import change_password
from accounts.recovery import choose_password, request_password_link
from accounts.registration import confirm_email
from accounts.sign_in.sessions import note_password
from backoffice.admin.breadcrumbs import own_account
from backoffice.admin.dialogs import errors_of
from backoffice.admin.email_input import EmailAddressInput
from backoffice.errors import Refusal
from backoffice.requests.addresses import client_address


class NewPasswordForm(forms.Form):
    new_password = password_field(
        gettext_lazy("New password"),
        help_text=gettext_lazy("At least 12 characters; a sentence is a good one."),
    )
    repeated = password_field(gettext_lazy("Repeat password"))

    refusal: Refusal | None = None

    def __init__(self, user: User, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("new_password") != data.get("repeated"):
            self.add_error("repeated", _("The two passwords are not the same."))
        elif not self.errors:
            self._store(data)
        return data

    def _store(self, data: dict[str, Any]) -> None:
        try:
            self.store(data)
        except Refusal as refusal:
            self.refusal = refusal
            for field, message in errors_of(refusal, self.fields):
                self.add_error(field, message)

    def store(self, data: dict[str, Any]) -> None:
        choose_password(self.user, data["new_password"], by=Actor(self.user, Source.ADMIN))

    def save(self) -> User:
        """Return the user: the password was stored while the form was checked, when it could be refused."""
        return self.user


class OwnPasswordForm(NewPasswordForm):
    old_password = password_field(gettext_lazy("Current password"), autocomplete="current-password")
    field_order = ("old_password", "new_password", "repeated")

    def store(self, data: dict[str, Any]) -> None:
        by = Actor(self.user, Source.ADMIN)
        change_password(self.user, old=data["old_password"], new=data["new_password"], by=by)


class ChangedPassword(FormView):  # type: ignore[type-arg]
    template_name = "accounts/change_password.html"
    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        about = {"title": _("Change password"), "below": own_account()}
        return super().get_context_data(**frame, **about, **kwargs)

    def form_invalid(self, form: OwnPasswordForm) -> HttpResponse:
        return with_status(super().form_invalid(form), form.refusal)

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        update_session_auth_hash(self.request, form.save())
        note_password(self.request)
        messages.success(self.request, _("Your password is changed. Other devices have to sign in again."))
        return HttpResponseRedirect(reverse("admin:index"))


class ChosenPassword(PasswordResetConfirmView):
    """The page behind the link of an invitation or a password mail; afterwards staff are signed in."""

    template_name = "accounts/choose_password.html"
    form_class = NewPasswordForm  # type: ignore[assignment]
    token_generator = PASSWORD
    title = gettext_lazy("Choose a password")

    def get_user(self, uidb64: str) -> User | None:
        """Return the link's user, but None when the account was deactivated since."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}

    def form_invalid(self, form: Any) -> HttpResponse:
        return with_status(super().form_invalid(form), form.refusal)

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.save()
        self.request.session.pop(INTERNAL_RESET_SESSION_TOKEN, None)
        if not user.is_staff:
            return self.render_to_response(self.get_context_data(form=form, is_done=True))
        return come_in(self.request, user, to=reverse("admin:index"))


class ConfirmationForm(forms.Form):
    password = password_field(gettext_lazy("The password you chose"), autocomplete="current-password")


class ConfirmedEmail(FormView):  # type: ignore[type-arg]
    """The page behind the link that confirms an address: a form, for programs look at links too."""

    template_name = "accounts/confirm_email.html"
    form_class = ConfirmationForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        return super().get_context_data(**frame, title=_("Confirm your e-mail address"), **kwargs)

    def form_valid(self, form: ConfirmationForm) -> HttpResponse:
        address = client_address(self.request)
        try:
            confirm_email(self.kwargs["token"], form.cleaned_data["password"], address=address)
        except Refusal as refusal:
            page = self.render_to_response(self.get_context_data(form=form, refusal=refusal.detail))
            return with_status(page, refusal)
        return self.render_to_response(self.get_context_data(form=form, is_done=True))


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), widget=EmailAddressInput(attrs={"autofocus": True})
    )


class ForgottenPassword(FormView):  # type: ignore[type-arg]
    """Sends a link; the answer is the same whether or not there is such an account."""

    template_name = "accounts/forgotten_password.html"
    form_class = EmailForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        return super().get_context_data(**frame, title=_("Forgotten password"), **kwargs)

    def form_valid(self, form: EmailForm) -> HttpResponse:
        try:
            request_password_link(form.cleaned_data["email"], address=client_address(self.request))
        except Refusal as refusal:
            form.add_error("email", refusal.detail)
            return with_status(self.form_invalid(form), refusal)
        return self.render_to_response(self.get_context_data(form=form, is_sent=True))
