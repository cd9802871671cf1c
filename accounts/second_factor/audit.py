"""Who still lacks a second factor that is required, and whose app cannot be read with this SECRET_KEY."""

from accounts.models import Authenticator, AuthenticatorKind, User
from accounts.second_factor.sealing import Unreadable, unseal


def without_factor() -> int:
    """Return how many members of staff may sign in and have no second factor."""
    return User.objects.filter(is_staff=True, is_active=True, authenticators=None).count()


def unreadable_apps() -> list[str]:
    """Return the addresses of those whose app was set up under a key that the shop does not have."""
    apps = Authenticator.objects.filter(kind=AuthenticatorKind.TOTP).select_related("user").order_by("pk")
    return [app.user.email for app in apps.iterator(500) if not _is_readable(app)]


def _is_readable(app: Authenticator) -> bool:
    try:
        unseal(app.secret, user=app.user_id)
    except Unreadable:
        return False
    return True
