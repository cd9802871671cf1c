"""What has happened today, told by the stock ledger and the list of orders."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.moments import start_of_day
from backoffice.numbers import grouped
from catalog.models import MovementKind, StockMovement
from orders.admin.dashboard.kept import KeptFigures
from orders.admin.dashboard.period import named
from orders.admin.dashboard.sales import orders_url
from orders.models import Order

TODAY = "today"


@dataclass(frozen=True, slots=True)
class CountToday:
    """So many of something; `url` is the list of just those, where there is one."""

    title: str
    count: str
    icon: str
    url: str = ""


def happened_today(request: HttpRequest, kept: KeptFigures) -> list[CountToday]:
    """Return what this user may know of."""
    found = []
    today = timezone.localdate()
    begun = start_of_day(today)
    if request.user.has_perm("orders.view_order"):
        placed = kept.get(f"placed:{today}", Order.objects.filter(placed_at__gte=begun).count)
        url = orders_url(named(TODAY, today), ())
        found.append(CountToday(_("Orders placed"), grouped(placed), "shopping_cart", url))
    if request.user.has_perm("catalog.view_stockmovement"):
        moved = kept.get(f"moved:{today}", lambda: _causes_by_kind(begun))
        found += [
            CountToday(title, grouped(moved.get(kind, 0)), icon)
            for kind, title, icon in (
                (MovementKind.SHIP, _("Parcels shipped"), "local_shipping"),
                (MovementKind.RESTOCK, _("Returns put back"), "assignment_return"),
                (MovementKind.IMPORT, _("Stock imports applied"), "upload_file"),
            )
        ]
    return found


def _causes_by_kind(begun: datetime) -> dict[str, int]:
    """Count what moved stock since then: a parcel is one, of however many products."""
    rows = StockMovement.objects.filter(at__gte=begun).order_by().values_list("kind")
    return dict(rows.annotate(causes=Count("reference", distinct=True)))
