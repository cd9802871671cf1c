"""Changing one's e-mail address, and the page behind the links that confirm or stop it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.actors import Actor
from accounts.addresses.change import (
    ask_for_own,
    confirm_email_change,
    stop_email_change,
    waiting_change,
)
from accounts.addresses.change_links import NEW, change_of
from accounts.admin.forms import with_status
from accounts.models import Source, User
from backoffice.admin.breadcrumbs import own_account
from backoffice.admin.dialogs import errors_of
from backoffice.admin.email_input import EmailAddressInput
from backoffice.errors import Refusal
from backoffice.requests.addresses import client_address


class OwnEmailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"),
        widget=EmailAddressInput(attrs={"autofocus": True, "autocomplete": "email"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Current password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )


class ChangedEmail(FormView):  # type: ignore[type-arg]
    template_name = "accounts/change_email.html"
    form_class = OwnEmailForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        user = self.request.user
        assert isinstance(user, User)
        waiting = waiting_change(user)
        about = {"title": _("Change e-mail"), "below": own_account(), "waiting": waiting}
        return super().get_context_data(**frame, **about, **kwargs)

    def form_valid(self, form: OwnEmailForm) -> HttpResponse:
        user, data = self.request.user, form.cleaned_data
        assert isinstance(user, User)
        try:
            ask_for_own(user, data["email"], password=data["password"], by=Actor(user, Source.ADMIN))
        except Refusal as refusal:
            for field, message in errors_of(refusal, form.fields):
                form.add_error(field, message)
            return with_status(self.form_invalid(form), refusal)
        messages.success(self.request, _("Two mails are on their way: confirm the change in both mailboxes."))
        return HttpResponseRedirect(reverse("admin:index"))


class EmailChangePage(TemplateView):
    """Confirms or stops by a button, for programs look at links too."""

    template_name = "accounts/email_change.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        return {**frame, "title": _("Change e-mail"), **self._asked(), **super().get_context_data(**kwargs)}

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        by, address = Actor(None, Source.ADMIN), client_address(request)
        act = stop_email_change if "stop" in request.POST else confirm_email_change
        try:
            change = act(token, by=by, address=address)
        except Refusal as refusal:
            page = self.render_to_response(self.get_context_data(refusal=refusal.detail))
            return with_status(page, refusal)
        done = {"done": change, "is_stopped": act is stop_email_change}
        return self.render_to_response(self.get_context_data(**done))

    def _asked(self) -> dict[str, Any]:
        """Return what the link is about; nothing when it no longer works."""
        try:
            change, side = change_of(self.kwargs["token"])
        except Refusal as refusal:
            return {"refusal": refusal.detail}
        return {"change": change, "is_new": side == NEW}
