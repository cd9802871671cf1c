"""Making, changing, pausing, ending and measuring promotions and their codes; `redemption` uses them."""

from orders.promotions.backtesting import Backtest, backtest, backtest_promo_code
from orders.promotions.batches import CodeShape, generate_batch, refuse_impossible_batch
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
from orders.promotions.figures import (
    CodesUsed,
    PromoFigures,
    codes_used,
    codes_used_of,
    promo_figures,
    promotion_state,
    uses_by_day,
)
from orders.promotions.promo_export import promo_codes_csv, write_promo_codes_workbook
from orders.promotions.promo_file import PromoFile, read_promo_file
from orders.promotions.promo_import import (
    import_promo_codes,
    plan_promo_codes,
    rejected_promo_codes_csv,
)
from orders.promotions.promotion import (
    UnknownPromotion,
    change_promotion,
    end_promotion,
    locked_promotion,
    pause_promotion,
    promotion_numbered,
    resume_promotion,
)
from orders.promotions.restriction import (
    Restriction,
    UnclearRestriction,
    category_ids,
    product_ids,
    restriction_said,
)
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
    "PromoFile",
    "PromoFrozen",
    "PromotionTerms",
    "Restriction",
    "UnclearRestriction",
    "UnknownPromoCode",
    "UnknownPromotion",
    "backtest",
    "backtest_promo_code",
    "category_ids",
    "change_promo_code",
    "change_promotion",
    "codes_used",
    "codes_used_of",
    "create_promo_code",
    "delete_promo_code",
    "duplicate_promo_code",
    "end_promo_code",
    "end_promotion",
    "expire_ended_promotions",
    "generate_batch",
    "import_promo_codes",
    "locked_promo_code",
    "locked_promotion",
    "pause_promo_code",
    "pause_promotion",
    "plan_promo_codes",
    "product_ids",
    "promo_code_named",
    "promo_codes_csv",
    "promo_figures",
    "promotion_numbered",
    "promotion_state",
    "read_promo_file",
    "refuse_impossible_batch",
    "rejected_promo_codes_csv",
    "restriction_said",
    "resume_promo_code",
    "resume_promotion",
    "terms_of_promotion",
    "uses_by_day",
    "write_promo_codes_workbook",
]
