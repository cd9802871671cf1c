"""Categories: names that products and promo codes are sorted by."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from accounts.admin.actor import actor_of
from backoffice.admin.base import AnyForm, DomainAdmin, show_refusal
from backoffice.db.search_text import holding_all
from backoffice.db.transactions import write_transaction
from backoffice.errors import Refusal
from backoffice.numbers import grouped
from catalog.admin.category_history import history_of
from catalog.categories import delete_category, save_category
from catalog.models import Category, Product


@admin.register(Category)
class CategoryAdmin(DomainAdmin):
    list_display = ("name", "products_count")
    on_card = {"name": "title", "products_count": "state titled"}
    search_fields = ("name",)
    search_help_text = _("Category name")
    change_form_outer_after_template = "catalog/category_history.html"
    history_anchor = "changes"
    prepopulated_fields = {"slug": ("name",)}
    empty_title = _("No categories yet")
    empty_text = _("Categories group products, and a promo code can be limited to some of them.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        categories: QuerySet[Category] = super().get_queryset(request)
        return categories.annotate(products_count=Count("products"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Category], search_term: str
    ) -> tuple[QuerySet[Category], bool]:
        return queryset.filter(holding_all(search_term)), False

    @display(description=_("Products"), ordering="products_count", formatting="price")
    def products_count(self, category: Category) -> str:
        return grouped(getattr(category, "products_count"))  # noqa: B009

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A category that a promotion is restricted to stays; the page names those promotions."""
        view = super().delete_view
        if request.method == "POST":
            view = write_transaction(view)
        try:
            answer: HttpResponse = view(request, object_id, extra_context)
        except Refusal as refusal:
            return show_refusal(request, refusal)
        return answer

    def save_model(self, request: HttpRequest, obj: Category, form: AnyForm, change: bool) -> None:
        save_category(obj, by=actor_of(request))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = _shown_around(int(object_id)) if object_id.isdecimal() else {}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **context}
        )
        return answer

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        delete_category(obj, by=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        for category in queryset:
            delete_category(category, by=actor_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A category can be deleted when no product belongs to it; archived products keep theirs."""
        if not request.user.has_perm("catalog.delete_category"):
            return False
        return obj is not None and not Product.objects.filter(category__pk=obj.pk).exists()


def _shown_around(category: int) -> dict[str, Any]:
    """Return what the page shows around the form: how many products it has, and its history."""
    count = Product.objects.filter(category=category).count()
    words = ngettext("%(count)s product", "%(count)s products", count) % {"count": grouped(count)}
    url = f"{reverse('admin:catalog_product_changelist')}?category__id__exact={category}"
    link = format_html('<a class="bo-link" href="{}">{}</a>', url, words)
    return {"lead": link if count else _("No product belongs to it."), "changes": history_of(category)}
