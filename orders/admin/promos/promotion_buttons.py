"""The buttons over a promotion's page: when each of them shows, and which dialog it opens."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from backoffice.admin.base import DomainAdmin
from backoffice.admin.dialogs import ButtonsFollowState, DialogButton
from orders.admin.promos.actions import to_backtest
from orders.admin.promos.dialogs import EndPromotion, PausePromotion, ResumePromotion
from orders.models import PromoState, Promotion
from orders.promotions import promotion_state

HIDDEN_WHEN = {
    "pause": (PromoState.PAUSED, PromoState.EXPIRED),
    "end": (PromoState.EXPIRED, PromoState.SCHEDULED),
}


class PromotionButtons(ButtonsFollowState, DomainAdmin):
    actions_detail = ("pause", "resume", "end", "backtest")

    def promotion_asked_for(self, request: HttpRequest, number: int | str) -> Promotion:
        """Return the promotion with this number. Raises PermissionDenied, Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        promotion: Promotion | None = self.get_object(request, str(number))
        if promotion is None:
            raise Http404(gettext("There is no such promotion."))
        return promotion

    def hidden_buttons(self, row: Promotion) -> Collection[str]:
        """Hide one of pause and resume, and the button to end what has ended or not begun."""
        state = promotion_state(row, has_uses_left=True)
        hidden = {name for name, states in HIDDEN_WHEN.items() if state in states}
        if not row.is_paused or state == PromoState.EXPIRED:
            hidden.add("resume")
        return hidden

    pause = DialogButton(
        _("Pause"),
        PausePromotion,
        permissions=["orders.change_promotion"],
        icon="pause",
        title=_("Pause the whole promotion"),
        description=_("From this moment on nobody can use any of its codes. Orders keep their discount."),
        submit=_("Pause all codes"),
    )
    resume = DialogButton(
        _("Resume"),
        ResumePromotion,
        permissions=["orders.change_promotion"],
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        title=_("Resume the promotion"),
        description=_("Its codes can be used again, except those that are paused alone."),
        submit=_("Resume"),
    )
    end = DialogButton(
        _("End now"),
        EndPromotion,
        permissions=["orders.change_promotion"],
        icon="stop_circle",
        variant=ActionVariant.DANGER,
        title=_("End the promotion now"),
        description=_("The window of all its codes ends now. To stop them only for a while, pause them."),
        submit=_("End the promotion"),
        way_out=_("Let it run"),
    )

    @action(description=_("Back-test"), permissions=["backtest"], icon="history_toggle_off")
    def backtest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the page that runs these terms over past orders."""
        return to_backtest(self.promotion_asked_for(request, object_id), None)
