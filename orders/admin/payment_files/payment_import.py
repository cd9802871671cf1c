"""The list of payment imports; choosing a file, looking at its plan, booking it, perhaps undoing it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actor import actor_of
from backoffice.admin.base import csv_file
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from catalog.admin.file_imports import FileForm, FilePlans
from catalog.admin.import_list import ListOfImports
from catalog.models import ImportState
from orders.admin.payment_files.page import PaymentImportPage
from orders.models import PaymentImport, PaymentOutcome
from orders.payments.imports import (
    apply_payments,
    give_order,
    open_rows,
    payment_import_numbered,
    payments_template_csv,
    plan_payments,
    rejected_payments_csv,
    undo_payments,
)

LONGEST_NUMBER = 40


@admin.register(PaymentImport)
class PaymentImportAdmin(FilePlans, ListOfImports):
    choosing_title = _("Payments from a file")
    choosing_template = "orders/admin/payment_file.html"
    list_before_template = "orders/admin/choose_payment_file.html"
    add_words = _("Choose a file")
    empty_title = _("No imports yet")
    empty_text = _(
        "Choose the statement of your bank, or a download of Stripe or PayPal: you see which orders it "
        "settles before anything is booked, and can undo it afterwards."
    )

    class Media:
        css = {"all": ("backoffice/choose_file.css",)}
        js = (forms.Script("catalog/upload.js", type="module"),)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("import/", wrap(self.import_action), name="orders_paymentimport_import"),
            path("template.csv", wrap(self.template_view), name="orders_paymentimport_template"),
            path("<int:number>/apply/", wrap(self.apply_view), name="orders_paymentimport_apply"),
            path("<int:number>/undo/", wrap(self.undo_view), name="orders_paymentimport_undo"),
            path("<int:number>/rejected.csv", wrap(self.rejects_view), name="orders_paymentimport_rejects"),
            path("<int:number>/rows/<int:row>/", wrap(self.order_view), name="orders_paymentimport_order"),
        ]
        return own + list(super().get_urls())

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("orders.record_payment")

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[PaymentImport]:
        """Leave out plans whose rows are still being written."""
        imports: QuerySet[PaymentImport] = super().get_queryset(request)
        return imports.filter(kept_since=None)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_import = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, {**may_import, **(extra_context or {})})

    def first_url(self, request: HttpRequest) -> str:
        may_import = self.has_import_permission(request)
        return reverse("admin:orders_paymentimport_import") if may_import else ""

    def named(self, found: Any) -> str:
        return gettext("Import %(number)s") % {"number": found.pk}

    def counted(self, found: Any) -> str:
        if found.state == ImportState.PLANNED:
            words = ngettext("%(count)s to book", "%(count)s to book", found.changes)
        else:
            words = ngettext("%(count)s booked", "%(count)s booked", found.changes)
        told = [words % {"count": grouped(found.changes)}]
        if found.differing + found.unmatched:
            left = gettext("%(count)s left open") % {"count": grouped(found.differing + found.unmatched)}
            told.append(left)
        return " · ".join(told)

    # Pages of our own

    def plan(self, request: HttpRequest, form: FileForm) -> int:
        file = form.cleaned_data["import_file"]
        return plan_payments(file, file_name=file.name, by=actor_of(request)).pk

    def import_page(self, request: HttpRequest, number: int) -> PaymentImportPage:
        return PaymentImportPage(payment_import_numbered(number), request)

    def page_address(self, number: int) -> str:
        return reverse("admin:orders_paymentimport_change", args=[number])

    def address_without_import(self, request: HttpRequest) -> str:
        return reverse("admin:orders_paymentimport_changelist")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            return HttpResponseRedirect(self.address_without_import(request))
        return self.show_import(request, int(object_id))

    def apply_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.carry_out(request, number, _apply)

    def undo_view(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.carry_out(request, number, _undo)

    def order_view(self, request: HttpRequest, number: int, row: int) -> HttpResponse:
        """On POST say which order a row is for; a number that is none is told on the page."""
        self.refuse_unless_importing(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        asked = request.POST.get("order", "")[:LONGEST_NUMBER]
        try:
            found = give_order(number, row, asked, by=actor_of(request))
        except Refusal as refusal:
            return self.show_import(request, number, refusal)
        if found.outcome == PaymentOutcome.DIFFERS:
            messages.warning(request, gettext("What is due there differs: tick the row to book it."))
        return HttpResponseRedirect(f"{self.page_address(number)}#row-{row}")

    def rejects_view(self, request: HttpRequest, number: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.hand_back(request, lambda: _rejected(number), file_name=f"payments-{number}-rejected.csv")

    def template_view(self, request: HttpRequest) -> HttpResponse:
        self.refuse_unless_importing(request)
        return csv_file(payments_template_csv(), "payments-template.csv")


def _apply(request: HttpRequest, number: int) -> str:
    ticked = [int(row) for row in request.POST.getlist("accept") if row.isdecimal()]
    applied = apply_payments(
        number, by=actor_of(request), accept=ticked, skip_invalid="skip_invalid" in request.POST
    )
    return ngettext(
        "Import %(number)s is done: %(count)s payment is booked.",
        "Import %(number)s is done: %(count)s payments are booked.",
        applied.changes,
    ) % {"number": number, "count": grouped(applied.changes)}


def _undo(request: HttpRequest, number: int) -> str:
    undo_payments(number, by=actor_of(request), skip_invalid="skip_invalid" in request.POST)
    return gettext("Import %(number)s is undone: its payments are reversed.") % {"number": number}


def _rejected(number: int) -> str:
    found = payment_import_numbered(number)
    return rejected_payments_csv(found) if open_rows(found).exists() else ""
