"""Django's own admin, registered as its tutorial has it."""

from django.contrib import admin

from benchmarks.plain_shop.models import Order, OrderLine, Product, PromoCode


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["sku", "name", "price", "stock", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["sku", "name"]


@admin.register(PromoCode)
class PromoCodeAdmin(admin.ModelAdmin):
    list_display = ["code", "percent_off", "times_used", "max_uses", "is_active"]
    search_fields = ["code"]


class LineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    # A select would load all products, once for each line.
    raw_id_fields = ["product"]


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["id", "user", "status", "promo_code", "total", "placed_at"]
    list_filter = ["status", "placed_at"]
    list_select_related = ["user", "promo_code"]
    search_fields = ["user__email", "ship_name"]
    raw_id_fields = ["user", "promo_code"]
    readonly_fields = ["placed_at", "updated_at"]
    inlines = [LineInline]
