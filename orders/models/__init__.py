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
from orders.models.order import Order, OrderLine, Origin
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
    "Cancellation",
    "CancellationLine",
    "CustomerEvent",
    "CustomerEventKind",
    "EventKind",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Origin",
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
