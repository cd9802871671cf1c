"""Products for everybody, from the cache for a minute; orders for whoever is signed in."""

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from rest_framework import mixins, permissions, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from benchmarks.plain_shop.models import Order, Product
from benchmarks.plain_shop.serializers import OrderSerializer, PlaceOrderSerializer, ProductSerializer


class ProductViewSet(viewsets.ReadOnlyModelViewSet):
    serializer_class = ProductSerializer
    lookup_field = "sku"
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> QuerySet[Product]:
        products = Product.objects.filter(is_active=True)
        asked = self.request.query_params
        if "price_gte" in asked:
            products = products.filter(price__gte=asked["price_gte"])
        if "price_lte" in asked:
            products = products.filter(price__lte=asked["price_lte"])
        return products

    @method_decorator(cache_page(60))
    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        return super().list(request, *args, **kwargs)


class OrderViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet):
    permission_classes = [permissions.IsAuthenticated]

    def get_queryset(self) -> QuerySet[Order]:
        orders = Order.objects.select_related("user", "promo_code").prefetch_related("lines__product")
        return orders if self.request.user.is_staff else orders.filter(user=self.request.user)

    def get_serializer_class(self) -> type[BaseSerializer]:
        return PlaceOrderSerializer if self.action == "create" else OrderSerializer

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.save(user=self.request.user)
