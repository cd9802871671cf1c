"""What can be done to a promo code or a batch from its page, each in a dialog."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.actor import actor_of
from backoffice.admin.dialogs import UseCaseDialog
from orders import promotions
from orders.admin import words
from orders.admin.promos.form import CodeField
from orders.models import PromoCode, Promotion
from orders.promotions import promo_figures


class CodeDialog(UseCaseDialog):
    """A dialog about one promo code."""

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        try:
            self.promo_code = PromoCode.objects.select_related("promotion").get(pk=object_id or 0)
        except (PromoCode.DoesNotExist, ValueError):
            raise Http404("There is no such promo code.") from None


class PauseCodeForm(CodeDialog):
    form_before_template = "orders/admin/dialog_intro.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return {"intro": self.cost}

    @property
    def cost(self) -> str:
        """What it has cost so far: `3 orders used it and got €24.00 off.`"""
        figures = promo_figures(self.promo_code)
        if not figures.orders:
            return "No order uses it."
        used = f"{words.counted(figures.orders, 'order')} used it"
        if not self.request.user.has_perm("orders.view_revenue"):
            return f"{used}."
        return f"{used} and got {words.money(figures.discount)} off."

    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.pause_promo_code(self.promo_code.code, by=actor_of(self.request))
        self.done = f"{self.promo_code} is paused. {self.cost}"


class ResumeCodeForm(CodeDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.resume_promo_code(self.promo_code.code, by=actor_of(self.request))
        promotion = self.promo_code.promotion
        also = f" once {promotion} is resumed too" if promotion.is_paused and promotion.is_batch else ""
        self.done = f"{self.promo_code} can be used again{also}."


class DuplicateForm(CodeDialog):
    code = CodeField(
        label="New code",
        max_length=40,
        help_text="The same terms, unused and not paused.",
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
    )

    def carry_out(self, data: dict[str, Any]) -> None:
        made = promotions.duplicate_promo_code(
            self.promo_code.code, new_code=data["code"], by=actor_of(self.request)
        )
        self.done = f"{made.code} has the same terms."

    def next_page(self) -> str:
        made = PromoCode.objects.get(code=self.cleaned_data["code"])
        return reverse("admin:orders_promocode_change", args=[made.pk])


class DeleteCodeForm(CodeDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.delete_promo_code(self.promo_code.code, by=actor_of(self.request))
        self.done = f"{self.promo_code} is deleted."

    def next_page(self) -> str:
        return reverse("admin:orders_promocode_changelist")


class BatchDialog(UseCaseDialog):
    """A dialog about a whole batch."""

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        try:
            self.batch = Promotion.objects.get(pk=object_id or 0, is_batch=True)
        except (Promotion.DoesNotExist, ValueError):
            raise Http404("There is no such batch.") from None


class PauseBatchForm(BatchDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.pause_promotion(self.batch.pk, by=actor_of(self.request))
        self.done = f"All codes of {self.batch} are paused."


class ResumeBatchForm(BatchDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.resume_promotion(self.batch.pk, by=actor_of(self.request))
        self.done = f"The codes of {self.batch} can be used again."


class EndBatchForm(BatchDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.end_promotion(self.batch.pk, by=actor_of(self.request))
        self.done = f"{self.batch} has ended."
