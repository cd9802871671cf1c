"""Two pages of a family with a table to fill in: the values of its products, and products to add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from accounts.admin.actor import actor_of
from backoffice.admin.base import DomainAdmin
from backoffice.db.primary_keys import LARGEST_KEY
from backoffice.db.transactions import write_transaction
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from catalog.admin.families.table import columns_of, narrowed, page_of
from catalog.families import Variant, set_options, take_out
from catalog.families.options import values_of_product
from catalog.finding import products_matching
from catalog.models import Product, ProductFamily

MOST_OFFERED = 50
EDIT = "catalog.change_productfamily"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A product with its `usual` values, what was typed for it, and what is wrong with that."""

    product: Product
    usual: Sequence[str]
    values: Sequence[str]
    is_ticked: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TypedValues:
    """What a form said of products: values by their key, where any was changed, and which were ticked."""

    values: Mapping[int, Sequence[str]] = field(default_factory=dict)
    ticked: frozenset[int] = frozenset()

    def row(self, product: Product, usual: Sequence[str], problems: Mapping[int, str]) -> MemberRow:
        values = self.values.get(product.pk, usual)
        return MemberRow(product, usual, values, product.pk in self.ticked, problems.get(product.pk, ""))


class FamilyMembers(DomainAdmin):
    """The part of the families' admin in which products get their values."""

    @action(description=gettext_lazy("Edit values"), permissions=["change"], url_path="values", icon="edit")
    def edit_values(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change values, or take products out; all of it at once, so that two may swap theirs."""
        family = family_or_404(object_id)
        typed = _typed(request, family)
        problems: dict[int, str] = {}
        if request.method == "POST":
            products = list(family.products.filter(pk__in=[*typed.values, *typed.ticked]))
            try:
                _save_values(family, products, typed, request)
            except Refusal as refusal:
                problems = _told(request, refusal, [each for each in products if each.pk not in typed.ticked])
            else:
                messages.success(request, _("The values of %(family)s are saved.") % {"family": family})
                return HttpResponseRedirect(page_of_family(family))
        columns = columns_of(family, request.GET)
        page = page_of(narrowed(family, columns), request)
        rows = [typed.row(product, values_of_product(product)[: len(columns)], problems) for product in page]
        context = {"title": _("Edit values"), "rows": rows, "page_of_rows": page, "is_editing": True}
        return self._members_page(request, family, context)

    @action(description=gettext_lazy("Add products"), permissions=["change"], url_path="products", icon="add")
    def add_products(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Offer products of no family whose names hold the words; those that are ticked join."""
        family = family_or_404(object_id)
        typed = _typed(request, family)
        problems: dict[int, str] = {}
        if request.method == "POST":
            products = list(Product.objects.filter(pk__in=typed.ticked).order_by("pk"))
            variants = [_variant(family, each, typed.values.get(each.pk, ())) for each in products]
            try:
                if products:
                    set_options(family.slug, variants, by=actor_of(request))
            except Refusal as refusal:
                problems = _told(request, refusal, products)
            else:
                return _added(request, family, len(products))
        words = request.GET.get("q", family.name).replace("\x00", "").strip()[:100]
        offered = products_matching(Product.objects.filter(family=None), words).order_by("sku_key")
        empty = [""] * len(family.options)
        rows = [typed.row(product, empty, problems) for product in offered[: MOST_OFFERED + 1]]
        context = {
            "title": _("Add products"),
            "rows": rows[:MOST_OFFERED],
            "has_more": len(rows) > MOST_OFFERED,
            "words": words,
        }
        return self._members_page(request, family, context)

    def _members_page(
        self, request: HttpRequest, family: ProductFamily, context: dict[str, Any]
    ) -> HttpResponse:
        own = {"object": family, "family": family, "option_columns": columns_of(family, request.GET)}
        return self.page(request, "catalog/families/members.html", own | context)


@write_transaction
def _save_values(
    family: ProductFamily, products: Sequence[Product], typed: TypedValues, request: HttpRequest
) -> None:
    by = actor_of(request)
    leaving = [product.sku for product in products if product.pk in typed.ticked]
    if leaving:
        take_out(family.slug, leaving, by=by)
    staying = [product for product in products if product.pk not in typed.ticked]
    variants = [_variant(family, product, typed.values[product.pk]) for product in staying]
    if variants:
        set_options(family.slug, variants, by=by)


def _added(request: HttpRequest, family: ProductFamily, count: int) -> HttpResponse:
    if not count:
        messages.warning(request, _("No product was ticked: nothing was added."))
        return HttpResponseRedirect(request.get_full_path())
    added = ngettext(
        "%(count)s product joined %(family)s.", "%(count)s products joined %(family)s.", count
    ) % {"count": grouped(count), "family": family}
    messages.success(request, added)
    return HttpResponseRedirect(page_of_family(family))


def family_or_404(object_id: str) -> ProductFamily:
    key = min(int(object_id), LARGEST_KEY) if object_id.isdecimal() else 0
    family = ProductFamily.objects.filter(pk=key).first()
    if family is None:
        raise Http404
    return family


def page_of_family(family: ProductFamily) -> str:
    return reverse("admin:catalog_productfamily_change", args=[family.pk])


def require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _variant(family: ProductFamily, product: Product, values: Sequence[str]) -> Variant:
    return Variant(product.sku, dict(zip(family.options, values, strict=False)))


def _typed(request: HttpRequest, family: ProductFamily) -> TypedValues:
    if request.method != "POST":
        return TypedValues()
    keys = [int(key) for key in request.POST.getlist("product") if key.isdecimal() and len(key) < 19]
    # What nobody touched may have been changed by somebody else since the page was shown.
    values = {
        key: values
        for key in keys
        if (values := _sent(request, f"value-{key}", family)) != _sent(request, f"was-{key}", family)
    }
    ticked = frozenset(key for key in keys if request.POST.get(f"tick-{key}"))
    return TypedValues(values, ticked)


def _sent(request: HttpRequest, name: str, family: ProductFamily) -> list[str]:
    return [request.POST.get(f"{name}-{place}", "")[:200] for place in range(len(family.options))]


def _told(request: HttpRequest, refusal: Refusal, products: Sequence[Product]) -> dict[int, str]:
    """Return what is wrong by the key of the product; what is about none of them is said on top."""
    told: dict[int, str] = {}
    for fault in refusal.faults:
        parts = fault.pointer.split("/")
        if len(parts) > 2 and parts[2].isdecimal() and int(parts[2]) < len(products):
            told[products[int(parts[2])].pk] = fault.detail or refusal.detail
    if not told:
        messages.error(request, refusal.detail)
    return told
