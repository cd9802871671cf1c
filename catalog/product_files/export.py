"""Products as rows of an exported file: the columns that an import understands, and the stock beside them."""

from import_export import fields, resources, widgets

from backoffice.sheets.exporting import SafeRows
from catalog.models import Category, Product, ProductFamily
from catalog.product_files.cells import IMPORTED
from catalog.product_history import CONFIDENTIAL

SHOWN = ("category_name", "on_hand", "reserved", "stock")


def _units(name: str, attribute: str = "") -> fields.Field:
    return fields.Field(attribute or name, name, widgets.IntegerWidget(), readonly=True)


class ProductExport(SafeRows, resources.ModelResource):
    """The columns an import takes back, and the category's name and the stock, which it leaves alone."""

    category = fields.Field("category", "category", widgets.ForeignKeyWidget(Category, "slug"))
    family = fields.Field("family", "family", widgets.ForeignKeyWidget(ProductFamily, "slug"))
    category_name = fields.Field("category__name", "category_name", readonly=True)
    weight_grams = fields.Field("weight_grams", "weight_grams", widgets.IntegerWidget())
    on_hand, reserved, stock = _units("on_hand"), _units("reserved"), _units("stock", "available")

    class Meta:
        model = Product
        fields = (*IMPORTED, *SHOWN)
        name = "Products"


class ProductExportWithoutCost(ProductExport):
    """For those who may not see what products cost the shop."""

    class Meta:
        model = Product
        fields = tuple(name for name in (*IMPORTED, *SHOWN) if name not in CONFIDENTIAL)
        name = "Products"
