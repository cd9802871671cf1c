"""People: users who sign in, from where and with what, what was done to their accounts, and customers."""

from accounts.models.authenticators import Authenticator, AuthenticatorKind, RecoveryCode, SpentChallenge
from accounts.models.changes import AccountChange
from accounts.models.customers import Customer
from accounts.models.email_changes import EmailChange
from accounts.models.erasures import ErasedKind, Erasure
from accounts.models.events import AccountEvent
from accounts.models.sessions import BrowserSession, KnownPlace
from accounts.models.settings_changes import SettingChange
from accounts.models.sources import Source, name_of, nobody_in
from accounts.models.tokens import RefreshToken, TokenFamily
from accounts.models.users import User

__all__ = [
    "AccountChange",
    "AccountEvent",
    "Authenticator",
    "AuthenticatorKind",
    "BrowserSession",
    "Customer",
    "EmailChange",
    "ErasedKind",
    "Erasure",
    "KnownPlace",
    "RecoveryCode",
    "RefreshToken",
    "SettingChange",
    "Source",
    "SpentChallenge",
    "TokenFamily",
    "User",
    "name_of",
    "nobody_in",
]
