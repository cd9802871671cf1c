"""What is kept of one person: told to themselves and to staff, and erased by staff."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from accounts.api.auth import actor_of, caller_of, require
from accounts.customers import customer_named
from accounts.models import Customer
from backoffice.api.idempotency import DOCUMENTED, answer_once
from backoffice.db.primary_keys import LARGEST_KEY
from backoffice.requests.json_reply import Reply, rendered
from orders.api.customers import EXPORT, SEE
from orders.api.privacy_schemas import (
    ErasedOut,
    EraseIn,
    ErasurePlanOut,
    ErasureRequest,
    ErasureRequested,
    PersonalData,
)
from orders.privacy.asking import ask_to_be_erased, stay_after_all
from orders.privacy.erasing import erase_customer, refuse_unless_named
from orders.privacy.handing_out import hand_out
from orders.privacy.plan import done_as_data, plan_as_data, plan_erasure
from orders.privacy.told import person_of_user, tell_person

own_data_router = Router(tags=["Users"])
person_router = Router(tags=["Customers"])
ERASE = "accounts.erase_customer"


@own_data_router.get(
    "/me/data.json",
    response=PersonalData,
    operation_id="get_my_data",
    summary="Everything that is kept of oneself",
)
def get_my_data(request: HttpRequest) -> HttpResponse:
    """Machine-readable, as GDPR Art. 20 asks for. Colleagues' names are not in it."""
    return _private(rendered(tell_person(person_of_user(caller_of(request))).content)).to(request)


@own_data_router.post(
    "/me/erasure",
    response={202: ErasureRequested},
    operation_id="ask_to_be_erased",
    summary="Ask to be erased",
)
def ask(request: HttpRequest, body: ErasureRequest) -> HttpResponse:
    """Asks for the password. Nothing is erased at once: staff see to it, within a month as the law says."""
    asked = ask_to_be_erased(caller_of(request), password=body.password, by=actor_of(request))
    return rendered({"erasure_asked_at": asked.erasure_asked_at}, status=202).to(request)


@own_data_router.delete(
    "/me/erasure",
    response=ErasureRequested,
    operation_id="stay_after_all",
    summary="Take back that one asked to be erased",
)
def stay(request: HttpRequest) -> HttpResponse:
    asked = stay_after_all(caller_of(request), by=actor_of(request))
    return rendered({"erasure_asked_at": asked.erasure_asked_at}).to(request)


@person_router.get(
    "/{int:customer_id}/data.json",
    response=PersonalData,
    operation_id="get_data_of_customer",
    summary="Everything that is kept of one customer",
)
def get_data(request: HttpRequest, customer_id: int) -> HttpResponse:
    """For whoever asks what the shop knows of them. It is noted in the customer's history."""
    by = require(request, EXPORT)
    by.require(SEE)
    return _private(rendered(hand_out(_customer(customer_id), by=by).content)).to(request)


@person_router.post(
    "/{int:customer_id}/erase/plan",
    response=ErasurePlanOut,
    operation_id="plan_erasure",
    summary="See what erasing a customer would do",
)
def plan(request: HttpRequest, customer_id: int) -> HttpResponse:
    """What goes, what stays and why. Nothing is written. `problems` say why it could not be done."""
    require(request, ERASE).require(SEE)
    return rendered(plan_as_data(plan_erasure(_customer(customer_id)))).to(request)


@person_router.post(
    "/{int:customer_id}/erase",
    response=ErasedOut,
    operation_id="erase_customer",
    summary="Erase a customer for good",
    openapi_extra=DOCUMENTED,
)
def erase(request: HttpRequest, customer_id: int, body: EraseIn) -> HttpResponse:
    """The books stay as they are, without a name. It cannot be undone."""
    by = require(request, ERASE)
    by.require(SEE)

    def run() -> Reply:
        customer = _customer(customer_id)
        refuse_unless_named(customer, body.confirm)
        return rendered(done_as_data(erase_customer(customer, by=by, digest=body.digest)))

    return answer_once(request, body, run)


def _private(reply: Reply) -> Reply:
    """Let nothing on the way, nor a browser, keep it."""
    return Reply(reply.status, reply.body, {**reply.headers, "Cache-Control": "no-store"})


def _customer(customer_id: int) -> Customer:
    return customer_named(str(min(customer_id, LARGEST_KEY)))
