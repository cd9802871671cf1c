"""Merging two customers, from the page of the one who stays: choose the other, look, apply, undo."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin.actor import actor_of
from accounts.customers import customer_named
from accounts.models import Customer
from backoffice.admin.base import DomainAdmin, show_refusal
from backoffice.db.primary_keys import LARGEST_KEY
from backoffice.errors import NotFound, Refusal
from orders.customers.merge_plan import lookalikes_of, plan_merge
from orders.customers.merging import merge_customers, undo_merge

MOST_OFFERED = 8
ORDERS_NAMED = 20


class CustomerMerging(DomainAdmin):
    """The part of the customers' admin in which two of them become one."""

    def get_urls(self) -> list[URLPattern]:
        undo = path(
            "<int:customer_id>/undo-merge/<int:merge_id>/",
            self.admin_site.admin_view(self.undo_merge_view),
            name="accounts_customer_undo_merge",
        )
        return [undo, *super().get_urls()]

    @action(
        description=gettext_lazy("Merge with another"), permissions=["change"], url_path="merge", icon="merge"
    )
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show whom this customer might be merged with, or what that would do; a POST does it."""
        kept = customer_or_404(object_id)
        if request.method == "POST":
            return self._merge(request, kept)
        typed = request.GET.get("with", "").replace("\x00", "").strip()
        context: dict[str, Any] = {
            "title": _("Merge customers"),
            "object": kept,
            "kept": kept,
            "typed": typed,
            "offered": lookalikes_of(kept, at_most=MOST_OFFERED),
        }
        if typed:
            try:
                context |= _planned(kept, customer_named(typed))
            except NotFound as refusal:
                context["problem"] = refusal.detail
        return self.page(request, "orders/admin/merge.html", context)

    def _merge(self, request: HttpRequest, kept: Customer) -> HttpResponse:
        try:
            gone = customer_named(request.POST.get("gone", ""))
            merge_customers(kept, gone, by=actor_of(request), digest=request.POST.get("digest", ""))
        except Refusal as refusal:
            page = reverse("admin:accounts_customer_merge", args=[kept.pk])
            return show_refusal(request, refusal, url=f"{page}?with={request.POST.get('gone', '')[:20]}")
        facts = {"gone": gone.readable_email, "kept": kept.readable_email}
        messages.success(request, _("%(gone)s was merged into %(kept)s.") % facts)
        return HttpResponseRedirect(_page_of(kept.pk))

    def undo_merge_view(self, request: HttpRequest, customer_id: int, merge_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kept = customer_or_404(str(customer_id))
        try:
            undone = undo_merge(min(merge_id, LARGEST_KEY), of=kept, by=actor_of(request))
        except Refusal as refusal:
            return show_refusal(request, refusal, url=_page_of(customer_id))
        assert undone.other is not None
        facts = {"gone": undone.other.readable_email, "kept": kept.readable_email}
        messages.success(request, _("%(gone)s and %(kept)s are separate customers again.") % facts)
        return HttpResponseRedirect(_page_of(customer_id))


def _planned(kept: Customer, gone: Customer) -> dict[str, Any]:
    plan = plan_merge(kept, gone)
    return {
        "plan": plan,
        "orders_named": list(plan.orders[:ORDERS_NAMED]),
        "orders_more": max(0, len(plan.orders) - ORDERS_NAMED),
        "over": [each for each in plan.promotions if each.is_over],
    }


def customer_or_404(object_id: str) -> Customer:
    try:
        return customer_named(object_id if object_id.isdecimal() else "0")
    except NotFound as refusal:
        raise Http404(refusal.detail) from None


def _page_of(customer: int) -> str:
    return reverse("admin:accounts_customer_change", args=[customer])
