"""The history of an account: who changed its role, activity or password, and when."""

from accounts.actors import Actor
from accounts.models import AccountChange, AccountEvent, User


def record(user: User, kind: AccountChange, text: str = "", *, by: Actor) -> AccountEvent:
    return AccountEvent.objects.create(user=user, kind=kind, text=text, actor=by.user, source=by.source)
