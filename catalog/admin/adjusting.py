"""How staff receive, count or correct one product's stock: a dialog, and a shorter way on its page."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.actor import actor_of
from backoffice.admin.base import DomainAdmin, show_refusal
from backoffice.admin.dialogs import UseCaseDialog
from backoffice.admin.idempotency import IdempotencyKeyField, done_once
from backoffice.db.fields import one_line
from backoffice.db.typed_numbers import WholeNumberInput
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from catalog import stock
from catalog.admin.short_count import link_to_cancel
from catalog.models import Product, Reason, StockMovement
from catalog.models.product import MAX_UNITS
from catalog.shortage import BelowReserved
from catalog.templatetags.stock import signed

RECEIVE, COUNT, ADJUST = "receive", "count", "adjust"
WAYS = (
    (RECEIVE, _("Receive: units arrived")),
    (COUNT, _("Count: what is on the shelf")),
    (ADJUST, _("Add or take away (±)")),
)


class AdjustStock(UseCaseDialog):
    form_before_template = "catalog/stock_figures.html"

    way = forms.ChoiceField(
        label=_("What happened"), choices=WAYS, initial=RECEIVE, widget=UnfoldAdminRadioSelectWidget
    )
    quantity = WholeNumberInput(
        label=_("Units"),
        min_value=-MAX_UNITS,
        max_value=MAX_UNITS,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=Reason,
        initial=Reason.CORRECTION,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=255,
        validators=[one_line],
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("Delivery note, shelf, what broke …")}),
    )
    # What the person was shown: a count of a shelf that changed meanwhile is refused.
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request=request, object_id=object_id, **kwargs)
        self.product = get_object_or_404(Product, pk=str(object_id))
        self.fields["seen"].initial = self.product.on_hand

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return {"product": self.product}

    def carry_out(self, data: dict[str, Any]) -> None:
        self.done = words_of(self.product, self._move(data))

    def refuse(self, refusal: Refusal) -> None:
        if isinstance(refusal, BelowReserved) and self.cleaned_data["way"] == COUNT:
            way_out = link_to_cancel(self.request, self.product, self.cleaned_data["quantity"])
            self.add_error("quantity", format_html("{} {}", refusal.detail, way_out))
        else:
            super().refuse(refusal)

    def _move(self, data: dict[str, Any]) -> StockMovement:
        sku, note, by = self.product.sku, data["note"], actor_of(self.request)
        match data["way"]:
            case "receive":
                return stock.receive(sku, data["quantity"], by=by, note=note)
            case "count":
                return stock.count(sku, data["quantity"], by=by, note=note, expected=data["seen"])
        return stock.adjust(sku, data["quantity"], reason=data["reason"], by=by, note=note)


class AdjustHere(forms.Form):
    """The short way on a product's page: so many more or fewer, and what happened."""

    key = IdempotencyKeyField()
    quantity = WholeNumberInput(
        label=_("Units"),
        min_value=-MAX_UNITS,
        max_value=MAX_UNITS,
        widget=forms.NumberInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "id": "adjust-quantity"}
        ),
    )
    what = forms.ChoiceField(
        label=_("What happened"),
        choices=((RECEIVE, _("Received")), *Reason.choices),
        widget=UnfoldAdminSelectWidget(attrs={"aria-label": _("What happened"), "id": "adjust-what"}),
    )


class AdjustingHere(DomainAdmin):
    """Adjusts a product's stock where its page shows it."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.adjust_here_view)
        return [path("<int:pk>/adjust/", view, name="catalog_product_adjust_here"), *super().get_urls()]

    @method_decorator(require_POST)
    def adjust_here_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        product = get_object_or_404(Product, pk=pk)
        if not request.user.has_perm("catalog.move_stock"):
            raise PermissionDenied
        form, page = AdjustHere(request.POST), reverse("admin:catalog_product_change", args=[pk])
        if not form.is_valid():
            messages.error(
                request, gettext("Nothing was changed: enter how many units, and choose what happened.")
            )
            return HttpResponseRedirect(page)
        try:
            done = done_once(request, form.cleaned_data["key"], partial(_adjusted, product, form, request))
        except Refusal as refusal:
            return show_refusal(request, refusal, url=page)
        messages.success(request, done["done"])
        return HttpResponseRedirect(page)


def _adjusted(product: Product, form: AdjustHere, request: HttpRequest) -> dict[str, Any]:
    quantity, what, by = form.cleaned_data["quantity"], form.cleaned_data["what"], actor_of(request)
    if what == RECEIVE:
        return {"done": words_of(product, stock.receive(product.sku, quantity, by=by))}
    return {"done": words_of(product, stock.adjust(product.sku, quantity, reason=what, by=by))}


def words_of(product: Product, movement: StockMovement) -> str:
    """Say what was done to its stock, and what there is now."""
    available = movement.on_hand_after - movement.reserved_after
    return gettext("%(sku)s: %(change)s. Now %(on_hand)s on hand, %(available)s available.") % {
        "sku": product.sku,
        "change": signed(movement.on_hand_delta),
        "on_hand": grouped(movement.on_hand_after),
        "available": grouped(available),
    }
