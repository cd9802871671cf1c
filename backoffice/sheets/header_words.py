"""What people and other systems call the columns that we read: one table for all files."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "sku": (
        *("Variant SKU", "Product SKU", "Item SKU", "SKU code", "Article", "Article number", "Article no"),
        *("Article code", "Item", "Item number", "Item no", "Item code", "Part number", "Part no"),
        *("Product code", "Product number", "Product no", "Stock code", "Artikelnummer", "Artikelnr"),
        *("Artikel-Nr", "Art.-Nr.", "Artikelcode", "Produktnummer", "Référence", "Reference", "Réf", "Ref"),
        *("Code article", "Referencia", "Codice", "Codice articolo", "Código", "Varenummer", "Artikelnummer"),
    ),
    "quantity": (
        *("Qty", "Quantity on hand", "Qty on hand", "Stock", "On hand", "Stock on hand", "In stock"),
        *("Stock level", "Stock quantity", "Inventory", "Variant Inventory Qty", "Inventory quantity"),
        *("Units", "Pieces", "Pcs", "Menge", "Anzahl", "Bestand", "Lagerbestand", "Stück", "Stueck"),
        *("Quantité", "Qté", "Cantidad", "Quantità", "Aantal", "Antal", "Quantidade"),
    ),
    "expected": ("Expected quantity", "Expected stock", "Erwartet", "Sollbestand"),
    "note": ("Notes", "Comment", "Comments", "Bemerkung", "Notiz", "Kommentar"),
    "name": (
        *("Title", "Product", "Product name", "Product title", "Item name", "Article name", "Bezeichnung"),
        *("Artikelbezeichnung", "Artikelname", "Produktname", "Produkt", "Nom", "Nombre", "Nome", "Naam"),
    ),
    "price": (
        *("Unit price", "Variant Price", "Sales price", "Selling price", "Retail price", "List price"),
        *("Preis", "Verkaufspreis", "VK", "VK-Preis", "Einzelpreis", "Prix", "Precio", "Prezzo", "Prijs"),
    ),
    "category": (*("Product category", "Kategorie", "Warengruppe", "Catégorie", "Categoría", "Categorie"),),
    "barcode": (
        *("Bar code", "Variant Barcode", "EAN", "EAN code", "EAN-13", "GTIN", "UPC", "ISBN", "Strichcode"),
        *("Code-barres",),
    ),
    "low_stock_threshold": (
        *("Low stock", "Reorder level", "Reorder point", "Minimum stock", "Min stock", "Mindestbestand"),
        *("Meldebestand",),
    ),
    "is_active": ("Active", "Enabled", "Aktiv", "Actif", "Activo"),
    "code": (
        *("Promo code", "Promotion code", "Coupon", "Coupon code", "Discount code", "Voucher"),
        *("Voucher code", "Gutschein", "Gutscheincode", "Aktionscode", "Rabattcode", "Code promo"),
    ),
    "percent_off": ("Percent", "Percentage", "Discount percent", "Prozent"),
    "amount_off": ("Amount", "Discount amount", "Betrag"),
    "max_discount": ("Maximum discount",),
    "minimum_spend": ("Minimum", "Min spend", "Minimum order", "Mindestbestellwert"),
    "starts_at": ("Starts", "Start", "Start date", "Valid from", "Gültig ab"),
    "ends_at": ("Ends", "End", "End date", "Valid until", "Valid to", "Expires", "Gültig bis"),
    "max_uses": ("Usage limit", "Maximum uses"),
    "max_uses_per_customer": ("Uses per customer", "Usage limit per customer"),
    "first_order_only": ("First order", "First orders only"),
    "is_paused": ("Paused",),
    "number": (
        *("Order", "Order number", "Order no", "Order id", "Order reference", "Your reference"),
        *("Bestellnummer", "Bestellung", "Auftragsnummer", "Auftrag", "Reference", "Referenz"),
    ),
    "tracking_number": (
        *("Tracking", "Tracking no", "Tracking code", "Tracking id", "Parcel number", "Shipment number"),
        *("Consignment number", "Sendungsnummer", "Paketnummer", "Numéro de suivi"),
    ),
    "carrier": ("Courier", "Shipping company", "Versanddienst", "Paketdienst", "Transporteur"),
}
