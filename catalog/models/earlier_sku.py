"""The SKUs that products had before they were renamed: they go on naming them."""

from django.db import models
from django.utils import timezone

from backoffice.db.fields import FoldedField
from catalog.models.product import Product


class EarlierSku(models.Model):
    """A SKU that a product had until then. Orders of that time name it, so no other product gets it."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="earlier_skus")
    sku = models.CharField(max_length=64)
    sku_key = FoldedField(source="sku", max_length=128, unique=True)
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        # Whoever may see a product may see what it was called.
        default_permissions = ()
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.sku
