"""Where somebody is signed in: browsers and programs, listed, and signed out one by one or all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of
from accounts.models import AccountChange, BrowserSession, TokenFamily, User
from accounts.models.changes import Facts
from accounts.people import protect_superuser
from accounts.sign_in.sessions import digest_of, living_sessions
from accounts.tokens.refresh import end_family, living_families, revoke_everything
from backoffice.db.transactions import write_transaction
from backoffice.errors import NotFound
from backoffice.requests.devices import device_of

BROWSER, API = "browser", "api"


@dataclass(frozen=True, slots=True)
class Client:
    """A browser, or a program with tokens of the API. `id` lets nobody in; `is_here` is the one that asks."""

    id: str
    row: BrowserSession | TokenFamily
    began_at: datetime
    seen_at: datetime
    is_here: bool

    @property
    def kind(self) -> str:
        return API if isinstance(self.row, TokenFamily) else BROWSER

    @property
    def user_agent(self) -> str:
        return self.row.user_agent

    @property
    def address(self) -> str:
        return self.row.address

    @property
    def device(self) -> str:
        unnamed = _("A program") if self.kind == API else _("A browser")
        return device_of(self.user_agent) or unnamed

    @property
    def facts(self) -> Facts:
        return {"client": self.kind, "user_agent": self.user_agent, "address": self.address}


def clients_of(user: User, *, session_key: str | None = None, family: int | None = None) -> list[Client]:
    """Return what the user is signed in with, browsers first, the latest first.

    Whoever asks is the browser with this key, or the program whose tokens are of this family.
    """
    here = digest_of(session_key) if session_key else None
    browsers = [
        Client(f"browser-{row.session_key}", row, row.began_at, row.seen_at, row.session_key == here)
        for row in living_sessions(user)
    ]
    programs = [
        Client(f"api-{row.pk}", row, row.created_at, row.seen_at, row.pk == family)
        for row in living_families(user, timezone.now()).annotate(seen_at=Max("tokens__issued_at"))
    ]
    return browsers + programs


def client_named(clients: Sequence[Client], client_id: str) -> Client:
    """Return the one with this id. Raises NotFound."""
    for client in clients:
        if client.id == client_id:
            return client
    raise NotFound(_("Nothing was signed in there any more."))


@write_transaction
def sign_out(clients: Sequence[Client], *, user: User, by: Actor) -> int:
    """Sign these out at once; return how many there were."""
    for client in clients:
        if isinstance(client.row, TokenFamily):
            end_family(client.row)
        else:
            client.row.delete()
        record(user, AccountChange.SIGNED_OUT, client.facts, by=by)
    return len(clients)


@write_transaction
def sign_out_everywhere(user: User, *, by: Actor) -> None:
    """End whatever somebody is signed in with, and every link mailed to them; tell them if it was not they.

    Raises:
        Forbidden: only a superuser changes a superuser.
    """
    protect_superuser(user, by)
    revoke_everything(user, because="signed out everywhere")
    event = record(user, AccountChange.SIGNED_OUT, {"everywhere": True}, by=by)
    if by.user is None or by.user.pk != user.pk:
        tell_of(event, "signed_out")
