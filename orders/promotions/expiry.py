"""Marks promotions whose end has passed, notes it in their history and tells those who look after them."""

from datetime import datetime

from django.utils import timezone

from accounts.actors import SYSTEM
from backoffice.db.transactions import write_transaction
from orders.emails.audience import tell
from orders.emails.contexts import PROMOTIONS_ENDED, Happening
from orders.models import Promotion, PromotionEvent


@write_transaction
def expire_ended_promotions(now: datetime | None = None) -> int:
    """Mark promotions whose end has passed, note it in their history, and send one digest.

    Only tidies: whether a code may be used is decided at the time of use. Run twice at once, the second
    finds nothing left to mark.
    """
    now = now or timezone.now()
    ended = list(
        Promotion.objects.filter(expired_at=None, ends_at__lte=now)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", "ends_at")
    )
    if not ended:
        return 0
    pks = [pk for pk, _ends_at in ended]
    Promotion.objects.filter(pk__in=pks).update(expired_at=now)
    PromotionEvent.objects.bulk_create(
        PromotionEvent(
            promotion_id=pk,
            kind="expired",
            details={"ends_at": str(ends_at)},
            source=SYSTEM.source,
            at=now,
        )
        for pk, ends_at in ended
    )
    tell(Happening(PROMOTIONS_ENDED, now, {"promotions": pks}))
    return len(ended)
