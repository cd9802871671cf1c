"""Promo codes, for staff. Customers learn about a code through a quote alone."""

from dataclasses import fields as dataclass_fields
from dataclasses import replace

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.actors import Actor
from accounts.api.auth import require
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.api.pagination import FieldsQuery, Sorting, SortKey, asked_by, chosen_fields
from backoffice.db.transactions import write_transaction
from backoffice.errors import Stale
from backoffice.requests.json_reply import Reply, matched_version, rendered
from orders.api.promos.inputs import changed_terms, terms_sent
from orders.api.promos.schemas import (
    DuplicateIn,
    PromoCodeDetail,
    PromoCodeFilters,
    PromoCodeIn,
    PromoCodeList,
    PromoCodePatch,
)
from orders.models import PromoCode
from orders.promotions import (
    change_promo_code,
    create_promo_code,
    delete_promo_code,
    duplicate_promo_code,
    locked_promo_code,
    pause_promo_code,
    resume_promo_code,
    terms_of_promotion,
)
from orders.readers.promo_codes import (
    PROMO_CODE_DETAIL,
    PROMO_CODE_FIELDS,
    promo_code_columns,
    promo_code_reply,
    promo_codes_as_data,
    version_of,
    with_discount_given,
)
from orders.readers.promo_filters import PromoCodeFilter

promo_router = Router(tags=["Promo codes"])

SORTING = Sorting(
    "promo-codes",
    {
        "code": SortKey("code"),
        "created_at": SortKey("created_at"),
        "name": SortKey("promotion__name"),
        "kind": SortKey("promotion__kind"),
        "starts_at": SortKey("promotion__starts_at", is_nullable=True),
        "ends_at": SortKey("promotion__ends_at", is_nullable=True),
        "times_used": SortKey("times_used"),
    },
    usual="-created_at",
)
FILTER = tuple(field.name for field in dataclass_fields(PromoCodeFilter))


@promo_router.get(
    "",
    response=PromoCodeList,
    operation_id="list_promo_codes",
    summary="Promo codes",
    openapi_extra=asked_by(PROMO_CODE_FIELDS, SORTING),
)
def list_promo_codes(request: HttpRequest, filters: Query[PromoCodeFilters]) -> HttpResponse:
    """List single codes, the newest first. A code of a batch can only be read by itself."""
    reader = require(request, "orders.view_promocode")
    wanted = chosen_fields(filters.fields, PROMO_CODE_FIELDS)
    codes = with_discount_given(_filtered(filters), wanted, to=reader)
    page = SORTING.page(codes, filters, promo_code_columns(wanted))
    items = promo_codes_as_data(page.rows, wanted)
    return rendered(page.envelope(items) | {"currency": settings.SHOP_CURRENCY}).to(request)


@promo_router.post(
    "",
    response={201: PromoCodeDetail},
    operation_id="create_promo_code",
    summary="Create a promo code",
    openapi_extra=DOCUMENTED,
)
def create(request: HttpRequest, body: PromoCodeIn) -> HttpResponse:
    """Create a promotion with one code that takes off a percentage, perhaps capped, or a fixed amount."""
    actor = require(request, "orders.add_promocode")

    def run() -> Reply:
        made = create_promo_code(body.code, terms_sent(body), max_uses=body.max_uses, by=actor)
        return _created_reply(made, request.path, actor)

    return answer_once(request, body, run)


@promo_router.get(
    "/{code}",
    response=PromoCodeDetail,
    operation_id="get_promo_code",
    summary="One promo code",
    openapi_extra=asked_by(PROMO_CODE_DETAIL),
)
def get_promo_code(request: HttpRequest, code: str, query: Query[FieldsQuery]) -> HttpResponse:
    reader = require(request, "orders.view_promocode")
    return promo_code_reply(code, to=reader, fields=query.fields).to(request)


