"""What is kept of one customer, from their page: as a file, and erased after it was looked at."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin.actor import actor_of
from accounts.models import Customer
from accounts.sign_in.sessions import asked_again
from backoffice.admin.base import DomainAdmin
from backoffice.errors import Refusal
from orders.admin.merging import customer_or_404
from orders.privacy.document import as_archive, file_name
from orders.privacy.erasing import erase_customer, refuse_unless_named
from orders.privacy.handing_out import hand_out
from orders.privacy.plan import plan_erasure


class CustomerPrivacy(DomainAdmin):
    """The part of the customers' admin that answers a person who asks what is kept of them."""

    def has_erase_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_view_permission(request) and request.user.has_perm("accounts.erase_customer")

    @action(
        description=gettext_lazy("Data as a file"),
        permissions=["export"],
        url_path="data",
        icon="download",
    )
    def data_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Download a ZIP with everything that is kept of the customer, in the reader's language."""
        customer = customer_or_404(object_id)
        if asks := asked_again(request):
            return asks
        told = hand_out(customer, by=actor_of(request))
        headers = {
            "Content-Disposition": f'attachment; filename="{file_name(told)}"',
            "Cache-Control": "no-store",
        }
        return HttpResponse(as_archive(told), content_type="application/zip", headers=headers)

    @action(description=gettext_lazy("Erase"), permissions=["erase"], url_path="erase", icon="delete")
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what would go and what would stay; a POST with the customer's address or number does it."""
        customer = customer_or_404(object_id)
        if asks := asked_again(request, back=request.path):
            return asks
        if request.method != "POST":
            return self._plan_page(request, customer)
        typed = request.POST.get("confirm", "").replace("\x00", "")
        try:
            refuse_unless_named(customer, typed)
            plan = erase_customer(customer, by=actor_of(request), digest=request.POST.get("digest", ""))
        except Refusal as refusal:
            return self._plan_page(request, customer, refusal=refusal, typed=typed)
        messages.success(request, _("Customer %(number)s was erased.") % {"number": plan.customer.pk})
        return HttpResponseRedirect(reverse("admin:accounts_customer_changelist"))

    def _plan_page(
        self, request: HttpRequest, customer: Customer, *, refusal: Refusal | None = None, typed: str = ""
    ) -> HttpResponse:
        plan = plan_erasure(customer)
        wrong = (
            refusal.detail if refusal and refusal.faults and refusal.faults[0].pointer == "/confirm" else ""
        )
        context = {
            "title": _("Erase customer"),
            "object": plan.customer,
            "plan": plan,
            "contents": [content for content in plan.contents if content.count],
            "refusal": refusal and not wrong and not plan.problems and refusal.detail,
            "wrong": wrong,
            "typed": typed[:254],
        }
        answer = self.page(request, "orders/admin/erase.html", context)
        answer.status_code = 200 if refusal is None else 422 if wrong else 409
        return answer
