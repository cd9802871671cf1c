"""Families of products: the list, and the page of one with a table of its products."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.actor import actor_of
from backoffice.admin.base import AnyForm
from backoffice.admin.dialogs import DialogButton, UseCaseDialog
from backoffice.db.fields import one_line
from backoffice.numbers import grouped
from catalog.admin.families.combining import FamilyCombining
from catalog.admin.families.members import FamilyMembers, family_or_404
from catalog.admin.families.table import table_of
from catalog.families import MOST_OPTIONS, change_family, create_family, dissolve_family
from catalog.models import Product, ProductFamily
from catalog.models.family import OPTIONS
from catalog.readers.families import FamilyFilter, families_counted


class FamilyForm(forms.ModelForm):  # type: ignore[type-arg]
    value_for_new = forms.CharField(
        label=_("Value for a new option"),
        max_length=60,
        required=False,
        validators=[one_line],
        help_text=_("The value that its products get for an option you add."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


class DissolveFamily(UseCaseDialog):
    def carry_out(self, data: dict[str, Any]) -> None:
        family = family_or_404(str(self.object_id))
        count = dissolve_family(family.slug, by=actor_of(self.request))
        self.done = ngettext(
            "%(family)s is dissolved. %(count)s product stays as it is.",
            "%(family)s is dissolved. %(count)s products stay as they are.",
            count,
        ) % {"family": family.name, "count": grouped(count)}

    def next_page(self) -> str:
        return reverse("admin:catalog_productfamily_changelist")


@admin.register(ProductFamily)
class FamilyAdmin(FamilyMembers, FamilyCombining):
    form = FamilyForm
    list_display = ("family", "options_shown", "products_shown", "available_shown")
    on_card = {
        "family": "title",
        "products_shown": "state titled",
        "available_shown": "end titled",
        "options_shown": "note",
    }
    search_fields = ("name",)
    search_help_text = _("Family name")
    ordering = ("name",)
    actions_detail = ("dissolve", "edit_values", "add_products", "make_combinations")
    change_form_template = "catalog/families/family.html"
    aside_template = "catalog/families/aside.html"
    empty_title = _("No families yet")
    empty_text = _("A family groups products that are one thing in several colours, sizes or the like.")

    class Media:
        css = {"all": ("catalog/products.css", "catalog/families.css")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductFamily]:
        own = Product.objects.filter(family=OuterRef("pk")).order_by().values("family")
        available = Subquery(own.annotate(units=Sum("available")).values("units"))
        return families_counted(is_staff=True).annotate(available=Coalesce(available, 0))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProductFamily], search_term: str
    ) -> tuple[QuerySet[ProductFamily], bool]:
        return FamilyFilter(search_term).of(queryset), False

    @display(description=_("Family"), ordering="name")
    def family(self, family: ProductFamily) -> SafeString:
        return format_html('<span class="bo-name">{}</span>', family.name)

    @display(description=_("Options"))
    def options_shown(self, family: ProductFamily) -> str:
        return ", ".join(family.options)

    @display(description=_("Products"), ordering="products_count", formatting="price")
    def products_shown(self, family: ProductFamily) -> str:
        return grouped(getattr(family, "products_count"))  # noqa: B009

    @display(description=_("Available"), ordering="available", formatting="price")
    def available_shown(self, family: ProductFamily) -> str:
        return grouped(getattr(family, "available"))  # noqa: B009

    # The page of one

    def get_fieldsets(self, request: HttpRequest, obj: ProductFamily | None = None) -> list[tuple[Any, Any]]:
        """Ask for a value for a new option only where there may be one more, and products that need it."""
        is_asked = (
            obj is not None
            and len(obj.options) < MOST_OPTIONS
            and self.has_change_permission(request, obj)
            and obj.products.exists()
        )
        fields = ("name", OPTIONS, *(("value_for_new",) if is_asked else ()))
        return [(_("Name and options"), {"fields": fields})]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = ProductFamily.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        context = {**(extra_context or {}), **(table_of(found, request) if found else {})}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def save_model(self, request: HttpRequest, obj: ProductFamily, form: AnyForm, change: bool) -> None:
        options = [form.cleaned_data[name] for name in OPTIONS]
        while options and not options[-1]:
            options.pop()
        by, name = actor_of(request), form.cleaned_data["name"]
        if change:
            value = form.cleaned_data.get("value_for_new", "")
            change_family(obj.slug, name=name, options=options, value_for_new=value, by=by)
        else:
            obj.pk = create_family(name, options, by=by).pk
        obj.refresh_from_db()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A family is dissolved, by the dialog that says what stays."""
        return False

    dissolve = DialogButton(
        _("Dissolve"),
        DissolveFamily,
        permissions=["catalog.delete_productfamily"],
        icon="link_off",
        variant=ActionVariant.DANGER,
        title=_("Dissolve this family"),
        description=_(
            "Its products stay, with their stock, prices and orders, but no longer belong together."
        ),
        submit=_("Dissolve the family"),
        way_out=_("Keep it"),
    )
