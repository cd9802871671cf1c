"""What a user's page tells of their second factors, and the button that removes them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant

from accounts.admin.actor import actor_of
from accounts.admin.user_dialogs import UserDialog
from accounts.models import User
from accounts.second_factor.factors import reset_factors
from accounts.second_factor.recovery_codes import codes_left
from accounts.second_factor.requirement import is_offered
from backoffice.admin.dialogs import DialogButton


class RemoveFactors(UserDialog):
    def act(self, user: User, data: dict[str, Any]) -> None:
        reset_factors(user, by=actor_of(self.request))
        self.done = _("Their second factors are removed; you both get a mail.")


BUTTON = DialogButton(
    gettext_lazy("Remove second factors"),
    RemoveFactors,
    permissions=["accounts.change_user"],
    url_path="remove-factors",
    icon="phonelink_erase",
    title=gettext_lazy("Remove all their second factors"),
    description=gettext_lazy(
        "For somebody who has lost phone and recovery codes, and whom you know: ask them in person. "
        "Then the password alone lets them in, and whatever they are signed in with ends."
    ),
    submit=gettext_lazy("Remove"),
    variant=ActionVariant.DANGER,
)


def told_about(user: User) -> dict[str, Any]:
    """Return what the page of a member of staff tells; nothing of a customer's."""
    if not user.is_staff or not is_offered():
        return {}
    factors = list(user.authenticators.order_by("pk"))
    return {"factors": factors, "codes_left": codes_left(user) if factors else 0, "tells_factors": True}
