"""What can be done to a batch from its page: which buttons show, and what each of them runs."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action
from unfold.enums import ActionVariant

from backoffice.admin.base import DomainAdmin, close_dialog
from orders.admin.promos.actions import to_backtest
from orders.admin.promos.dialogs import EndBatchForm, PauseBatchForm, ResumeBatchForm
from orders.models import PromoState, Promotion
from orders.promotions import promotion_state

HIDDEN_WHEN = {
    "pause": (PromoState.PAUSED, PromoState.EXPIRED),
    "end": (PromoState.EXPIRED, PromoState.SCHEDULED),
}


class BatchActions(DomainAdmin):
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

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        """Either pause or resume, and no end for what has ended or not begun."""
        batch = self.get_object(request, str(object_id))
        if batch is None:
            return []
        state = promotion_state(batch, has_uses_left=True)
        hidden = {name for name, states in HIDDEN_WHEN.items() if state in states}
        if not batch.is_paused or state == PromoState.EXPIRED:
            hidden.add("resume")
        permitted: list[UnfoldAction] = super().get_actions_detail(request, object_id)
        names = {f"orders_promotion_{name}" for name in hidden}
        return [each for each in permitted if each.action_name not in names]

    def has_pause_permission(self, request: HttpRequest, object_id: int | str | None = None) -> bool:
        return request.user.has_perm("orders.change_promotion")

    @action(
        description="Pause",
        permissions=["pause"],
        icon="pause",
        dialog={
            "title": "Pause the whole batch?",
            "description": "From this moment on nobody can use any of its codes. Orders keep their discount.",
            "form_class": PauseBatchForm,
            "form_submit_text": "Pause all codes",
        },
    )
    def pause(self, request: HttpRequest, form: PauseBatchForm, object_id: str) -> HttpResponse:
        return close_dialog(request, f"All codes of {form.batch} are paused.")

    @action(
        description="Resume",
        permissions=["pause"],
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": "Resume the batch?",
            "description": "Its codes can be used again, except those that are paused alone.",
            "form_class": ResumeBatchForm,
            "form_submit_text": "Resume",
        },
    )
    def resume(self, request: HttpRequest, form: ResumeBatchForm, object_id: str) -> HttpResponse:
        return close_dialog(request, f"The codes of {form.batch} can be used again.")

    @action(
        description="End now",
        permissions=["pause"],
        icon="stop_circle",
        dialog={
            "title": "End the batch now?",
            "description": "The window of all its codes ends now. To stop them only for a while, pause them.",
            "form_class": EndBatchForm,
            "form_submit_text": "End now",
        },
    )
    def end(self, request: HttpRequest, form: EndBatchForm, object_id: str) -> HttpResponse:
        return close_dialog(request, f"{form.batch} has ended.")

    @action(description="Back-test", permissions=["backtest"], icon="history_toggle_off")
    def backtest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link: its page runs these terms over past orders."""
        return to_backtest(self.batch_asked_for(request, object_id), None)
