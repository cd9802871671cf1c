"""What follows the right password or a mailed link: a session, or a page that asks for what is missing."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.admin.second_factor.drawing import app_to_scan
from accounts.models import AuthenticatorKind, User
from accounts.second_factor.challenges import Step, challenge_for
from accounts.second_factor.factors import begin_app, secret_of
from accounts.second_factor.passkeys import is_passkey_origin, options_for_adding
from accounts.second_factor.requirement import Next, after_password, begin_grace
from accounts.sign_in.sessions import begin_session
from backoffice.admin.ended_session import KEPT, offered_again
from backoffice.errors import Refusal


def come_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Begin a session and go to this page, or ask whoever has only shown the password for more."""
    match after_password(user):
        case Next.FACTOR:
            return second_step(request, user, challenge_for(user, Step.ADMIN), to=to)
        case Next.SET_UP:
            return set_up(request, user, challenge_for(user, Step.SETTING_UP), begin_app(user), to=to)
    begin(request, user)
    return offered_again(request, to) or HttpResponseRedirect(to)


def begin(request: HttpRequest, user: User) -> None:
    """Begin the session of somebody who has shown all that is needed."""
    login(request, user)
    begin_session(request, user)
    begin_grace(user)


def second_step(
    request: HttpRequest, user: User, challenge: str, *, to: str, refusal: Refusal | None = None
) -> HttpResponse:
    """Ask for the second factor. There is no session: the page itself holds what was shown so far."""
    kinds = set(user.authenticators.values_list("kind", flat=True))
    context = {
        "title": _("Second factor"),
        "challenge": challenge,
        "has_app": AuthenticatorKind.TOTP in kinds,
        "has_passkeys": AuthenticatorKind.PASSKEY in kinds,
        "refusal": refusal,
    }
    return _page(request, "accounts/second_step.html", context, to=to)


def set_up(
    request: HttpRequest, user: User, challenge: str, state: str, *, to: str, refusal: Refusal | None = None
) -> HttpResponse:
    """Have whoever must have a second factor set one up; nothing else is let in."""
    context = {
        "title": _("Set up a second factor"),
        "challenge": challenge,
        "state": state,
        **app_to_scan(secret_of(user, state), user),
        "passkey_options": options_for_adding(user) if passkeys_work_on(request) else None,
        "refusal": refusal,
    }
    return _page(request, "accounts/second_factor_forced.html", context, to=to)


def passkeys_work_on(request: HttpRequest) -> bool:
    """Whether browsers let a page at this address use passkeys of the shop."""
    return is_passkey_origin(f"{request.scheme}://{request.get_host()}")


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, to: str) -> HttpResponse:
    frame = admin.site.each_context(request)
    kept = {"next": to, KEPT: request.POST.get(KEPT, ""), "passkeys_here": passkeys_work_on(request)}
    page = TemplateResponse(request, template, {**frame, **kept, **context})
    page["Cache-Control"] = "no-store"
    return page
