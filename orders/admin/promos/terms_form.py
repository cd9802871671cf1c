"""The terms of promotions as form fields: for one code, for many, and for a back-test."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import HORIZONTAL, VERTICAL
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.validators import MinValueValidator
from django.db.models import Field
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.affixes import MoneyWidget, PercentWidget
from backoffice.db.typed_numbers import PercentInput, WholeNumberInput
from backoffice.money import ZERO, smallest
from orders.admin import words
from orders.admin.promos.whole_days import EndField, EndWidget, StartField, StartWidget
from orders.models import Promotion, PromotionKind
from orders.promotions import (
    FROZEN_ONCE_USED,
    PromotionTerms,
    Restriction,
    UnclearRestriction,
    restriction_said,
    terms_of_promotion,
)

PLAIN = (
    "kind",
    "percent_off",
    "amount_off",
    "max_discount",
    "minimum_spend",
    "max_uses_per_customer",
    "first_order_only",
)
WINDOW = ("starts_at", "ends_at")
# Those beside each other share a row; which of them are needed, promos.css knows.
DISCOUNT_FIELDS = (
    "kind",
    ("percent_off", "max_discount", "amount_off"),
    "minimum_spend",
    "is_restricted",
    ("categories", "products"),
)
WINDOW_FIELDSET = (
    _("Window"),
    {
        "fields": WINDOW,
        "description": format_lazy(
            _("A date without a time is the whole day. {times_are}"), times_are=words.TIMES_ARE
        ),
    },
)
EVERYTHING, NAMED_ALONE = "no", "yes"
APPLIES_TO = ((EVERYTHING, _("Everything in the shop")), (NAMED_ALONE, _("Only what is chosen here")))
NAME_SOMETHING = _("Choose a category or a product, or let it apply to everything in the shop.")
LONGEST_NUMBER = 15
LEAST_PERCENT = Decimal("0.01")
NO_KEY = "0"


def field_of(model: type[Any], name: str, **options: Any) -> Any:
    """The form field that a model's field asks for."""
    field = model._meta.get_field(name)
    assert isinstance(field, Field) or field.many_to_many
    return field.formfield(**options)


class _ChosenByKey:
    """Choices by primary key. Text that is no key would break the query, so it becomes an unused key."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        chosen = super().value_from_datadict(data, files, name) or []  # type: ignore[misc]
        return [pk if pk.isdecimal() and len(pk) <= LONGEST_NUMBER else NO_KEY for pk in chosen]


class _CategoriesWidget(_ChosenByKey, UnfoldAdminSelect2MultipleWidget):
    pass


class _ProductsWidget(_ChosenByKey, AutocompleteSelectMultiple):
    pass


class TermsForm(forms.Form):
    """The fields that say how much is taken off what, and for whom."""

    kind = field_of(
        Promotion, "kind", label=_("Kind"), widget=UnfoldAdminRadioSelectWidget(radio_style=HORIZONTAL)
    )
    percent_off = field_of(
        Promotion,
        "percent_off",
        form_class=PercentInput,
        label=_("Percentage"),
        min_value=LEAST_PERCENT,
        max_value=100,
        widget=PercentWidget(),
    )
    amount_off = field_of(
        Promotion,
        "amount_off",
        label=_("Amount"),
        validators=[MinValueValidator(smallest)],
        widget=MoneyWidget(),
    )
    max_discount = field_of(
        Promotion,
        "max_discount",
        label=_("At most"),
        help_text=_("The largest discount on one order. Empty: no cap."),
        widget=MoneyWidget(),
    )
    minimum_spend = field_of(
        Promotion,
        "minimum_spend",
        label=_("Minimum spend"),
        required=False,
        help_text=_("Of the goods it applies to, before the discount."),
        widget=MoneyWidget(),
    )
    is_restricted = forms.TypedChoiceField(
        label=_("Applies to"),
        choices=APPLIES_TO,
        coerce=lambda choice: choice == NAMED_ALONE,
        # A field that was not sent leaves the restriction as it is: see `restriction_said`.
        required=False,
        empty_value=None,
        initial=EVERYTHING,
        widget=UnfoldAdminRadioSelectWidget(radio_style=VERTICAL),
    )
    categories = field_of(
        Promotion, "categories", label=_("Only these categories"), widget=_CategoriesWidget()
    )
    products = field_of(
        Promotion,
        "products",
        label=_("Only these products"),
        widget=_ProductsWidget(Promotion._meta.get_field("products"), admin.site),
    )
    max_uses_per_customer = field_of(
        Promotion,
        "max_uses_per_customer",
        form_class=WholeNumberInput,
        label=_("Uses per customer"),
        widget=UnfoldAdminIntegerFieldWidget({"min": 1}),
    )
    first_order_only = field_of(
        Promotion,
        "first_order_only",
        label=_("First order only"),
        help_text=_("Only for customers who have not ordered before."),
        widget=UnfoldBooleanSwitchWidget(),
    )

    present: Restriction | None = None
    """What an existing promotion is restricted to; None for a new one."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self._clean_restriction(data)
        is_fixed = data.get("kind") == PromotionKind.FIXED
        needed = "amount_off" if is_fixed else "percent_off"
        # A hidden field keeps what was typed into it before, which must not count.
        for hidden in ("percent_off", "max_discount") if is_fixed else ("amount_off",):
            data[hidden] = None
            self.errors.pop(hidden, None)
        if data.get(needed) is None and needed not in self.errors:
            self.add_error(needed, gettext("Say how much it takes off."))
        data["minimum_spend"] = data.get("minimum_spend") or ZERO
        return data

    def _clean_restriction(self, data: dict[str, Any]) -> None:
        """Clean what the terms apply to; if that is everything, the hidden fields' values are dropped."""
        if data.get("is_restricted") is False:
            data["categories"] = data["products"] = ()
            for hidden in ("categories", "products"):
                self.errors.pop(hidden, None)
        if not {"is_restricted", "categories", "products"} <= data.keys():
            return
        said: dict[str, Any] = {
            "category_ids": tuple(sorted(category.pk for category in data["categories"])),
            "product_ids": tuple(sorted(product.pk for product in data["products"])),
        }
        if data["is_restricted"] is not None:
            said["is_restricted"] = data["is_restricted"]
        elif self.present is None and not any(said.values()):
            said = {}
        try:
            self.restriction = restriction_said(said, present=self.present)
        except UnclearRestriction:
            self.add_error("categories", NAME_SOMETHING)
        else:
            data["is_restricted"] = self.restriction.is_restricted

    @property
    def discount_in_words(self) -> str:
        """Return `15 %, up to €30.00`; the terms must be valid."""
        discount = ("kind", "percent_off", "amount_off", "max_discount")
        return Promotion(**{name: self.cleaned_data[name] for name in discount}).discount_in_words

    def terms(self, *, name: str, **more: Any) -> PromotionTerms:
        data = self.cleaned_data
        return PromotionTerms(
            name=name,
            **{field: data[field] for field in PLAIN},
            **asdict(self.restriction),
            **more,
        )


