"""Promotions and their codes: made, changed, paused, ended, measured. Using them is orders/redemption.py."""

from orders.promotions.backtesting import Backtest, backtest
from orders.promotions.batches import (
    CodeShape,
    UnknownPromotion,
    change_promotion,
    end_promotion,
    generate_batch,
    pause_promotion,
    promotion_numbered,
    resume_promotion,
)
from orders.promotions.codes import (
    PartOfBatch,
    PromoCodeTaken,
    PromoCodeUsed,
    UnknownPromoCode,
    change_promo_code,
    create_promo_code,
    delete_promo_code,
    duplicate_promo_code,
    end_promo_code,
    locked_promo_code,
    pause_promo_code,
    promo_code_named,
    resume_promo_code,
)
from orders.promotions.expiry import expire_ended_promotions
from orders.promotions.figures import CodesUsed, PromoFigures, codes_used, promo_figures, uses_by_day
from orders.promotions.terms import FROZEN_ONCE_USED, PromoFrozen, PromotionTerms, terms_of_promotion

__all__ = [
    "FROZEN_ONCE_USED",
    "Backtest",
    "CodeShape",
    "CodesUsed",
    "PartOfBatch",
    "PromoCodeTaken",
    "PromoCodeUsed",
    "PromoFigures",
    "PromoFrozen",
    "PromotionTerms",
    "UnknownPromoCode",
    "UnknownPromotion",
    "backtest",
    "change_promo_code",
    "change_promotion",
    "codes_used",
    "create_promo_code",
    "delete_promo_code",
    "duplicate_promo_code",
    "end_promo_code",
    "end_promotion",
    "expire_ended_promotions",
    "generate_batch",
    "locked_promo_code",
    "pause_promo_code",
    "pause_promotion",
    "promo_code_named",
    "promo_figures",
    "promotion_numbered",
    "resume_promo_code",
    "resume_promotion",
    "terms_of_promotion",
    "uses_by_day",
]
