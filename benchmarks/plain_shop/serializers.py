"""What the API takes and returns."""

from typing import Any

from django.db.models import prefetch_related_objects
from rest_framework import serializers

from benchmarks.plain_shop.models import Order, OrderLine, Product
from benchmarks.plain_shop.placing import place_order


class ProductSerializer(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = ["sku", "name", "description", "price", "stock", "is_active", "created_at", "updated_at"]


class OrderLineSerializer(serializers.ModelSerializer):
    sku = serializers.CharField(source="product.sku", read_only=True)
    name = serializers.CharField(source="product.name", read_only=True)

    class Meta:
        model = OrderLine
        fields = ["sku", "name", "quantity", "unit_price"]


class OrderSerializer(serializers.ModelSerializer):
    lines = OrderLineSerializer(many=True)
    promo_code = serializers.CharField(source="promo_code.code", default=None)
    email = serializers.EmailField(source="user.email")

    class Meta:
        model = Order
        fields = [
            *("id", "email", "status", "promo_code", "subtotal", "discount", "total", "lines"),
            *("ship_name", "ship_line1", "ship_city", "ship_country", "placed_at", "updated_at"),
        ]


class WantedLineSerializer(serializers.Serializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=10_000)


class AddressSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    line1 = serializers.CharField(max_length=200)
    city = serializers.CharField(max_length=100)
    country = serializers.CharField(min_length=2, max_length=2)


class PlaceOrderSerializer(serializers.Serializer):
    lines = WantedLineSerializer(many=True, allow_empty=False, max_length=500)
    promo_code = serializers.CharField(required=False, allow_blank=True, default="")
    shipping_address = AddressSerializer()

    def create(self, validated_data: dict[str, Any]) -> Order:
        return place_order(
            validated_data["user"],
            lines=validated_data["lines"],
            code=validated_data["promo_code"],
            address=validated_data["shipping_address"],
        )

    def to_representation(self, instance: Order) -> dict[str, Any]:
        prefetch_related_objects([instance], "lines__product")
        return OrderSerializer(instance, context=self.context).data
