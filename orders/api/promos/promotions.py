"""Promotions with all their codes, for staff: batches generated and handed out, terms changed and paused."""

from dataclasses import fields as dataclass_fields

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.api.auth import require
from accounts.history import record_export
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import FieldsQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.primary_keys import LARGEST_KEY
from backoffice.db.transactions import write_transaction
from backoffice.errors import Stale
from backoffice.requests.json_reply import Reply, matched_version, rendered
from backoffice.sheets.csv_lines import CSV_TYPE
from orders.api.promos.inputs import changed_terms, terms_sent
from orders.api.promos.schemas import (
    CodesOfPromotionFilters,
    CodesOfPromotionList,
    GenerateIn,
    PromotionFilters,
    PromotionList,
    PromotionOut,
    PromotionPatch,
)
from orders.models import PromoCode, Promotion
from orders.models.promo import normalised_code
from orders.promotions import (
    CodeShape,
    change_promotion,
    generate_batch,
    locked_promotion,
    pause_promotion,
    promo_codes_csv,
    promotion_numbered,
    resume_promotion,
    terms_of_promotion,
)
from orders.readers.promo_codes import promo_code_columns, promo_codes_as_data, with_discount_given
from orders.readers.promo_filters import PromotionFilter
from orders.readers.promotions import (
    PROMOTION_DETAIL,
    PROMOTION_FIELDS,
    promotion_columns,
    promotion_reply,
    promotions_as_data,
    version_of,
)

promotions_router = Router(tags=["Promotions"])

CODE_FIELDS = ("code", "state", "is_paused", "max_uses", "times_used", "discount_given", "created_at")
SORTING = Sorting(
    "promotions",
    {
        "created_at": SortKey("created_at"),
        "name": SortKey("name"),
        "starts_at": SortKey("starts_at", is_nullable=True),
        "ends_at": SortKey("ends_at", is_nullable=True),
    },
    usual="-created_at",
)
CODE_SORTING = Sorting(
    "promotion-codes", {"code": SortKey("code"), "times_used": SortKey("times_used")}, usual="code"
)
FILTER = tuple(field.name for field in dataclass_fields(PromotionFilter))


@promotions_router.post(
    "/promo-codes/generate",
    response={201: PromotionOut},
    operation_id="generate_promo_codes",
    summary="Generate a batch of promo codes",
    openapi_extra=DOCUMENTED,
)
def generate(request: HttpRequest, body: GenerateIn) -> HttpResponse:
    """Generate unique codes that nobody can guess, with the same terms. Download them from …/codes.csv."""
    actor = require(request, "orders.add_promotion")

    def run() -> Reply:
        shape = CodeShape(prefix=body.prefix, length=body.length)
        terms = terms_sent(body)
        made = generate_batch(body.count, terms, by=actor, shape=shape, max_uses=body.max_uses)
        location = f"{reverse('api:list_promotions')}/{made.pk}"
        return promotion_reply(made.pk, to=actor, status=201, location=location)

    return answer_once(request, body, run)


@promotions_router.get(
    "/promotions",
    response=PromotionList,
    operation_id="list_promotions",
    summary="Promotions",
    openapi_extra=asked_by(PROMOTION_FIELDS, SORTING),
)
def list_promotions(request: HttpRequest, filters: Query[PromotionFilters]) -> HttpResponse:
    """List promotions, the newest first. `is_batch` leaves only batches, or only those with one code."""
    require(request, "orders.view_promotion")
    wanted = chosen_fields(filters.fields, PROMOTION_FIELDS)
    narrowed = PromotionFilter(**{name: getattr(filters, name) for name in FILTER})
    page = SORTING.page(narrowed.of(Promotion.objects.all()), filters, promotion_columns(wanted))
    items = promotions_as_data(page.rows, wanted)
    return rendered(page.envelope(items) | {"currency": settings.SHOP_CURRENCY}).to(request)


@promotions_router.get(
    "/promotions/{int:promotion_id}",
    response=PromotionOut,
    operation_id="get_promotion",
    summary="One promotion",
    openapi_extra=asked_by(PROMOTION_DETAIL),
)
def get_promotion(request: HttpRequest, promotion_id: int, query: Query[FieldsQuery]) -> HttpResponse:
    """Show a promotion's terms, how far its codes are used up, and what it brought and cost."""
    actor = require(request, "orders.view_promotion")
    return promotion_reply(_number_in_range(promotion_id), to=actor, fields=query.fields).to(request)


