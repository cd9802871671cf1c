"""What the filter sheets of promo codes and of promotions offer."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.filters import OptionFilter
from orders.models import PromoCode, PromoState, Promotion

BATCH = "promotion"
MOST_OFFERED = 100


def batch_chosen(request: HttpRequest) -> Promotion | None:
    """Return the batch whose codes the list is filtered by, if any."""
    number = request.GET.get(BATCH, "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    return Promotion.objects.filter(pk=int(number), is_batch=True).first()


class BatchFilter(OptionFilter):
    """Shows the codes of one batch; without it the list has only codes that are alone in a promotion."""

    title = gettext_lazy("batch")
    parameter_name = BATCH

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = list(Promotion.objects.filter(is_batch=True).order_by("-pk")[:MOST_OFFERED])
        chosen = batch_chosen(request)
        if chosen is not None and chosen not in newest:
            newest.append(chosen)
        return [(str(promotion.pk), promotion.name) for promotion in newest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PromoCode]) -> QuerySet[PromoCode]:
        if not self.value():
            return queryset
        chosen = batch_chosen(request)
        return queryset.filter(promotion=chosen) if chosen else queryset.none()


class UsedFilter(OptionFilter):
    title = gettext_lazy("use")
    parameter_name = "used"
    conditions = {
        "no": Q(times_used=0),
        "yes": Q(times_used__gt=0),
        "up": Q(times_used__gte=F("max_uses")),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", _("Not used")), ("yes", _("Used")), ("up", _("Used up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PromoCode]) -> QuerySet[PromoCode]:
        condition = self.conditions.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset


class PromotionStateFilter(OptionFilter):
    """The state of a promotion as a whole."""

    title = gettext_lazy("state")
    parameter_name = "state"
    states = (PromoState.ACTIVE, PromoState.SCHEDULED, PromoState.PAUSED, PromoState.EXPIRED)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in self.states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Promotion]) -> QuerySet[Promotion]:
        now = timezone.now()
        running = Q(ends_at=None) | Q(ends_at__gt=now)
        waiting = Q(starts_at__gt=now)
        conditions = {
            "expired": ~running,
            "paused": running & Q(is_paused=True),
            "scheduled": running & Q(is_paused=False) & waiting,
            "active": running & Q(is_paused=False) & (Q(starts_at=None) | ~waiting),
        }
        condition = conditions.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset
