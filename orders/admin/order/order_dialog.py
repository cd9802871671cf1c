"""What the dialogs over an order share: the order, and a quantity for each of its lines."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.actors import Actor
from accounts.admin.actor import actor_of
from backoffice.admin.dialogs import UseCaseDialog
from backoffice.countries import town_of
from backoffice.errors import Fault, Refusal
from backoffice.text import isolated
from orders.models import Order, OrderLine


class OrderDialog(UseCaseDialog):
    """A dialog about one order."""

    form_before_template = "orders/admin/dialog_intro.html"

    def __init__(self, request: HttpRequest, object_id: int | str | None = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        self.order = _order(object_id)
        self.add_fields()

    @property
    def number(self) -> str:
        return str(self.order)

    @property
    def lines(self) -> Iterable[OrderLine]:
        return self.order.lines.all()

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def add_fields(self) -> None:
        """Fields that depend on the order."""

    def intro(self) -> str:
        if not self.request.user.has_perm("accounts.view_customer"):
            return self.number
        town = isolated(town_of(self.order.shipping_address))
        facts = {"order": self.number, "name": isolated(self.order.ship_name), "town": town}
        return _("%(order)s to %(name)s, %(town)s") % facts

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return {"intro": self.intro()}


class QuantitiesDialog(OrderDialog):
    """A quantity for each line of which something is left."""

    def left_of(self, line: OrderLine) -> int:
        raise NotImplementedError

    def help_for(self, line: OrderLine) -> str:
        raise NotImplementedError

    def prefilled(self, line: OrderLine) -> int:
        return self.left_of(line)

    def add_fields(self) -> None:
        for line in self.lines:
            if self.left_of(line):
                self.add_line(line)

    def add_line(self, line: OrderLine) -> None:
        self.fields[field_of_line(line)] = forms.IntegerField(
            label=name_of(line),
            min_value=0,
            max_value=1_000_000_000,
            required=False,
            initial=self.prefilled(line),
            help_text=self.help_for(line),
            widget=UnfoldAdminIntegerFieldWidget({"min": 0, "inputmode": "numeric"}),
        )

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        prefilled = [
            name for name in self.fields if name.startswith("quantity_") and self.fields[name].initial
        ]
        return {**super().get_before_template_context(request, object_id), "may_clear": len(prefilled) > 1}

    def chosen(self, data: dict[str, Any]) -> Iterator[tuple[OrderLine, int]]:
        for line in self.lines:
            if quantity := data.get(field_of_line(line)):
                yield line, quantity

    def carry_out(self, data: dict[str, Any]) -> None:
        chosen = list(self.chosen(data))
        try:
            self.carry_out_for(chosen, data)
        except Refusal as refusal:
            refusal.faults = tuple(map(self._at_field, refusal.faults))
            raise

    def carry_out_for(self, chosen: list[tuple[OrderLine, int]], data: dict[str, Any]) -> None:
        raise NotImplementedError

    def _at_field(self, fault: Fault) -> Fault:
        """Point a fault at the field of its line; use cases name the SKU that was asked for."""
        if fault.pointer == "/lines":
            first = next((name for name in self.fields if name.startswith("quantity_")), "")
            return replace(fault, pointer=f"/{first}", detail=_("Choose at least one unit."))
        if not fault.pointer.startswith("/lines/"):
            return fault
        field = next((field_of_line(line) for line in self.lines if line.sku == fault.facts.get("sku")), "")
        return replace(fault, pointer=f"/{field}")


def _order(object_id: int | str | None) -> Order:
    lines = OrderLine.objects.select_related("product").order_by("position")
    orders = Order.objects.select_related("customer").prefetch_related(Prefetch("lines", queryset=lines))
    try:
        return orders.get(pk=object_id or 0)
    except (Order.DoesNotExist, ValueError):
        raise Http404(_("There is no such order.")) from None


def name_of(line: OrderLine) -> str:
    return f"{line.name} ({line.sku})"


def field_of_line(line: OrderLine) -> str:
    return f"quantity_{line.pk}"