@promotions_router.patch(
    "/promotions/{int:promotion_id}",
    response=PromotionOut,
    operation_id="change_promotion",
    summary="Change a promotion",
)
def change(request: HttpRequest, promotion_id: int, body: PromotionPatch) -> HttpResponse:
    """Change the terms of all codes where something is sent. Once used, kind and amounts are frozen."""
    actor = require(request, "orders.change_promotion")
    version = matched_version(request)

    @write_transaction
    def run() -> Reply:
        held = locked_promotion(_number_in_range(promotion_id))
        if version is not None and version != version_of(held):
            raise Stale(_("%(name)s was changed meanwhile. Look at it again.") % {"name": held.name})
        change_promotion(held.pk, changed_terms(terms_of_promotion(held), body), by=actor)
        return promotion_reply(held.pk, to=actor)

    return run().to(request)


@promotions_router.post(
    "/promotions/{int:promotion_id}/pause",
    response=PromotionOut,
    operation_id="pause_promotion",
    summary="Pause all codes",
    openapi_extra=DOCUMENTED,
)
def pause(request: HttpRequest, promotion_id: int) -> HttpResponse:
    """Pause all codes: they stop working at once."""
    actor = require(request, "orders.change_promotion")

    def run() -> Reply:
        pause_promotion(_number_in_range(promotion_id), by=actor)
        return promotion_reply(promotion_id, to=actor)

    return answer_once(request, None, run)


@promotions_router.post(
    "/promotions/{int:promotion_id}/resume",
    response=PromotionOut,
    operation_id="resume_promotion",
    summary="Resume all codes",
    openapi_extra=DOCUMENTED,
)
def resume(request: HttpRequest, promotion_id: int) -> HttpResponse:
    """Let the codes work again, as far as the terms allow, except those that are paused alone."""
    actor = require(request, "orders.change_promotion")

    def run() -> Reply:
        resume_promotion(_number_in_range(promotion_id), by=actor)
        return promotion_reply(promotion_id, to=actor)

    return answer_once(request, None, run)


@promotions_router.get(
    "/promotions/{int:promotion_id}/codes",
    response=CodesOfPromotionList,
    operation_id="list_codes_of_promotion",
    summary="A promotion's codes",
    openapi_extra=asked_by(CODE_FIELDS, CODE_SORTING),
)
def list_codes(
    request: HttpRequest, promotion_id: int, filters: Query[CodesOfPromotionFilters]
) -> HttpResponse:
    reader = require(request, "orders.view_promocode")
    codes = promotion_numbered(_number_in_range(promotion_id)).codes.all()
    if filters.q:
        codes = codes.filter(code__startswith=normalised_code(filters.q))
    if filters.state is not None:
        codes = codes.in_state(filters.state)
    wanted = chosen_fields(filters.fields, CODE_FIELDS)
    priced = with_discount_given(codes, wanted, to=reader)
    page = CODE_SORTING.page(priced, filters, promo_code_columns(wanted))
    items = promo_codes_as_data(page.rows, wanted)
    return rendered(page.envelope(items) | {"currency": settings.SHOP_CURRENCY}).to(request)


@promotions_router.get(
    "/promotions/{int:promotion_id}/codes.csv",
    response={200: None},
    operation_id="download_codes_of_promotion",
    summary="A promotion's codes as a file",
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    },
)
def download_codes(request: HttpRequest, promotion_id: int) -> StreamingHttpResponse:
    """Download all codes with their terms, streamed while they are read. For those who may make codes."""
    by = require(request, "orders.add_promotion")
    codes = _codes_of(promotion_id)
    record_export("promo_codes", promotion=promotion_id, by=by)
    headers = {"Content-Disposition": f'attachment; filename="promotion-{promotion_id}-codes.csv"'}
    return StreamingHttpResponse(promo_codes_csv(codes), content_type=CSV_TYPE, headers=headers)


def _codes_of(promotion_id: int) -> QuerySet[PromoCode]:
    return PromoCode.objects.filter(promotion=promotion_numbered(_number_in_range(promotion_id)))


def _number_in_range(promotion_id: int) -> int:
    """Limit the number to what the databases take; no promotion has a larger one."""
    return min(promotion_id, LARGEST_KEY)