class NamedTermsForm(TermsForm):
    """The terms with their name and window."""

    name = field_of(
        Promotion,
        "name",
        label=_("Name"),
        required=False,
        help_text=_("For colleagues."),
        widget=UnfoldAdminTextInputWidget(),
    )
    starts_at = field_of(
        Promotion,
        "starts_at",
        label=_("Starts"),
        form_class=StartField,
        help_text=_("Without a time: as the day begins. Empty: at once."),
        widget=StartWidget(),
    )
    ends_at = field_of(
        Promotion,
        "ends_at",
        label=_("Ends"),
        form_class=EndField,
        help_text=_("Without a time: when that day is over, at 24:00. Empty: never."),
        widget=EndWidget(),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if (starts := data.get("starts_at")) and (ends := data.get("ends_at")) and ends <= starts:
            self.add_error("ends_at", gettext("The end must come after the start."))
        return data

    def named_terms(self, *, name: str, is_paused: bool) -> PromotionTerms:
        window = {end: self._moment(end) for end in WINDOW}
        return self.terms(name=self.cleaned_data["name"] or name, is_paused=is_paused, **window)

    def _moment(self, end: str) -> Any:
        """Return an end of the window; if untouched, to the microsecond, which the fields do not show."""
        is_kept = end not in self.changed_data and end in self.initial
        return self.initial[end] if is_kept else self.cleaned_data[end]

    def of_promotion(self, promotion: Promotion) -> None:
        """Prepare the form for an existing promotion; once it was used, kind and amounts are disabled."""
        terms = terms_of_promotion(promotion)
        self.present = Restriction(terms.is_restricted, terms.category_ids, terms.product_ids)
        if promotion.redemptions.exists():
            self.fields["kind"].help_text = gettext(
                "Kind and amounts stay, for it was used. Make a new one instead."
            )
            for name in FROZEN_ONCE_USED:
                self.fields[name].disabled = True


def initial_of(promotion: Promotion) -> dict[str, Any]:
    """Return the values that a form shows for an existing promotion."""
    return {
        **{name: getattr(promotion, name) for name in ("name", *PLAIN, *WINDOW)},
        "is_restricted": NAMED_ALONE if promotion.is_restricted else EVERYTHING,
        "categories": list(promotion.categories.all()),
        "products": list(promotion.products.all()),
    }
