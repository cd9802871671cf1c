"""What the lists of promo codes and of promotions show alike."""

from django.utils.safestring import SafeString

from backoffice.admin.cells import Dot, status
from orders.models import PromoState

DOTS = {
    PromoState.ACTIVE: Dot.GREEN,
    PromoState.SCHEDULED: Dot.RING,
    PromoState.PAUSED: Dot.AMBER,
    PromoState.EXPIRED: Dot.GREY,
    PromoState.USED_UP: Dot.GREY,
}


def state_of(state: PromoState) -> SafeString:
    return status(DOTS[state], state.label)
