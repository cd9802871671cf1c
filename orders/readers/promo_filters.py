"""The filters of lists of promo codes and of promotions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from backoffice.db.search_text import holding, holding_all
from backoffice.db.search_words import words_of
from orders.models import Promotion
from orders.models.promo import PromoCodeQuerySet, normalised_code


@dataclass(frozen=True, slots=True)
class TermsFilter:
    """Filters of terms; None does not filter. Ranges of time include the beginning and not the end."""

    q: str | None = None
    kind: str | None = None
    starts_after: datetime | None = None
    starts_before: datetime | None = None
    ends_after: datetime | None = None
    ends_before: datetime | None = None

    def _lookups(self, prefix: str = "") -> dict[str, Any]:
        lookups = {
            "kind": self.kind,
            "starts_at__gte": self.starts_after,
            "starts_at__lt": self.starts_before,
            "ends_at__gte": self.ends_after,
            "ends_at__lt": self.ends_before,
        }
        return {f"{prefix}{lookup}": value for lookup, value in lookups.items() if value is not None}


@dataclass(frozen=True, slots=True)
class PromoCodeFilter(TermsFilter):
    """Filters of a list of codes; `q` has words of the code or of its promotion's name."""

    state: str | None = None

    def of(self, codes: PromoCodeQuerySet) -> PromoCodeQuerySet:
        for word in words_of(self.q or ""):
            named = holding(word, column="promotion__search_text")
            codes = codes.filter(Q(code__contains=normalised_code(word)) | named)
        if self.state is not None:
            codes = codes.in_state(self.state)
        return codes.filter(**self._lookups("promotion__"))


@dataclass(frozen=True, slots=True)
class PromotionFilter(TermsFilter):
    """Filters of a list; `q` has words of the name. A batch is a promotion with many generated codes."""

    is_batch: bool | None = None

    def of(self, promotions: QuerySet[Promotion]) -> QuerySet[Promotion]:
        promotions = promotions.filter(holding_all(self.q or ""))
        if self.is_batch is not None:
            promotions = promotions.filter(is_batch=self.is_batch)
        return promotions.filter(**self._lookups())
