"""The dialog in which staff receive, count or correct one product's stock."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.actor import actor_of
from backoffice.admin.dialogs import UseCaseDialog
from backoffice.db.fields import one_line
from backoffice.errors import Refusal
from catalog import stock
from catalog.admin.short_count import link_to_cancel
from catalog.models import Product, Reason, StockMovement
from catalog.models.product import MAX_UNITS
from catalog.shortage import BelowReserved

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
    quantity = forms.IntegerField(
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
        movement = self._move(data)
        available = movement.on_hand_after - movement.reserved_after
        self.done = gettext("%(sku)s: %(change)s. Now %(on_hand)s on hand, %(available)s available.") % {
            "sku": self.product.sku,
            "change": f"{movement.on_hand_delta:+,}",
            "on_hand": f"{movement.on_hand_after:,}",
            "available": f"{available:,}",
        }

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
