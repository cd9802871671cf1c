"""The form of a promo code: its own fields and its promotion's, as one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import HORIZONTAL
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import Field
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from orders.models import PromoCode, Promotion, PromotionKind
from orders.models.promo import normalised_code
from orders.promotions import FROZEN_ONCE_USED, PromotionTerms

TERMS = (
    "name",
    "kind",
    "percent_off",
    "amount_off",
    "max_discount",
    "minimum_spend",
    "starts_at",
    "ends_at",
    "max_uses_per_customer",
    "first_order_only",
)


def _of(model: type[Any], name: str, **options: Any) -> Any:
    """The form field that a model's field asks for."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field) or field.many_to_many
    return field.formfield(**options)


class CodeField(forms.CharField):
    """Typed in any case, kept in upper case."""

    def to_python(self, value: Any) -> str:
        return normalised_code(super().to_python(value) or "")


class PromoCodeForm(forms.ModelForm):  # type: ignore[type-arg]
    code = _of(
        PromoCode,
        "code",
        form_class=CodeField,
        help_text="Letters A–Z, digits, hyphens and underscores. Customers may type it in any case.",
        widget=UnfoldAdminTextInputWidget({"autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = _of(
        Promotion,
        "name",
        required=False,
        help_text="For colleagues. Empty: the code itself.",
        widget=UnfoldAdminTextInputWidget(),
    )
    kind = _of(
        Promotion,
        "kind",
        widget=UnfoldAdminRadioSelectWidget(radio_style=HORIZONTAL),
    )
    percent_off = _of(
        Promotion, "percent_off", label="Percentage", widget=UnfoldAdminDecimalFieldWidget({"step": "any"})
    )
    amount_off = _of(
        Promotion, "amount_off", label="Amount", widget=UnfoldAdminDecimalFieldWidget({"step": "0.01"})
    )
    max_discount = _of(
        Promotion,
        "max_discount",
        label="At most",
        help_text="The largest discount on one order. Empty: no cap.",
        widget=UnfoldAdminDecimalFieldWidget({"step": "0.01"}),
    )
    minimum_spend = _of(
        Promotion,
        "minimum_spend",
        help_text="Of the goods it applies to, before the discount.",
        widget=UnfoldAdminDecimalFieldWidget({"step": "0.01"}),
    )
    categories = _of(
        Promotion, "categories", label="Only these categories", widget=UnfoldAdminSelect2MultipleWidget()
    )
    products = _of(
        Promotion,
        "products",
        label="Only these products",
        widget=AutocompleteSelectMultiple(Promotion._meta.get_field("products"), admin.site),
    )
    starts_at = _of(
        Promotion,
        "starts_at",
        label="Starts",
        form_class=forms.SplitDateTimeField,
        help_text="Empty: at once.",
        widget=UnfoldAdminSplitDateTimeWidget(),
    )
    ends_at = _of(
        Promotion,
        "ends_at",
        label="Ends",
        form_class=forms.SplitDateTimeField,
        help_text="From this moment on it cannot be used. Empty: never.",
        widget=UnfoldAdminSplitDateTimeWidget(),
    )
    max_uses = _of(
        PromoCode,
        "max_uses",
        label="Uses in total",
        help_text="Empty: no limit.",
        widget=UnfoldAdminIntegerFieldWidget({"min": 1}),
    )
    max_uses_per_customer = _of(
        Promotion,
        "max_uses_per_customer",
        label="Uses per customer",
        widget=UnfoldAdminIntegerFieldWidget({"min": 1}),
    )
    first_order_only = _of(
        Promotion,
        "first_order_only",
        label="First order only",
        help_text="Only for customers who have not ordered before.",
        widget=UnfoldBooleanSwitchWidget(),
    )

    class Meta:
        model = PromoCode
        fields = ("code", "max_uses")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: PromoCode | None = kwargs.get("instance")
        if instance is not None and instance.pk:
            kwargs["initial"] = {**_terms_of(instance.promotion), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if instance is not None and instance.pk:
            self._freeze(instance)

    def _freeze(self, promo_code: PromoCode) -> None:
        frozen = ["code"]
        self.fields["code"].help_text = "A code keeps its name. Duplicate it to have another."
        if promo_code.promotion.redemptions.exists():
            frozen += FROZEN_ONCE_USED
            self.fields[
                "kind"
            ].help_text = "Kind and amounts stay, for the code was used. Duplicate it instead."
        for name in frozen:
            self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_fixed = data.get("kind") == PromotionKind.FIXED
        needed = "amount_off" if is_fixed else "percent_off"
        # A field that is hidden keeps what was typed into it before: it must not count.
        for hidden in ("percent_off", "max_discount") if is_fixed else ("amount_off",):
            data[hidden] = None
            self.errors.pop(hidden, None)
        if data.get(needed) is None and needed not in self.errors:
            self.add_error(needed, "Say how much it takes off.")
        if (starts := data.get("starts_at")) and (ends := data.get("ends_at")) and ends <= starts:
            self.add_error("ends_at", "The end must come after the start.")
        return data

    def terms(self, *, is_paused: bool) -> PromotionTerms:
        data = self.cleaned_data
        return PromotionTerms(
            **{name: data[name] for name in TERMS if name != "name"},
            name=data["name"] or data["code"],
            category_ids=tuple(sorted(category.pk for category in data["categories"])),
            product_ids=tuple(sorted(product.pk for product in data["products"])),
            is_paused=is_paused,
        )


def _terms_of(promotion: Promotion) -> dict[str, Any]:
    return {
        **{name: getattr(promotion, name) for name in TERMS},
        "categories": list(promotion.categories.all()),
        "products": list(promotion.products.all()),
    }
