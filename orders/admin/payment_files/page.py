"""What the page of one payment import shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, IntegerField, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.admin.file_check import Actions, CellChange, Figure, ShownProblem, ShownRow
from backoffice.dates import day
from backoffice.errors import Refusal
from backoffice.money import ZERO, formatted
from backoffice.numbers import grouped
from backoffice.sheets.plans import RowsChanged
from catalog.admin.import_page import PROBLEMS, ImportPage, problems_figure
from orders.admin.payment_files.suggestions import suggested_orders
from orders.finding import numbers_meant
from orders.models import PaymentImport, PaymentImportRow, PaymentOutcome
from orders.payments.imports import row_in_words

BOOKED = Q(outcome__in=(PaymentOutcome.SETTLES, PaymentOutcome.PAYS_BACK)) | Q(is_accepted=True)
DIFFERS = Q(outcome=PaymentOutcome.DIFFERS, is_accepted=False)
UNMATCHED = Q(outcome__in=(PaymentOutcome.NONE, PaymentOutcome.SEVERAL))
KNOWN = Q(outcome=PaymentOutcome.KNOWN)
VIEWS = {
    "booked": BOOKED,
    "differs": DIFFERS,
    "unmatched": UNMATCHED,
    "known": KNOWN,
    PROBLEMS: ~Q(problem_code=""),
}
IMPORTANCE = Case(
    When(~Q(problem_code=""), then=Value(0)),
    When(DIFFERS, then=Value(1)),
    When(UNMATCHED, then=Value(2)),
    When(KNOWN, then=Value(4)),
    default=Value(3),
    output_field=IntegerField(),
)
KINDS = {
    "in": (gettext_lazy("Money in"), Q(amount__gt=0)),
    "out": (gettext_lazy("Money out"), Q(amount__lt=0)),
}
FORMATS = {
    "camt": gettext_lazy("CAMT.053"),
    "mt940": gettext_lazy("MT940"),
    "stripe": gettext_lazy("Stripe"),
    "paypal": gettext_lazy("PayPal"),
    "bank": gettext_lazy("table of a bank"),
}


@dataclass(frozen=True, slots=True)
class ShownPayment(ShownRow):
    """A line of the file; `can_accept` if it may be ticked, `order_url` where it is given an order."""

    can_accept: bool = False
    is_accepted: bool = False
    order_url: str = ""
    suggestions: tuple[tuple[str, str], ...] = ()


class PaymentImportPage(ImportPage):
    template = "orders/admin/payment_import.html"
    all_kinds = gettext_lazy("Money in and out")

    def __init__(self, found: PaymentImport, request: HttpRequest) -> None:
        super().__init__(found, request)
        self.found = found
        self.may_act = request.user.has_perm("orders.record_payment")

    def how(self) -> list[str]:
        return [str(FORMATS.get(self.found.format, self.found.format)), _("matched by order number")]

    def figures(self) -> list[Figure]:
        found = self.found
        return [
            Figure(
                _("Will be booked") if self.is_planned else _("Booked"),
                grouped(found.changes),
                self._sum(),
                view="booked",
            ),
            Figure(
                _("Differ"),
                grouped(found.differing),
                _("from what is due"),
                _tone(found.differing),
                "differs",
            ),
            Figure(
                _("Without an order"),
                grouped(found.unmatched),
                _("none or several in the text"),
                _tone(found.unmatched),
                "unmatched",
            ),
            Figure(_("Known"), grouped(found.unchanged), _("booked before"), view="known"),
            problems_figure(found.problems, is_planned=self.is_planned),
        ]

    def _sum(self) -> str:
        total = self.found.rows.filter(BOOKED, problem_code="").aggregate(sum=Sum("amount"))["sum"]
        return _("%(amount)s in all") % {"amount": _money(total or ZERO)}

    def kinds(self) -> list[tuple[str, str]]:
        return [(kind, str(title)) for kind, (title, _rows) in KINDS.items()]

    def rows(self) -> QuerySet[PaymentImportRow]:
        """Sort what needs somebody first: problems, differences, lines without an order."""
        rows = PaymentImportRow.objects.filter(payment_import=self.found)
        if self.kind in KINDS:
            rows = rows.filter(KINDS[self.kind][1])
        if self.term:
            said = Q(text__icontains=self.term) | Q(name__icontains=self.term)
            rows = rows.filter(said | Q(order__number__in=numbers_meant(self.term)))
        return rows.order_by(IMPORTANCE, "row").select_related("order")

    def in_view(self, rows: QuerySet[PaymentImportRow], view: str) -> QuerySet[PaymentImportRow]:
        return rows.filter(VIEWS[view]) if view in VIEWS else rows

    def in_words(self, rows: Iterable[PaymentImportRow]) -> list[ShownRow]:
        rows = list(rows)
        suggestions = suggested_orders(rows) if self.is_planned and self.may_act else {}
        return [self._in_words(row, suggestions.get(row.row, ())) for row in rows]

    def _in_words(self, row: PaymentImportRow, suggestions: tuple[tuple[str, str], ...]) -> ShownPayment:
        is_open = row.outcome in (PaymentOutcome.NONE, PaymentOutcome.SEVERAL, PaymentOutcome.DIFFERS)
        may_resolve = self.is_planned and self.may_act and is_open and not row.problem_code
        sentence = row_in_words(row.outcome, row.problem_code, row.facts)
        return ShownPayment(
            row=row.row,
            name=str(row.order.number) if row.order else "",
            url=reverse("admin:orders_order_change", args=[row.order.pk]) if row.order else "",
            what=_what(row),
            changes=[] if row.problem_code else self._changes(row),
            problems=[ShownProblem(_("Problem"), sentence)] if row.problem_code else [],
            idle=sentence,
            mark=_("Differs") if row.outcome == PaymentOutcome.DIFFERS and self.is_planned else "",
            can_accept=may_resolve and row.outcome == PaymentOutcome.DIFFERS,
            is_accepted=row.is_accepted,
            order_url=reverse("admin:orders_paymentimport_order", args=[self.found.pk, row.row])
            if may_resolve
            else "",
            suggestions=suggestions,
        )

    def _changes(self, row: PaymentImportRow) -> list[CellChange]:
        if row.due is None or row.amount is None:
            return []
        if not self.is_planned and row.outcome == PaymentOutcome.DIFFERS and not row.is_accepted:
            return [CellChange(_("Due"), _money(row.due), _money(row.due), _("not booked"))]
        return [CellChange(_("Due"), _money(row.due), _money(row.due - row.amount))]

    def actions(self) -> Actions:
        found = self.found
        count = {"count": grouped(found.changes)}
        apply = ngettext("Book %(count)s payment", "Book %(count)s payments", found.changes) % count
        undo = ngettext("Reverse %(count)s payment", "Reverse %(count)s payments", found.changes) % count
        return Actions(
            may_act=self.may_act,
            choose_url=reverse("admin:orders_paymentimport_import"),
            apply_url=reverse("admin:orders_paymentimport_apply", args=[found.pk]),
            undo_url=reverse("admin:orders_paymentimport_undo", args=[found.pk]),
            rejects_url=reverse("admin:orders_paymentimport_rejects", args=[found.pk]),
            all_url=reverse("admin:orders_paymentimport_changelist"),
            apply=apply if found.changes else _("Book what is ticked") if found.differing else "",
            applying=_("Booking …"),
            nothing=_("There is nothing to book yet. Give the lines their orders, or choose another file."),
            way_back=_("Can be undone from Payments from a file"),
            undo=undo if found.changes else "",
            undo_note=_("Undoing reverses its payments; what was corrected by hand since stays."),
        )

    def more(self, refusal: Refusal | None) -> dict[str, Any]:
        return {
            "find_words": _("Order, name or text"),
            "name_head": _("Order"),
            "what_head": _("Payment"),
            "refused_words": "",
            "row_controls": "orders/admin/payment_row_controls.html",
            "has_changed": isinstance(refusal, RowsChanged),
        }


def _what(row: PaymentImportRow) -> str:
    amount = _money(row.amount) if row.amount is not None else row.written_amount
    when = day(row.value_date) if row.value_date else row.written_date
    return " · ".join(filter(None, (amount, when, row.name, row.text)))


def _money(amount: Any) -> str:
    return formatted(amount, settings.SHOP_CURRENCY)


def _tone(count: int) -> str:
    return "warn" if count else ""
