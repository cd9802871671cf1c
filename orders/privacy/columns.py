"""Columns of text that are about nobody who could ask to be erased; all others are in a room of `rooms`."""

from collections.abc import Mapping

from django.apps import apps
from django.db import models

from orders.privacy.rooms import ROOMS

# By what they are about.
ABOUT_NOBODY: Mapping[str, Mapping[str, str]] = {
    "goods and money; notes in ledgers are about counts and bookings, and nothing is taken out of those": {
        "catalog.Category": "name name_key slug search_text",
        "catalog.CategoryChange": "source kind changes",
        "catalog.EarlierSku": "sku sku_key",
        "catalog.FamilyChange": "source kind changes",
        "catalog.Product": "sku sku_key name search_text barcode barcode_key option_1 option_2 option_3 "
        "option_1_key option_2_key option_3_key description supplier_number picture",
        "catalog.ProductChange": "source kind changes file_name",
        "catalog.ProductFamily": "name name_key slug option_1 option_2 option_3 search_text",
        "catalog.ProductImport": "state file_name ignored_columns remarks source columns",
        "catalog.ProductImportRow": "sku outcome cells faults changes problems problem_code",
        "catalog.ProductPicture": "name alt file_name digest",
        "catalog.StockImport": "state file_name ignored_columns remarks source mode digest",
        "catalog.StockImportRow": "sku name quantity expected note problem_code remark_code facts",
        "catalog.StockMovement": "source kind reason note reference held_for",
        "orders.OrderLine": "sku name",
        "orders.PaymentClaim": "method provider reference",
        "orders.PaymentEntry": "kind method provider reference settles note source",
    },
    "the books: numbers, prices and how they came about; the country is needed for the taxes": {
        "orders.Allowance": "reference",
        "orders.Cancellation": "reference",
        "orders.Order": "prefix number status currency ship_country language promo_code promo_terms "
        "explanation source origin external_number external_key",
        "orders.PaymentImport": "state file_name ignored_columns remarks source format",
        "orders.PaymentImportRow": "written_date written_amount method provider reference reference_key kind "
        "note outcome problem_code facts",
        "orders.Redemption": "state",
        "orders.Return": "reference",
        "orders.Shipment": "reference carrier",
    },
    "terms of promotions": {
        "orders.PromoCode": "code",
        "orders.Promotion": "name search_text kind",
        "orders.PromotionEvent": "kind details source",
    },
    "kinds, doors, states, numbers, languages": {
        "accounts.AccountEvent": "kind source",
        "accounts.Authenticator": "kind",
        "accounts.Customer": "language",
        "accounts.EmailChange": "source",
        "accounts.Erasure": "kind source",
        "accounts.User": "language",
        "orders.CustomerEvent": "source kind",
        "orders.OrderEvent": "kind source",
        "outbox.EmailMessage": "cause about template state language",
    },
    "the shop itself": {
        "accounts.SettingChange": "name before after source",
        "accounts.SpentChallenge": "nonce",
        "auth.Group": "name",
        "auth.Permission": "name codename",
        "backoffice.Books": "currency",
        "backoffice.Heartbeat": "name",
        "backoffice.IdempotencyRecord": "caller operation fingerprint",
        "backoffice.JobSlot": "job",
        "backoffice.MailText": "closing language opening template",
        "backoffice.ShopSettings": "kept",
        "contenttypes.ContentType": "app_label model",
    },
    "nothing: Django's tables, of which the shop has its own kind": {
        "admin.LogEntry": "object_id object_repr change_message",
        "sessions.Session": "session_key session_data",
    },
}
TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
)


def columns_of_text() -> dict[str, set[str]]:
    """Return by model every column that can hold what somebody wrote, of all apps."""
    return {
        model._meta.label: {field.name for field in model._meta.concrete_fields if _holds_text(field)}
        for model in apps.get_models(include_auto_created=True)
    }


def columns_known() -> dict[str, set[str]]:
    """Return by model the columns that are in a room, and those that are said to be about nobody."""
    known: dict[str, set[str]] = {}
    for held in (*(room.holds for room in ROOMS), *ABOUT_NOBODY.values()):
        for model, names in held.items():
            known.setdefault(model, set()).update(names.split())
    return known


def _holds_text(field: "models.Field[object, object]") -> bool:
    kept = field.output_field if isinstance(field, models.GeneratedField) else field
    # A file's field holds its path.
    return isinstance(kept, (*TEXTS, models.FileField, models.UUIDField))
