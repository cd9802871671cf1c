"""What can be done to a promo code, or to a promotion with all its codes, from its page: each in a dialog."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.actor import actor_of
from backoffice.admin.dialogs import UseCaseDialog
from backoffice.numbers import grouped
from orders import promotions
from orders.admin import words
from orders.admin.promos.forms import CodeField
from orders.models import PromoCode, Promotion
from orders.promotions import promo_figures


class PromoCodeDialog(UseCaseDialog):
    """A dialog about one promo code."""

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        try:
            self.promo_code = PromoCode.objects.select_related("promotion").get(pk=object_id or 0)
        except (PromoCode.DoesNotExist, ValueError):
            raise Http404(_("There is no such promo code.")) from None


class PausePromoCode(PromoCodeDialog):
    def footer(self) -> str:
        return self.cost

    @property
    def cost(self) -> str:
        """Say what the code has cost so far: `3 orders used it and got €24.00 off.`"""
        figures = promo_figures(self.promo_code)
        if not figures.orders:
            return _("No order uses it.")
        if self.request.user.has_perm("orders.view_revenue"):
            used = ngettext(
                "%(count)s order used it and got %(discount)s off.",
                "%(count)s orders used it and got %(discount)s off.",
                figures.orders,
            )
        else:
            used = ngettext("%(count)s order used it.", "%(count)s orders used it.", figures.orders)
        return used % {"count": grouped(figures.orders), "discount": words.money(figures.discount)}

    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.pause_promo_code(self.promo_code.code, by=actor_of(self.request))
        self.done = _("%(code)s is paused. %(cost)s") % {"code": self.promo_code, "cost": self.cost}


class ResumePromoCode(PromoCodeDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promo_code = promotions.resume_promo_code(self.promo_code.code, by=actor_of(self.request))
        can_be_used = (
            _("%(code)s can be used again once %(promotion)s is resumed too.")
            if promo_code.promotion.is_paused
            else _("%(code)s can be used again.")
        )
        self.done = can_be_used % {"code": promo_code, "promotion": promo_code.promotion}


class DuplicatePromoCode(PromoCodeDialog):
    code = CodeField(
        label=gettext_lazy("New code"),
        max_length=40,
        help_text=gettext_lazy("The same terms, unused and not paused."),
        widget=UnfoldAdminTextInputWidget({"autofocus": True}),
    )

    def carry_out(self, data: dict[str, Any]) -> None:
        made = promotions.duplicate_promo_code(
            self.promo_code.code, new_code=data["code"], by=actor_of(self.request)
        )
        self.done = _("%(code)s has the same terms.") % {"code": made}

    def next_page(self) -> str:
        made = PromoCode.objects.get(code=self.cleaned_data["code"])
        return reverse("admin:orders_promocode_change", args=[made.pk])


class DeletePromoCode(PromoCodeDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.delete_promo_code(self.promo_code.code, by=actor_of(self.request))
        self.done = _("%(code)s is deleted.") % {"code": self.promo_code}

    def next_page(self) -> str:
        return reverse("admin:orders_promocode_changelist")


class PromotionDialog(UseCaseDialog):
    """A dialog about a promotion that is a batch, with all its codes."""

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        try:
            self.promotion = Promotion.objects.get(pk=object_id or 0, is_batch=True)
        except (Promotion.DoesNotExist, ValueError):
            raise Http404(_("There is no such promotion.")) from None


class PausePromotion(PromotionDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.pause_promotion(self.promotion.pk, by=actor_of(self.request))
        self.done = _("All codes of %(promotion)s are paused.") % {"promotion": self.promotion}


class ResumePromotion(PromotionDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.resume_promotion(self.promotion.pk, by=actor_of(self.request))
        self.done = _("The codes of %(promotion)s can be used again.") % {"promotion": self.promotion}


class EndPromotion(PromotionDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        promotions.end_promotion(self.promotion.pk, by=actor_of(self.request))
        self.done = _("%(promotion)s has ended.") % {"promotion": self.promotion}
