"""People: users who sign in, from where and with what, what was done to their accounts, and customers."""

from accounts.models.changes import AccountChange
from accounts.models.customers import Customer
from accounts.models.email_changes import EmailChange
from accounts.models.erasures import ErasedKind, Erasure
from accounts.models.events import AccountEvent
from accounts.models.sessions import BrowserSession, KnownPlace
from accounts.models.sources import Source, name_of
from accounts.models.tokens import RefreshToken, TokenFamily
from accounts.models.users import User

__all__ = [
    "AccountChange",
    "AccountEvent",
    "BrowserSession",
    "Customer",
    "EmailChange",
    "ErasedKind",
    "Erasure",
    "KnownPlace",
    "RefreshToken",
    "Source",
    "TokenFamily",
    "User",
    "name_of",
]
