"""Who acts: the system, or the member of staff named with --as."""

from typing import TYPE_CHECKING

from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from accounts.actors import Actor


def actor(email: str | None, permission: str) -> "Actor":
    """Return the actor, who must hold the permission; without an address the system, which may do all.

    Raises:
        NotFound: nobody has this address.
        Forbidden: they are not active staff, or their role does not allow it.
    """
    from accounts.actors import Actor
    from accounts.models import Source
    from accounts.people import user_with_email
    from backoffice.errors import Forbidden

    if email is None:
        return Actor(None, Source.CLI)
    user = user_with_email(email)
    if not (user.is_active and user.is_staff):
        raise Forbidden(_("%(email)s is not active staff.") % {"email": user.email})
    acting = Actor(user, Source.CLI)
    acting.require(permission)
    return acting
