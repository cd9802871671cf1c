"""What people and other systems call the columns that we read: one table for all files."""

from collections.abc import Mapping

_LISTED = {
    "sku": (
        "variant sku, product sku, item sku, sku code, article, article number, article no, "
        "article code, item, item number, item no, item code, part number, part no, product code, "
        "product number, product no, stock code, artikelnummer, artikelnr, artikel-nr, art.-nr., "
        "artikelcode, produktnummer, référence, reference, réf, ref, code article, code produit, "
        "numéro d'article, numéro article, n° article, no article, réf. article, référence "
        "article, référence produit, référence interne, artikel, artnr, art.-nummer, "
        "materialnummer, teilenummer, product id, item id, referencia, codice, codice articolo, "
        "código, varenummer"
    ),
    "quantity": (
        "qty, counted quantity, quantity counted, quantity on hand, qty on hand, stock, on hand, "
        "stock on hand, in stock, stock level, stock quantity, inventory, variant inventory qty, "
        "inventory quantity, units, pieces, pcs, menge, anzahl, bestand, lagerbestand, stück, "
        "stueck, lagermenge, istbestand, ist-bestand, istmenge, ist-menge, zählmenge, gezählt, "
        "gezählte menge, bestandsmenge, verfügbar, liefermenge, gelieferte menge, quantité en "
        "stock, qté en stock, qté stock, stock actuel, stock réel, quantité comptée, quantité "
        "reçue, quantité livrée, inventaire, cantidad contada, existencias, giacenza, voorraad, "
        "quantité, qté, cantidad, quantità, aantal, antal, quantidade"
    ),
    "expected": "expected quantity, expected stock, erwartet, sollbestand",
    "note": "remarque, commentaire, anmerkung, notes, comment, comments, bemerkung, notiz, kommentar",
    "name": (
        "title, product, product name, product title, item name, article name, bezeichnung, "
        "artikelbezeichnung, artikelname, produktname, produkt, nom, nombre, nome, naam, "
        "désignation, libellé, intitulé, nom du produit, produit, artikelbeschreibung"
    ),
    "price": (
        "unit price, variant price, sales price, selling price, retail price, list price, preis, "
        "verkaufspreis, vk, vk-preis, einzelpreis, prix, precio, prezzo, prijs, bruttopreis, "
        "preis brutto, vk brutto, stückpreis, ladenpreis, listenpreis, prix ttc, prix de vente, "
        "prix de vente ttc, prix unitaire, prix public, tarif"
    ),
    "category": (
        "product category, kategorie, warengruppe, catégorie, categoría, categorie, "
        "produktgruppe, artikelgruppe, famille, rubrique"
    ),
    "barcode": (
        "bar code, variant barcode, ean, ean code, ean-13, gtin, upc, isbn, strichcode, "
        "code-barres, code barre, code ean, barcodenummer, ean-nummer, ean-code, gencod"
    ),
    "low_stock_threshold": (
        "low stock, reorder level, reorder point, minimum stock, min stock, mindestbestand, meldebestand"
    ),
    "is_active": "active, enabled, aktiv, actif, activo",
    "description": (
        "product description, long description, body, beschreibung, langtext, produktbeschreibung, "
        "description longue, descriptif, descripción, descrizione, omschrijving"
    ),
    "cost": (
        "cost price, unit cost, cost per item, purchase price, buying price, ek, ek-preis, einkaufspreis, "
        "einstandspreis, prix d'achat, coût, precio de coste, costo, inkoopprijs"
    ),
    "weight_grams": (
        "weight (g), weight in grams, weight in g, grams, variant grams, gewicht (g), gewicht in g, "
        "gewicht in gramm, poids (g), poids en grammes, peso (g)"
    ),
    "supplier_number": (
        "supplier's number, supplier sku, supplier number, supplier code, supplier item number, "
        "vendor sku, vendor number, lieferantennummer, lieferanten-artikelnummer, lieferantenartikelnr, "
        "référence fournisseur, réf. fournisseur, referencia del proveedor"
    ),
    "code": (
        "promo code, promotion code, coupon, coupon code, discount code, voucher, voucher code, "
        "gutschein, gutscheincode, aktionscode, rabattcode, code promo"
    ),
    "percent_off": "percent, percentage, discount percent, prozent",
    "amount_off": "amount, discount amount, betrag",
    "max_discount": "maximum discount",
    "minimum_spend": "minimum, min spend, minimum order, mindestbestellwert",
    "starts_at": "starts, start, start date, valid from, gültig ab",
    "ends_at": "ends, end, end date, valid until, valid to, expires, gültig bis",
    "max_uses": "usage limit, maximum uses",
    "max_uses_per_customer": "uses per customer, usage limit per customer",
    "first_order_only": "first order, first orders only",
    "is_paused": "paused",
    "number": (
        "order, order number, order no, order id, order reference, your reference, bestellnummer, "
        "bestellung, auftragsnummer, auftrag, reference, referenz, référence, bestell-nr, "
        "auftrags-nr, kundenreferenz, ihre referenz, numéro de commande, n° de commande, "
        "commande, customer reference"
    ),
    "tracking_number": (
        "tracking, tracking no, tracking code, tracking id, parcel number, shipment number, "
        "consignment number, sendungsnummer, paketnummer, numéro de suivi, n° de suivi, numéro de "
        "colis, trackingnummer, tracking-nr, sendungs-nr, sendungscode, paketschein-nr, code de "
        "suivi"
    ),
    "date": (
        "valutadatum, wertstellung, wertstellungsdatum, wertstellungstag, wert, valuta, value date, "
        "date completed (utc), completed date, datum, transaction date, fecha, data, date de valeur"
    ),
    "booked_on": (
        "buchungstag, buchungsdatum, buchung, booking date, date started (utc), started date, created (utc), "
        "created date (utc), created, boekdatum, date de comptabilisation, date opération, posting date"
    ),
    "amount": (
        "betrag, umsatz, gross, brutto, amount, betrag (€), bedrag, montant, importe, importo, value, "
        "zahlbetrag, buchungsbetrag, transaktionsbetrag"
    ),
    "money_out": (
        "soll, debit, ausgang, ausgaben, belastung, lastschrift, paid out, money out, withdrawal, "
        "withdrawals, debit amount, débit"
    ),
    "money_in": (
        "haben, credit, eingang, einnahmen, gutschrift, paid in, money in, deposit, deposits, credit amount, "
        "crédit"
    ),
    "debit_or_credit": (
        "soll/haben, s/h, sh, soll/haben-kennzeichen, soll-haben-kennzeichen, haben/soll, debit/credit, "
        "credit/debit, d/c, dc, dr/cr, af bij, af/bij, +/-"
    ),
    "currency": "währung, waehrung, ccy, devise, moneda, payment currency, muntsoort, currency code",
    "text": (
        "verwendungszweck, vwz, payment reference, zahlungsreferenz, remittance information, purpose, "
        "betreff, subject, notifications, mededelingen, libellé, concepto, causale, reference, referenz"
    ),
    "order_number": (
        "order_number (metadata), order (metadata), order_id (metadata), ordernumber (metadata), "
        "payment_metadata[order_number], payment_metadata[order], payment_metadata[order_id], "
        "invoice number, rechnungsnummer, order number, order no, bestellnummer, "
        "auftragsnummer, order id, custom number"
    ),
    "end_to_end_id": (
        "kundenreferenz (end-to-end), end-to-end-referenz, end-to-end reference, end to end id, "
        "ende-zu-ende-referenz, kundenreferenz, customer reference"
    ),
    "details": "description, note, hinweis, beschreibung, item title, artikelbezeichnung, omschrijving",
    "payer": (
        "name, name zahlungsbeteiligter, beguenstigter/zahlungspflichtiger, "
        "begünstigter/zahlungspflichtiger, begünstigter / auftraggeber, "
        "beguenstigter / auftraggeber, auftraggeber / begünstigter, "
        "auftraggeber/empfänger, auftraggeber/begünstigter, auftraggeber, zahlungspflichtige*r, "
        "zahlungspflichtiger, partner name, payer name, payer, name / description, naam / omschrijving, "
        "counterparty name, empfänger/auftraggeber, gegenpartei, naam tegenpartij, customer description"
    ),
    "payee": (
        "zahlungsempfänger*in, zahlungsempfänger, payee name, payee, empfänger, begünstigter, beneficiary"
    ),
    "transaction_id": (
        "source_id, source, transaktionscode, id, balance_transaction_id, transferwise id, "
        "transaction number, transaktions-id, bank reference, bankreferenz"
    ),
    "method": "payment method, zahlungsart, zahlungsweise, zahlungsmethode",
    "fee": "gebühr, gebuehr, fees, total fees, gebühren, entgelt",
    "refunded": "amount refunded, erstatteter betrag",
    "kind_of_booking": (
        "reporting_category, type, typ, buchungstext, umsatzart, umsatztyp, transaction type, mutatiesoort, "
        "art, vorgang"
    ),
    "booking_status": "status, state, info, buchungsstatus",
    "balance_impact": "auswirkung auf guthaben",
    "carrier": "courier, shipping company, versanddienst, paketdienst, transporteur",
}
WORDS: Mapping[str, tuple[str, ...]] = {name: tuple(words.split(", ")) for name, words in _LISTED.items()}
