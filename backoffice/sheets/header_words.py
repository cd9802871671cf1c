"""What people and other systems call the columns that we read: one table for all files."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "sku": (
        *("variant sku", "product sku", "item sku", "sku code", "article", "article number", "article no"),
        *("article code", "item", "item number", "item no", "item code", "part number", "part no"),
        *("product code", "product number", "product no", "stock code", "artikelnummer", "artikelnr"),
        *("artikel-nr", "art.-nr.", "artikelcode", "produktnummer", "référence", "reference", "réf", "ref"),
        *("code article", "referencia", "codice", "codice articolo", "código", "varenummer"),
    ),
    "quantity": (
        *("qty", "quantity on hand", "qty on hand", "stock", "on hand", "stock on hand", "in stock"),
        *("stock level", "stock quantity", "inventory", "variant inventory qty", "inventory quantity"),
        *("units", "pieces", "pcs", "menge", "anzahl", "bestand", "lagerbestand", "stück", "stueck"),
        *("quantité", "qté", "cantidad", "quantità", "aantal", "antal", "quantidade"),
    ),
    "expected": ("expected quantity", "expected stock", "erwartet", "sollbestand"),
    "note": ("notes", "comment", "comments", "bemerkung", "notiz", "kommentar"),
    "name": (
        *("title", "product", "product name", "product title", "item name", "article name", "bezeichnung"),
        *("artikelbezeichnung", "artikelname", "produktname", "produkt", "nom", "nombre", "nome", "naam"),
    ),
    "price": (
        *("unit price", "variant price", "sales price", "selling price", "retail price", "list price"),
        *("preis", "verkaufspreis", "vk", "vk-preis", "einzelpreis", "prix", "precio", "prezzo", "prijs"),
    ),
    "category": ("product category", "kategorie", "warengruppe", "catégorie", "categoría", "categorie"),
    "barcode": (
        *("bar code", "variant barcode", "ean", "ean code", "ean-13", "gtin", "upc", "isbn", "strichcode"),
        *("code-barres",),
    ),
    "low_stock_threshold": (
        *("low stock", "reorder level", "reorder point", "minimum stock", "min stock", "mindestbestand"),
        *("meldebestand",),
    ),
    "is_active": ("active", "enabled", "aktiv", "actif", "activo"),
    "code": (
        *("promo code", "promotion code", "coupon", "coupon code", "discount code", "voucher"),
        *("voucher code", "gutschein", "gutscheincode", "aktionscode", "rabattcode", "code promo"),
    ),
    "percent_off": ("percent", "percentage", "discount percent", "prozent"),
    "amount_off": ("amount", "discount amount", "betrag"),
    "max_discount": ("maximum discount",),
    "minimum_spend": ("minimum", "min spend", "minimum order", "mindestbestellwert"),
    "starts_at": ("starts", "start", "start date", "valid from", "gültig ab"),
    "ends_at": ("ends", "end", "end date", "valid until", "valid to", "expires", "gültig bis"),
    "max_uses": ("usage limit", "maximum uses"),
    "max_uses_per_customer": ("uses per customer", "usage limit per customer"),
    "first_order_only": ("first order", "first orders only"),
    "is_paused": ("paused",),
    "number": (
        *("order", "order number", "order no", "order id", "order reference", "your reference"),
        *("bestellnummer", "bestellung", "auftragsnummer", "auftrag", "reference", "referenz"),
    ),
    "tracking_number": (
        *(
            "tracking",
            "tracking no",
            "tracking code",
            "tracking id",
            "trackingnummer",
            "parcel number",
            "shipment number",
        ),
        *("consignment number", "sendungsnummer", "paketnummer", "numéro de suivi"),
    ),
    "carrier": ("courier", "shipping company", "versanddienst", "paketdienst", "transporteur"),
}
