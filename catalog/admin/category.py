"""Categories: names that products and promo codes are sorted by."""

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from backoffice.admin import DomainAdmin
from catalog.models import Category, Product


@admin.register(Category)
class CategoryAdmin(DomainAdmin):
    list_display = ("name", "products_count")
    search_fields = ("name",)
    search_help_text = "Category name"
    prepopulated_fields = {"slug": ("name",)}
    empty_title = "No categories yet"
    empty_text = "Categories group products, and a promo code can be limited to some of them."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        categories: QuerySet[Category] = super().get_queryset(request)
        return categories.annotate(products_count=Count("products"))

    @display(description="Products", ordering="products_count", formatting="price")
    def products_count(self, category: Category) -> int:
        return int(getattr(category, "products_count"))  # noqa: B009

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only what no product belongs to: archived products keep their category."""
        if not request.user.has_perm("catalog.delete_category"):
            return False
        return obj is not None and not Product.objects.filter(category__pk=obj.pk).exists()
