"""The options that say which orders are meant: the filters of GET /api/v1/orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli.terminal.completion import ORDER_STATUSES, PAYMENT_STATES, one_of
from cli.terminal.console import wrong_use
from cli.terminal.moments import end_moment, moment
from cli.terminal.options import number
from cli.terminal.words import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from orders.readers.order_filter import OrderFilter


@dataclass(frozen=True)
class OrderOptions:
    """The options that select orders; what is not given does not narrow them."""

    q: Annotated[
        str | None,
        typer.Option(
            help="What tells an order: number or last digits, SKU, barcode, tracking number, promo code, "
            "phone number, postcode, or parts of names, e-mail addresses and towns."
        ),
    ] = None
    status: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATUS",
            autocompletion=one_of(*ORDER_STATUSES),
            help="pending, partially_shipped, shipped, delivered or cancelled; may be repeated.",
        ),
    ] = None
    email: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Sent to this address, or of this customer.")
    ] = None
    promo_code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only those that used this code.")
    ] = None
    total_gte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="Of this total or more.")
    ] = None
    total_lte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="Of this total or less.")
    ] = None
    discount_gte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="With this discount or more.")
    ] = None
    discount_lte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="With this discount or less.")
    ] = None
    payment: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            autocompletion=one_of(*PAYMENT_STATES),
            help="to_pay, part_paid, paid, to_pay_back, nothing_to_pay or overdue.",
        ),
    ] = None
    due_gte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="With so much due, or more.")
    ] = None
    due_lte: Annotated[
        Decimal | None, typer.Option(parser=number, metavar="AMOUNT", help="With so much due, or less.")
    ] = None
    placed_after: Annotated[
        str | None, typer.Option("--placed-after", "--from", metavar="WHEN", help="Placed then or later.")
    ] = None
    placed_before: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Placed before: a day without a time is left out.")
    ] = None
    to: Annotated[
        str | None, typer.Option(metavar="WHEN", help="Placed until then: a day until it is over, at 24:00.")
    ] = None

    def filter(self) -> "OrderFilter":
        """Return the filter. Raises typer.BadParameter: no such status or time, or it ends too early."""
        from django.utils import timezone

        from orders.readers.order_filter import OrderFilter, paid_as

        start = moment(self.placed_after, option="placed-after")
        end = self._end()
        if start is not None and end is not None and end <= start:
            self._refuse_nothing()
        return OrderFilter(
            **paid_as(_payment(self.payment), today=timezone.localdate()),
            due_gte=self.due_gte,
            due_lte=self.due_lte,
            q=self.q,
            status=_statuses(self.status or []),
            email=self.email,
            promo_code=self.promo_code,
            total_gte=self.total_gte,
            total_lte=self.total_lte,
            discount_gte=self.discount_gte,
            discount_lte=self.discount_lte,
            placed_after=start,
            placed_before=end,
        )

    def _end(self) -> "datetime | None":
        if self.placed_before is not None and self.to is not None:
            wrong_use(_("Give either --to, which includes a day, or --placed-before, which leaves it out."))
        if self.to is not None:
            return end_moment(self.to, option="to")
        return moment(self.placed_before, option="placed-before")

    def _refuse_nothing(self) -> NoReturn:
        given = {"placed_before": self.placed_before, "placed_after": self.placed_after, "to": self.to}
        if self.to is not None:
            wrong_use(_("--to %(to)s is not after --placed-after %(placed_after)s.") % given)
        wrong_use(
            _(
                "--placed-before %(placed_before)s is not after --placed-after %(placed_after)s: a day "
                "as --placed-before is left out, name the next one, or give --to."
            )
            % given
        )


def _payment(wanted: str | None) -> str | None:
    state = wanted and wanted.strip().casefold().replace("-", "_").replace(" ", "_")
    if state and state not in PAYMENT_STATES:
        wrong_use(
            _("%(state)s is not a payment state. Choose from: %(states)s.")
            % {"state": f"{wanted!r}", "states": ", ".join(PAYMENT_STATES)}
        )
    return state or None


def _statuses(wanted: Sequence[str]) -> list[str]:
    from orders.status import OrderStatus

    statuses = [status.strip().casefold().replace("-", "_").replace(" ", "_") for status in wanted]
    for status in statuses:
        if status not in OrderStatus.values:
            wrong_use(
                _("%(status)s is not a status. Choose from: %(statuses)s.")
                % {"status": f"{status!r}", "statuses": ", ".join(OrderStatus.values)}
            )
    return statuses
