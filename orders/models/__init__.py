from orders.models.customer_event import CustomerEvent, CustomerEventKind
from orders.models.event import EventKind, OrderEvent
from orders.models.fulfilment import (
    Cancellation,
    CancellationLine,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
)
from orders.models.order import Order, Origin
from orders.models.order_line import OrderLine
from orders.models.payment_import import PaymentImport, PaymentImportRow, PaymentOutcome
from orders.models.payments import (
    Allowance,
    AllowanceLine,
    PaymentClaim,
    PaymentEntry,
    PaymentKind,
    PaymentMethod,
)
from orders.models.promo import (
    PromoCode,
    PromoState,
    Promotion,
    PromotionCategory,
    PromotionEvent,
    PromotionKind,
    PromotionProduct,
    Redemption,
    RedemptionState,
)

__all__ = [
    "Allowance",
    "AllowanceLine",
    "Cancellation",
    "CancellationLine",
    "CustomerEvent",
    "CustomerEventKind",
    "EventKind",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Origin",
    "PaymentClaim",
    "PaymentEntry",
    "PaymentImport",
    "PaymentImportRow",
    "PaymentKind",
    "PaymentMethod",
    "PaymentOutcome",
    "PromoCode",
    "PromoState",
    "Promotion",
    "PromotionCategory",
    "PromotionEvent",
    "PromotionKind",
    "PromotionProduct",
    "Redemption",
    "RedemptionState",
    "Return",
    "ReturnLine",
    "Shipment",
    "ShipmentLine",
]
