"""The page where managers change the shop's settings."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from accounts.admin.shop.form import SettingsForm
from accounts.models import SettingChange
from accounts.shop.changing import PERMISSION, change_settings, version_seen
from accounts.shop.logo import change_settings_and_logo
from accounts.shop.looking import fixed_now, latest_changes, settings_now
from backoffice.admin.dialogs import errors_of
from backoffice.errors import Refusal
from backoffice.shop.table import LOGO

MOST_CHANGES = 50


class SettingsPage(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor_of(request).require(PERMISSION)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return _page(request, SettingsForm(settings_now()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SettingsForm(settings_now(), request.POST, request.FILES)
        try:
            changed = _changed(form, by=actor_of(request))
        except Refusal as refusal:
            return _page(request, _with_faults(form.refilled(), refusal, had_logo=bool(request.FILES)))
        messages.success(request, _told(len(changed)))
        return HttpResponseRedirect(reverse("admin:settings"))


def _changed(form: SettingsForm, *, by: Actor) -> list[SettingChange]:
    version, logo = version_seen(str(form["version"].data)), form.logo
    if logo is None:
        return change_settings(form.wanted, by=by, version=version)
    return change_settings_and_logo(form.wanted, logo, by=by, version=version)


def _page(request: HttpRequest, form: SettingsForm) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Shop settings"),
        "form": form,
        "fixed": fixed_now(),
        "changes": latest_changes(MOST_CHANGES),
    }
    return TemplateResponse(request, "accounts/settings.html", context)


def _with_faults(form: SettingsForm, refusal: Refusal, *, had_logo: bool) -> SettingsForm:
    form.full_clean()
    for field, message in errors_of(refusal, form.fields):
        if refusal.faults and field:
            form.add_error(field, next(f.detail for f in refusal.faults if f.pointer == f"/{field}"))
        else:
            form.add_error(None, message)
    if had_logo and LOGO not in form.errors:
        form.add_error(LOGO, _("Choose the file again: browsers do not keep it."))
    return form


def _told(changed: int) -> str:
    if not changed:
        return _("Nothing was changed.")
    return ngettext(
        "%(count)s setting changed, in force at once.",
        "%(count)s settings changed, in force at once.",
        changed,
    ) % {"count": changed}
