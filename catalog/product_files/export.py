"""Products as rows of an exported file: the columns that an import understands, and the stock beside them."""

from import_export import fields, resources, widgets

from backoffice.sheets.exporting import SafeRows
from catalog.models import Category, Product
from catalog.product_files.cells import IMPORTED


def _shown(name: str) -> fields.Field:
    return fields.Field(attribute=name, column_name=name, widget=widgets.IntegerWidget(), readonly=True)


class ProductExport(SafeRows, resources.ModelResource):
    """What is imported again, and the stock, which an import leaves alone."""

    category = fields.Field("category", "category", widgets.ForeignKeyWidget(Category, "name"))
    on_hand, reserved, available = _shown("on_hand"), _shown("reserved"), _shown("available")

    class Meta:
        model = Product
        fields = (*IMPORTED, "on_hand", "reserved", "available")
        name = "Products"
