"""Who acts in the admin."""

from django.http import HttpRequest

from accounts.actors import Actor
from accounts.models import Source, User


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in member of staff, acting through the admin."""
    assert isinstance(request.user, User)
    return Actor(request.user, Source.ADMIN)
