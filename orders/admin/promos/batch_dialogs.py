"""What can be done to a batch from its page: which buttons show, and what each of them runs."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.enums import ActionVariant

from backoffice.admin.base import DomainAdmin
from backoffice.admin.dialogs import ButtonsFollowState, DialogButton
from orders.admin.promos.actions import to_backtest
from orders.admin.promos.dialogs import EndBatchForm, PauseBatchForm, ResumeBatchForm
from orders.models import PromoState, Promotion
from orders.promotions import promotion_state

HIDDEN_WHEN = {
    "pause": (PromoState.PAUSED, PromoState.EXPIRED),
    "end": (PromoState.EXPIRED, PromoState.SCHEDULED),
}


class BatchActions(ButtonsFollowState, DomainAdmin):
    """Dialogs over a batch. Use cases decide; the buttons only follow its state."""

    actions_detail = ("pause", "resume", "end", "backtest")

    def batch_asked_for(self, request: HttpRequest, number: int | str) -> Promotion:
        """Raises PermissionDenied, Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch: Promotion | None = self.get_object(request, str(number))
        if batch is None:
            raise Http404("There is no such batch.")
        return batch

    def hidden_buttons(self, row: Promotion) -> Collection[str]:
        """Either pause or resume, and no end for what has ended or not begun."""
        state = promotion_state(row, has_uses_left=True)
        hidden = {name for name, states in HIDDEN_WHEN.items() if state in states}
        if not row.is_paused or state == PromoState.EXPIRED:
            hidden.add("resume")
        return hidden

    pause = DialogButton(
        "Pause",
        PauseBatchForm,
        permissions=["orders.change_promotion"],
        icon="pause",
        title="Pause the whole batch?",
        description="From this moment on nobody can use any of its codes. Orders keep their discount.",
        submit="Pause all codes",
    )
    resume = DialogButton(
        "Resume",
        ResumeBatchForm,
        permissions=["orders.change_promotion"],
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        title="Resume the batch?",
        description="Its codes can be used again, except those that are paused alone.",
        submit="Resume",
    )
    end = DialogButton(
        "End now",
        EndBatchForm,
        permissions=["orders.change_promotion"],
        icon="stop_circle",
        title="End the batch now?",
        description="The window of all its codes ends now. To stop them only for a while, pause them.",
        submit="End now",
    )

    @action(description="Back-test", permissions=["backtest"], icon="history_toggle_off")
    def backtest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link: its page runs these terms over past orders."""
        return to_backtest(self.batch_asked_for(request, object_id), None)
