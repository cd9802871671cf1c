"""Products as rows of a file. Each row is one use case; stock is shown in exports and never imported."""

from collections.abc import Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from import_export import fields, resources, widgets
from tablib import Dataset

from accounts.actors import Actor, Source
from accounts.models import User
from backoffice.errors import Refusal
from backoffice.transactions import write_transaction
from catalog.models import Category, Product
from catalog.products import ProductData, create_product, edit_product

IMPORTED = ("sku", "name", "price", "category", "barcode", "low_stock_threshold", "is_active")


class CategoryWidget(widgets.ForeignKeyWidget):
    def clean(self, value: Any, row: Mapping[str, Any] | None = None, **kwargs: Any) -> models.Model | None:
        try:
            found: models.Model | None = super().clean(value, row, **kwargs)
        except Category.DoesNotExist:
            raise ValueError(f"There is no category “{value}”: add it first.") from None
        return found


def _shown(name: str) -> fields.Field:
    return fields.Field(attribute=name, column_name=name, widget=widgets.IntegerWidget(), readonly=True)


class ProductImport(resources.ModelResource):
    category = fields.Field("category", "category", CategoryWidget(Category, "name"))
    low_stock_threshold = fields.Field("low_stock_threshold", "low_stock_threshold", widgets.IntegerWidget())

    class Meta:
        model = Product
        fields = IMPORTED
        import_id_fields = ("sku",)
        skip_unchanged = True
        report_skipped = True
        name = "Products"

    def import_data(self, *args: Any, **kwargs: Any) -> Any:
        """One write, or (for the preview) one that is rolled back."""
        return write_transaction(super().import_data)(*args, **kwargs)

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self.by = Actor(cast("User", kwargs["user"]), Source.IMPORT)

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Product | None:
        """SKUs are matched without regard to case."""
        return Product.objects.with_skus([str(row["sku"])]).first()

    def do_instance_save(self, instance: Product, is_create: bool) -> None:
        values = {name: getattr(instance, name) for name in IMPORTED}
        try:
            if is_create:
                instance.pk = create_product(ProductData(**values), by=self.by).pk
            else:
                edit_product(instance.sku, by=self.by, changes=values)
        except Refusal as refusal:
            raise ValidationError(refusal.detail) from refusal


class ProductExport(ProductImport):
    """The same columns and the stock, which an import leaves alone."""

    on_hand, reserved, available = _shown("on_hand"), _shown("reserved"), _shown("available")

    class Meta:
        model = Product
        fields = (*IMPORTED, "on_hand", "reserved", "available")
        name = "Products"
