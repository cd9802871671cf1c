"""Products as rows of a file. Each row is one use case; stock is shown in exports and never imported."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError
from import_export import fields, resources, widgets
from tablib import Dataset

from accounts.actors import Actor, Source
from accounts.models import User
from backoffice.errors import Invalid, Refusal
from backoffice.sheets.limits import UnreadableFile
from backoffice.transactions import write_transaction
from catalog.exports import SafeRows
from catalog.formulas import restored
from catalog.models import Category, Product
from catalog.product_cells import (
    IMPORTED,
    CategoryWidget,
    PriceWidget,
    TruthWidget,
    UnitsWidget,
    listed,
    matched,
    product_columns,
)
from catalog.products import ProductData, create_product, edit_product


def _shown(name: str) -> fields.Field:
    return fields.Field(attribute=name, column_name=name, widget=widgets.IntegerWidget(), readonly=True)


class ProductImport(resources.ModelResource):
    """`import_data` takes the `user` who does it, None for the system, and maybe the rows' `numbers`."""

    category = fields.Field("category", "category", CategoryWidget(Category, "name"))
    price = fields.Field("price", "price", PriceWidget())
    low_stock_threshold = fields.Field("low_stock_threshold", "low_stock_threshold", UnitsWidget())
    is_active = fields.Field("is_active", "is_active", TruthWidget())

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
        """Raises UnreadableFile when the columns are not those of products; no row is looked at then."""
        self.by = Actor(cast("User | None", kwargs["user"]), Source.IMPORT)
        try:
            dataset.headers = product_columns(dataset.headers or [])
        except UnreadableFile:
            dataset.wipe()
            raise
        self.numbers = kwargs.get("numbers") or range(2, len(dataset) + 2)
        self.rows_of: dict[str, list[int]] = defaultdict(list)
        for number, sku in zip(self.numbers, dataset["sku"], strict=True):
            self.rows_of[matched(sku)].append(number)

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        for name, value in row.items():
            if isinstance(value, str):
                row[name] = restored(value.strip())
        rows = self.rows_of[matched(row["sku"])]
        if row["sku"] and len(rows) > 1:
            raise ValidationError({"sku": f"The SKU is in rows {listed(rows)}. Keep one of them."})

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Product | None:
        """SKUs are matched without regard to case."""
        return Product.objects.with_skus([str(row["sku"])]).select_related("category").first()

    def do_instance_save(self, instance: Product, is_create: bool) -> None:
        values = {name: getattr(instance, name) for name in IMPORTED}
        try:
            if is_create:
                instance.pk = create_product(ProductData(**values), by=self.by).pk
            else:
                edit_product(instance.sku, by=self.by, changes=values)
        except Invalid as invalid:
            faults = {fault.pointer.lstrip("/"): fault.detail for fault in invalid.faults}
            raise ValidationError(faults or invalid.detail) from invalid
        except Refusal as refusal:
            raise ValidationError(refusal.detail) from refusal


class ProductExport(SafeRows, ProductImport):
    """The same columns and the stock, which an import leaves alone."""

    on_hand, reserved, available = _shown("on_hand"), _shown("reserved"), _shown("available")

    class Meta:
        model = Product
        fields = (*IMPORTED, "on_hand", "reserved", "available")
        name = "Products"
