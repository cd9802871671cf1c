"""Orders by phone: a page that shows the price while an order is typed, and places it once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from accounts.admin.actor import actor_of
from backoffice.admin.base import DomainAdmin
from backoffice.admin.idempotency import SentAlready, done_once, new_idempotency_key
from backoffice.errors import Refusal
from orders.admin import words
from orders.admin.new_order.form import BasketForm, NewOrderForm
from orders.admin.new_order.page import (
    buyer_with,
    complaints_of,
    hits_for,
    is_address,
    refusal_of,
    rows_of,
    steps_of,
)
from orders.placing.placement import place_order, quote_order
from orders.pricing import Quote

PLACED_ALREADY = gettext_lazy(
    "An order was placed from this page already. Look at the list of orders first; "
    "if this is to be another order, place it again."
)


class NewOrder(DomainAdmin):
    """The part of the orders' admin in which staff place orders for customers."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("new/quote/", wrap(self.quote_view), name="orders_order_new_order_quote"),
            path("new/products/", wrap(self.products_view), name="orders_order_new_order_products"),
        ]
        return own + list(super().get_urls())

    def has_place_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perms(["orders.view_order", "orders.add_order"])

    @action(
        description=gettext_lazy("New order"),
        icon="add",
        variant=ActionVariant.PRIMARY,
        permissions=["place"],
        url_path="new",
    )
    def new_order(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self._new_order_page(request, NewOrderForm())
        form = NewOrderForm(request.POST)
        if form.is_valid():
            try:
                return _place(request, form)
            except Refusal as refusal:
                _refuse(form, refusal)
        return self._new_order_page(request, form)

    def _new_order_page(self, request: HttpRequest, form: NewOrderForm) -> HttpResponse:
        context = {"title": _("New order"), "form": form, "rows": rows_of(form.lines)}
        return self.page(request, "orders/admin/new_order.html", context)

    def products_view(self, request: HttpRequest) -> HttpResponse:
        """Answer with the products that match, each with the line to add to the form."""
        if not self.has_place_permission(request):
            raise PermissionDenied
        hits = hits_for(request.GET.get("q", ""))
        return JsonResponse({"hits": render_to_string("orders/admin/new_order_hits.html", {"hits": hits})})

    def quote_view(self, request: HttpRequest) -> HttpResponse:
        """Answer with the customer and the price of what is typed so far, with its steps. Writes nothing."""
        if not self.has_place_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = BasketForm(request.POST)
        quote = _quote_of(request, form) if form.is_valid() and form.lines else None
        context = {
            "steps": steps_of(quote) if quote else [],
            "refused": refusal_of(quote) if quote else "",
            "complaints": complaints_of(form),
        }
        return JsonResponse(
            {
                "quote": render_to_string("orders/admin/new_order_quote.html", context),
                "total": words.money(quote.total) if quote else "",
                "problems": [line.problem for line in form.lines],
                **_customer(request, form.cleaned_data.get("email", "")),
            }
        )


def _quote_of(request: HttpRequest, form: BasketForm) -> Quote | None:
    try:
        return quote_order(form.order_request(), email=form.cleaned_data["email"], by=actor_of(request))
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def _customer(request: HttpRequest, email: str) -> dict[str, Any]:
    """Return the context about the customer; it is empty for users who may not see customers."""
    may_know = request.user.has_perm("accounts.view_customer")
    buyer = buyer_with(email) if may_know else None
    context = {"buyer": buyer, "is_new": may_know and buyer is None and is_address(email)}
    return {
        "customer": render_to_string("orders/admin/new_order_customer.html", context),
        "address": buyer.address if buyer else {},
    }


def _place(request: HttpRequest, form: NewOrderForm) -> HttpResponse:
    """Place the order once per key: sent again, it leads to the order that was placed."""
    by = actor_of(request)

    def place() -> dict[str, Any]:
        order = place_order(form.order_request(), email=form.cleaned_data["email"], by=by)
        return {"id": order.pk, "number": order.number}

    placed = done_once(request, form.cleaned_data["key"], place)
    messages.success(
        request, _("%(order)s is placed; the customer gets an e-mail.") % {"order": placed["number"]}
    )
    return HttpResponseRedirect(reverse("admin:orders_order_change", args=[placed["id"]]))


def _refuse(form: NewOrderForm, refusal: Refusal) -> None:
    if isinstance(refusal, SentAlready):
        form.give_another_key(new_idempotency_key())
        form.add_error(None, PLACED_ALREADY)
    else:
        form.refuse(refusal)
