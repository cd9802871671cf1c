"""A form of the admin that is sent once more does nothing twice: it hides an idempotency key."""

import json
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.api.idempotency import IdempotencyMismatch, once
from backoffice.errors import Conflict, Title
from backoffice.requests.json_reply import rendered

# Sent with what was typed, and not part of it.
BESIDES = frozenset(("csrfmiddlewaretoken", "key"))


class SentAlready(Conflict):
    code = "sent_already"
    title: ClassVar[Title] = gettext_lazy("This form was sent before, filled in differently")


class IdempotencyKeyField(forms.RegexField):
    """Hidden in a form: the same whenever the same form is sent once more."""

    def __init__(self) -> None:
        super().__init__(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput(), initial=new_idempotency_key)


def new_idempotency_key() -> str:
    return secrets.token_hex(16)


def done_once(request: HttpRequest, key: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `run` gives, or what it gave when this form was sent with this key before.

    Raises:
        SentAlready: something else was typed with this key before, and was done. And whatever `run` raises.
    """
    typed = sorted(item for item in request.POST.lists() if item[0] not in BESIDES)
    fingerprint = sha256(repr([request.path, typed]).encode()).hexdigest()
    route = request.resolver_match.route if request.resolver_match else request.path
    try:
        reply = once(f"user:{request.user.pk}", f"POST {route}", key, fingerprint, lambda: rendered(run()))
    except IdempotencyMismatch as error:
        raise SentAlready(
            _("What you sent from here before is done. Load the page again to see it, and go on from there.")
        ) from error
    done: dict[str, Any] = json.loads(reply.body)
    return done
