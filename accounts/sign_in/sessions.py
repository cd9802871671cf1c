"""Sessions of browsers: kept by account, so that they can be listed and ended one by one.

They end after some idle time (`SESSION_IDLE_SECONDS`), some time after they began whatever happens
(`SESSION_COOKIE_AGE`), and with `auth_version`. What may take much out of the shop, or let somebody in, asks
for the password once more.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import time
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.history import record
from accounts.models import AccountChange, BrowserSession, Source, User
from accounts.sign_in.attempts import note_sign_in
from backoffice.requests.addresses import client_address, current_address
from backoffice.requests.devices import user_agent_of
from backoffice.runtime.outages import is_outage

logger = logging.getLogger(__name__)

BEGAN, SEEN, PASSWORD, USER_AGENT = "began_at", "seen_at", "password_at", "user_agent"
# We know to this many seconds when somebody was last there: each note of it is a write.
NOTED_EVERY_SECONDS = 60
PASSWORD_FRESH_SECONDS = 10 * 60
# A page that asks by itself says so: that nobody keeps looking must not keep the session going.
UNATTENDED = "X-Unattended"


class SessionStore(DatabaseStore):
    """Keeps the admin's sessions in a table of their own, each with its user.

    The table holds digests of their keys: whoever reads it, or a backup, cannot go on in anybody's session.
    """

    def save(self, must_create: bool = False) -> None:
        """Save the session; while nothing can be written, go on without saving changes to one that exists.

        Django would think that the session has ended meanwhile, and refuse pages that only read.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if not is_outage(error.__context__):
                raise
            logger.warning(
                "A session is not noted: %s", error.__context__, extra={"about": error.__context__}
            )

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        if SESSION_KEY in data and BEGAN not in data:
            now = int(time())
            data.update({BEGAN: now, SEEN: now, PASSWORD: now})
        row = super().create_model_instance(data)
        assert isinstance(row, BrowserSession)
        row.session_key = digest_of(row.session_key)
        version = str(data.get(HASH_SESSION_KEY, "")).partition(":")[0]
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.auth_version = int(version) if version.isdecimal() else 0
        row.address, row.user_agent = current_address.get()[:45], str(data.get(USER_AGENT, ""))
        row.began_at, row.seen_at = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        return row

    def get_session_cookie_age(self) -> int:
        """Return how many seconds the session goes on if nobody uses it: its cookie and row end then, too."""
        if SESSION_KEY not in self:
            return super().get_session_cookie_age()
        left = self.get(BEGAN, 0) + settings.SESSION_COOKIE_AGE - int(time())
        # It may have been used since that was last noted.
        return max(0, min(left, settings.SESSION_IDLE_SECONDS + NOTED_EVERY_SECONDS))

    def exists(self, session_key: str) -> bool:
        return super().exists(digest_of(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(digest_of(key))

    def _get_session_from_db(self) -> BrowserSession | None:
        key = digest_of(self.session_key or "")
        row = BrowserSession.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row


class SessionLifetimeMiddleware:
    """Ends sessions in which nobody has done anything for a while, and those that began long ago."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a cookie there is nothing to load.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            _see(request)
        return self.get_response(request)


def _see(request: HttpRequest) -> None:
    session, now = request.session, int(time())
    if is_over(session, now):
        session.flush()
    elif UNATTENDED not in request.headers and now - session[SEEN] >= NOTED_EVERY_SECONDS:
        session[SEEN] = now


def is_over(session: Any, now: float) -> bool:
    is_old = now - session.get(BEGAN, 0) >= settings.SESSION_COOKIE_AGE
    return is_old or now - session.get(SEEN, 0) >= settings.SESSION_IDLE_SECONDS


def begin_session(request: HttpRequest, user: User) -> None:
    """Begin the session; call it right after a password or a mailed link has shown who they are."""
    now = int(time())
    user_agent = user_agent_of(request.META)
    request.session.update({BEGAN: now, SEEN: now, PASSWORD: now, USER_AGENT: user_agent})
    note_sign_in(user, address=client_address(request), source=Source.ADMIN)


def note_sign_out(user: User) -> None:
    record(user, AccountChange.SIGNED_OUT, by=Actor(user, Source.ADMIN))


def note_password(request: HttpRequest) -> None:
    """Note that the password was typed again just now, and was right."""
    request.session[PASSWORD] = int(time())


def asked_again(request: HttpRequest, *, back: str | None = None) -> HttpResponse | None:
    """Redirect to the page that asks for the password; None if it was typed within ten minutes."""
    typed_at = request.session.get(PASSWORD, 0)
    if time() - typed_at < PASSWORD_FRESH_SECONDS:
        return None
    page = f"{reverse('admin:password_again')}?{urlencode({'next': back or request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": page})
    return HttpResponseRedirect(page)


def living_sessions(user: User) -> QuerySet[BrowserSession]:
    """Return the sessions that still let the user in, the latest first."""
    now = timezone.now()
    idle_since = now - timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    oldest = now - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    rows = BrowserSession.objects.filter(user=user, auth_version=user.auth_version, expire_date__gt=now)
    return rows.filter(seen_at__gt=idle_since, began_at__gt=oldest).order_by("-seen_at", "session_key")


def digest_of(session_key: str) -> str:
    """Return as many hex digits of its SHA-256 as the column holds; a random key needs no slow hash."""
    return sha256(session_key.encode()).hexdigest()[:40]


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else timezone.now()
