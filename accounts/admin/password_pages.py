"""Signing in to the back office, and choosing, changing and recovering a password, also as a customer."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.links import PASSWORD
from accounts.models import AccountChange, Source, User
from accounts.passwords.choosing import change_password, is_own_password
from accounts.recovery import choose_password, request_password_link
from accounts.registration import confirm_email
from accounts.sign_in.attempts import sign_in
from accounts.sign_in.sessions import begin_session, note_password
from backoffice.admin.dialogs import errors_of
from backoffice.admin.email_input import EmailAddressInput
from backoffice.admin.way_back import page_of_this_shop
from backoffice.errors import Kind, Refusal
from backoffice.requests.addresses import client_address

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def with_status(response: HttpResponse, refusal: Refusal | None) -> HttpResponse:
    """Give the form's answer the refusal's status and Retry-After, for programs that guess."""
    if refusal is not None and refusal.kind is Kind.THROTTLED:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def _password_field(
    label: "StrOrPromise", *, autocomplete: str = "new-password", **options: Any
) -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, **options)


class SignInForm(AuthenticationForm):
    """The admin's sign-in, with the same limit on guesses as the API's."""

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            address = client_address(self.request)
            try:
                user = sign_in(email, password, address=address, source=Source.ADMIN)
            except Refusal as refusal:
                setattr(self.request, "refusal", refusal)  # noqa: B010
                raise forms.ValidationError(refusal.detail) from refusal
            self.confirm_login_allowed(user)
            self.user_cache = user
        return self.cleaned_data


class NewPasswordForm(forms.Form):
    new_password = _password_field(
        gettext_lazy("New password"),
        help_text=gettext_lazy("At least 12 characters; a sentence is a good one."),
    )
    repeated = _password_field(gettext_lazy("Repeat password"))

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
    old_password = _password_field(gettext_lazy("Current password"), autocomplete="current-password")
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
        return super().get_context_data(**frame, title=_("Change password"), **kwargs)

    def form_invalid(self, form: OwnPasswordForm) -> HttpResponse:
        return with_status(super().form_invalid(form), form.refusal)

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        update_session_auth_hash(self.request, form.save())
        note_password(self.request)
        messages.success(self.request, _("Your password is changed. Other devices have to sign in again."))
        return HttpResponseRedirect(reverse("admin:index"))


class PasswordAgainForm(forms.Form):
    password = _password_field(gettext_lazy("Your password"), autocomplete="current-password")


class PasswordAgain(FormView):  # type: ignore[type-arg]
    """Asks somebody who is signed in whether it is still them: a stranger may sit at their desk."""

    template_name = "accounts/password_again.html"
    form_class = PasswordAgainForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        return super().get_context_data(**frame, title=_("Type your password again"), **kwargs)

    def form_valid(self, form: PasswordAgainForm) -> HttpResponse:
        user = self.request.user
        assert isinstance(user, User)
        try:
            is_right = is_own_password(user, form.cleaned_data["password"])
        except Refusal as refusal:
            form.add_error("password", refusal.detail)
            return with_status(self.form_invalid(form), refusal)
        if not is_right:
            record(user, AccountChange.REFUSED, {"asked_again": True}, by=Actor(user, Source.ADMIN))
            form.add_error("password", _("This is not your password."))
            return self.form_invalid(form)
        note_password(self.request)
        asked_for = page_of_this_shop(self.request, self.request.GET.get("next", ""))
        return HttpResponseRedirect(asked_for or reverse("admin:index"))


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
        login(self.request, user)
        begin_session(self.request, user)
        return HttpResponseRedirect(reverse("admin:index"))


class ConfirmationForm(forms.Form):
    password = _password_field(gettext_lazy("The password you chose"), autocomplete="current-password")


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