@promo_router.patch(
    "/{code}", response=PromoCodeDetail, operation_id="change_promo_code", summary="Change a promo code"
)
def change(request: HttpRequest, code: str, body: PromoCodePatch) -> HttpResponse:
    """Change only what is sent. Once used, kind and amounts are frozen: make another code."""
    actor = require(request, "orders.change_promocode")
    version = matched_version(request)

    @write_transaction
    def run() -> Reply:
        promo_code = _locked_version(code, version)
        changes = body.changes()
        is_paused = changes.pop("is_paused", None)
        max_uses = changes.pop("max_uses", promo_code.max_uses)
        terms = changed_terms(terms_of_promotion(promo_code.promotion), body)
        # Each code is paused by itself.
        terms = replace(terms, is_paused=promo_code.promotion.is_paused)
        change_promo_code(code, terms, max_uses=max_uses, by=actor)
        if is_paused is not None:
            _set_paused(code, is_paused, actor)
        return promo_code_reply(code, to=actor)

    return run().to(request)


@promo_router.delete(
    "/{code}",
    response={204: None},
    operation_id="delete_promo_code",
    summary="Delete a promo code",
)
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Delete a code that no order ever used. For a used code the answer is 409: pause it instead."""
    delete_promo_code(code, by=require(request, "orders.delete_promocode"))
    return HttpResponse(status=204)


@promo_router.post(
    "/{code}/duplicate",
    response={201: PromoCodeDetail},
    operation_id="duplicate_promo_code",
    summary="Duplicate a promo code",
    openapi_extra=DOCUMENTED,
)
def duplicate(request: HttpRequest, code: str, body: DuplicateIn) -> HttpResponse:
    """Create a code with the same terms, unused and not paused, whose amounts can still be changed."""
    actor = require(request, "orders.add_promocode")

    def run() -> Reply:
        made = duplicate_promo_code(code, new_code=body.code, by=actor)
        return _created_reply(made, reverse("api:list_promo_codes"), actor)

    return answer_once(request, body, run)


@promo_router.post(
    "/{code}/pause",
    response=PromoCodeDetail,
    operation_id="pause_promo_code",
    summary="Pause",
    openapi_extra=DOCUMENTED,
)
def pause(request: HttpRequest, code: str) -> HttpResponse:
    """Pause a code: it stops working at once."""
    return _set_paused_once(request, code, True)


@promo_router.post(
    "/{code}/resume",
    response=PromoCodeDetail,
    operation_id="resume_promo_code",
    summary="Resume",
    openapi_extra=DOCUMENTED,
)
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """Let a code work again, as far as its terms allow. A paused batch is not resumed by one of its codes."""
    return _set_paused_once(request, code, False)


def _created_reply(promo_code: PromoCode, path: str, actor: Actor) -> Reply:
    location = f"{path}/{promo_code.code}"
    return promo_code_reply(promo_code.code, to=actor, status=201, location=location)


def _set_paused_once(request: HttpRequest, code: str, is_paused: bool) -> HttpResponse:
    actor = require(request, "orders.change_promocode")

    def run() -> Reply:
        _set_paused(code, is_paused, actor)
        return promo_code_reply(code, to=actor)

    return answer_once(request, None, run)


def _set_paused(code: str, is_paused: bool, actor: Actor) -> None:
    (pause_promo_code if is_paused else resume_promo_code)(code, by=actor)


def _locked_version(code: str, version: str | None) -> PromoCode:
    """Return the code, locked until the transaction ends. Raises Stale when `version` is not its own."""
    held = locked_promo_code(code)
    present = version_of(held.promotion.updated_at, held.is_paused, held.max_uses)
    if version is not None and version != present:
        raise Stale(_("%(code)s was changed meanwhile. Look at it again.") % {"code": held.code})
    return held


def _filtered(filters: PromoCodeFilters) -> QuerySet[PromoCode]:
    narrowed = PromoCodeFilter(**{name: getattr(filters, name) for name in FILTER})
    return narrowed.of(PromoCode.objects.filter(promotion__is_batch=False))
