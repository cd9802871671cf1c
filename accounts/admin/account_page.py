"""One's own account: the profile, how one signs in, where one is signed in, and what happened lately."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override
from django.views.generic import FormView, View
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.addresses.change import waiting_change
from accounts.admin.actor import actor_of
from accounts.history import latest_events
from accounts.models import AccountChange, User
from accounts.people import edit_user, role_of
from accounts.second_factor.recovery_codes import codes_left
from accounts.second_factor.requirement import is_offered
from accounts.sign_in.clients import Client, clients_of, sign_out
from backoffice.admin.dialogs import errors_of
from backoffice.db.fields import one_line
from backoffice.errors import Refusal
from backoffice.languages import language_of_shop, languages

OTHERS = "others"
EVENTS_SHOWN = 20


def _languages() -> list[tuple[str, str]]:
    names = dict(languages())
    as_shop = _("As the shop (%(language)s)") % {"language": names.get(language_of_shop(), "")}
    return [("", as_shop), *names.items()]


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=150,
        validators=[one_line],
        help_text=gettext_lazy("Colleagues see it, and mails greet you by it."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        help_text=gettext_lazy("Of these pages, and of the mails that you get."),
        choices=_languages,
        widget=UnfoldAdminSelectWidget,
    )


class AccountPage(FormView):  # type: ignore[type-arg]
    template_name = "accounts/account.html"
    form_class = ProfileForm

    def get_initial(self) -> dict[str, Any]:
        user = _user(self.request)
        return {"name": user.name, "language": user.language}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = _user(self.request)
        context = {
            **admin.site.each_context(self.request),
            "title": _("Your account"),
            "role": role_of(user),
            "waiting": waiting_change(user),
            "password_changed": user.events.filter(kind=AccountChange.PASSWORD).order_by("-id").first(),
            "tells_factors": is_offered(),
            "factors": user.authenticators.order_by("kind", "id"),
            "codes_left": codes_left(user),
            "clients": _clients(self.request),
            "events": latest_events(user)[:EVENTS_SHOWN],
        }
        return super().get_context_data(**context, **kwargs)

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        try:
            user = edit_user(_user(self.request), by=actor_of(self.request), **form.cleaned_data)
        except Refusal as refusal:
            for field, message in errors_of(refusal, form.fields):
                form.add_error(field, message)
            return self.form_invalid(form)
        # The page that it is shown on is in the language just chosen.
        with override(user.language or language_of_shop()):
            messages.success(self.request, _("Your profile is saved."))
        return HttpResponseRedirect(reverse("admin:account"))


class SignOutElsewhere(View):
    """Signs out one of one's browsers and programs, or all others."""

    def post(self, request: HttpRequest) -> HttpResponse:
        which = request.POST.get("which", "")
        others = [each for each in _clients(request) if not each.is_here and which in (each.id, OTHERS)]
        ended = sign_out(others, user=_user(request), by=actor_of(request))
        if ended:
            words = ngettext("%(count)s signed out.", "%(count)s signed out.", ended) % {"count": ended}
        else:
            words = _("Nothing was signed in there any more.")
        messages.success(request, words)
        return HttpResponseRedirect(f"{reverse('admin:account')}#signed-in")


def _clients(request: HttpRequest) -> list[Client]:
    return clients_of(_user(request), session_key=request.session.session_key)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
