"""The page of one product: its pictures, its form, its stock and its history."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.actor import actor_of
from backoffice.admin.affixes import MoneyWidget
from backoffice.admin.base import AnyField, AnyForm
from backoffice.dates import moment
from backoffice.numbers import grouped
from backoffice.shop.in_force import in_force
from catalog.admin.adjusting import AdjustHere, AdjustingHere
from catalog.admin.history import stock_of
from catalog.admin.kilograms import KilogramsField
from catalog.admin.pictures import ProductPictures, pictures_of
from catalog.models import Product
from catalog.models.product import weight_in_words
from catalog.product_history import KEPT_OF, may_see_cost
from catalog.products import ProductData, create_product, edit_product, remarks_on_barcodes

# What stands beside the form belongs to it by its name.
FORM = "product_form"
BESIDE = ("low_stock_threshold", "is_active")


class ProductPage(ProductPictures, AdjustingHere):
    change_form_template = "catalog/product_form.html"
    aside_template = "catalog/product_aside.html"
    change_form_outer_after_template = "catalog/product_history.html"
    history_anchor = "changes"

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        """Lay the fields out; whoever may only look sees the price as lists do, and no cost.

        Its column has the places of any currency.
        """
        may_change = obj is None or self.has_change_permission(request, obj)
        price, weight = ("price", "weight_grams") if may_change else ("price_shown", "weight_shown")
        last = ("cost", "supplier_number") if may_change and may_see_cost(request.user) else "supplier_number"
        rows = (("name", "sku", price), "description", ("category", "barcode", weight), last)
        return ((None, {"fields": rows}), (None, {"fields": BESIDE}))

    @display(description=_("Weight"))
    def weight_shown(self, product: Product) -> str:
        return "–" if product.weight_grams is None else weight_in_words(product.weight_grams)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**stock_of(object_id, request), **(extra_context or {})}
        if product := context.get("product"):
            context |= pictures_of(product, may_change=self.has_change_permission(request, product))
            context |= {"headline": product.name, "labels": labels_of(product), "lead": _lead(context)}
            if request.user.has_perm("catalog.move_stock"):
                context["adjusting"] = AdjustHere(initial={"quantity": 1})
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def formfield_for_dbfield(self, db_field: AnyField, request: HttpRequest, **kwargs: Any) -> Any:
        name = db_field.name
        if name == "weight_grams":
            widget = UnfoldAdminTextInputWidget(attrs={"suffix": _("kg"), "inputmode": "decimal"})
            return KilogramsField(label=_("Weight"), required=False, widget=widget)
        if name in ("price", "cost"):
            kwargs["widget"] = MoneyWidget()
        if name == "price":
            kwargs |= {"min_value": 0, "error_messages": {"min_value": _("A price is never negative.")}}
        if name == "cost":
            kwargs |= {"min_value": 0, "error_messages": {"min_value": _("A cost is never negative.")}}
            kwargs["help_text"] = _("Per unit. Only those who may edit products see it.")
        if name == "low_stock_threshold":
            kwargs["help_text"] = gettext("Empty: the shop’s own, %(threshold)s.") % {
                "threshold": grouped(in_force().low_stock_threshold)
            }
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if name in BESIDE:
            field.widget.attrs["form"] = FORM
        return field

    def save_model(self, request: HttpRequest, obj: Product, form: AnyForm, change: bool) -> None:
        data = {name: form.cleaned_data[name] for name in KEPT_OF if name in form.cleaned_data}
        if change:
            changes = {name: data[name] for name in form.changed_data}
            edit_product(form.initial["sku"], by=actor_of(request), changes=changes)
        else:
            obj.pk = create_product(ProductData(**data), by=actor_of(request)).pk
        obj.refresh_from_db()
        for remark in remarks_on_barcodes([obj.barcode] if "barcode" in form.changed_data else []):
            messages.warning(request, remark.in_words)


def labels_of(product: Product) -> list[SafeString]:
    """Return the chips beside the product's name: whether it is on sale, and what its stock calls for."""
    if not product.is_active:
        told = [("plain", gettext("Archived"))]
    else:
        told = [("good", gettext("On sale")), *_calls_for(product)]
    return [format_html('<span class="bo-label bo-{}">{}</span>', tone, word) for tone, word in told]


def _calls_for(product: Product) -> list[tuple[str, str]]:
    if not product.was_stocked:
        return [("plain", gettext("Never stocked"))]
    if product.available <= 0:
        return [("bad", gettext("Sold out"))]
    return [("warn", gettext("Low stock"))] if product.is_low else []


def _lead(context: dict[str, Any]) -> str:
    """Say in one line what the product is, and who changed it last."""
    product: Product = context["product"]
    parts = [product.sku, product.category.name if product.category else ""]
    if changes := context["changes"]:
        entry = changes[0].entry
        at = moment(entry.at)
        facts = {"moment": at[:1].lower() + at[1:], "person": entry.actor_told_to(context["reader"])}
        parts.append(gettext("last changed %(moment)s by %(person)s") % facts)
    return " · ".join(filter(None, parts))
