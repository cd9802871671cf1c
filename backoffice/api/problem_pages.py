"""The pages that a problem's “type” leads to: what it means and what to do, for a client's developer."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from backoffice.api.problems import STATUS, STATUS_CODES, problem_type
from backoffice.errors import Kind, Refusal
from backoffice.shop.in_force import shown

KEPT_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Advice:
    meaning: str | Promise
    what_to_do: str | Promise


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """One code; it comes with more than one status where rules of several kinds share it."""

    type: str
    code: str
    title: str
    statuses: tuple[int, ...]
    meaning: str
    what_to_do: str


OF_KIND = {
    Kind.INVALID: Advice(
        gettext_lazy(
            "The request breaks a rule; sent again unchanged it will be refused again. Nothing was done."
        ),
        gettext_lazy(
            "Correct the places that “errors” names: “in” tells the part of the request, "
            "“pointer” where in it."
        ),
    ),
    Kind.NOT_AUTHENTICATED: Advice(
        gettext_lazy(
            "Nobody knows who is asking: no token, one that has ended, or wrong credentials. "
            "Nothing was done."
        ),
        gettext_lazy(
            "Fetch a new access token, by POST /api/v1/auth/refresh or by signing in, and send it again."
        ),
    ),
    Kind.FORBIDDEN: Advice(
        gettext_lazy("Whoever is signed in may not do this. Nothing was done."),
        gettext_lazy("Show “detail” to the user; another token of the same user will not help."),
    ),
    Kind.NOT_FOUND: Advice(
        gettext_lazy("There is no such thing, or it is not this user's to see."),
        gettext_lazy("Check what the URL or the named field says; do not repeat the request unchanged."),
    ),
    Kind.CONFLICT: Advice(
        gettext_lazy(
            "The request is right in itself, but the shop is in another state than it needs. "
            "Nothing was done."
        ),
        gettext_lazy("Read the thing again, look at “errors” for the facts, and decide anew."),
    ),
    Kind.STALE: Advice(
        gettext_lazy("Somebody changed it since your “If-Match” was read. Nothing was done."),
        gettext_lazy("Read it again, apply the change to what you find, and send it with the new ETag."),
    ),
    Kind.TOO_LARGE: Advice(
        gettext_lazy("The request is larger than is accepted. It was not read."),
        gettext_lazy("Send less at once: a body may have 1 MB, an uploaded file 20 MB."),
    ),
    Kind.THROTTLED: Advice(
        gettext_lazy("Too many requests in too short a time. Nothing was done."),
        gettext_lazy("Wait as many seconds as “Retry-After” says; the RateLimit headers tell what is left."),
    ),
    Kind.BUSY: Advice(
        gettext_lazy("The shop cannot do it at this moment."),
        gettext_lazy(
            "Wait as many seconds as “Retry-After” says and send the same again, with the same "
            "Idempotency-Key."
        ),
    ),
}
OF_STATUS = {
    400: Advice(
        gettext_lazy("The body or the address could not be read."),
        gettext_lazy("Send JSON in UTF-8, or a form with its file."),
    ),
    405: Advice(
        gettext_lazy("The address is known, the method is not."),
        gettext_lazy("Use one of those that the “Allow” header names."),
    ),
    500: Advice(
        gettext_lazy("Something of ours is broken; what it was is in our log."),
        gettext_lazy("Send the same again with the same Idempotency-Key, and tell us the “request_id”."),
    ),
}


def known_problems() -> dict[str, KnownProblem]:
    """Return every refusal that this process knows, by code in alphabetical order."""
    found: dict[str, KnownProblem] = {}
    refusals: list[type[Refusal]] = [Refusal, *_below(Refusal)]
    for refusal in refusals:
        for code in (refusal.code, *refusal.other_codes):
            _note(found, code, str(refusal.title), STATUS[refusal.kind], OF_KIND[refusal.kind])
    for status, advice in OF_STATUS.items():
        phrase = HTTPStatus(status).phrase
        _note(found, STATUS_CODES.get(status) or phrase.lower().replace(" ", "_"), phrase, status, advice)
    return dict(sorted(found.items()))


def _below(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    for each in refusal.__subclasses__():
        yield each
        yield from _below(each)


def _note(found: dict[str, KnownProblem], code: str, title: str, status: int, advice: Advice) -> None:
    known = found.get(code)
    if known is None:
        found[code] = KnownProblem(
            problem_type(code), code, title, (status,), str(advice.meaning), str(advice.what_to_do)
        )
    elif status not in known.statuses:
        statuses = tuple(sorted((*known.statuses, status)))
        found[code] = replace(known, statuses=statuses)


@csrf_exempt
@require_safe
def all_problems(request: HttpRequest) -> HttpResponse:
    problems = list(known_problems().values())
    return _problem_answer(
        request, problems, {"items": [asdict(each) for each in problems]}, title=_("Problems")
    )


@csrf_exempt
@require_safe
def one_problem(request: HttpRequest, code: str) -> HttpResponse:
    problem = known_problems().get(code)
    if problem is None:
        raise Http404
    return _problem_answer(request, [problem], asdict(problem), title=problem.title)


def _problem_answer(
    request: HttpRequest, problems: list[KnownProblem], content: dict[str, Any], *, title: str
) -> HttpResponse:
    response: HttpResponse
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        context: dict[str, Any] = {"problems": problems, "title": title, "shop_name": shown().name}
        response = render(request, "backoffice/problems.html", context)
    else:
        response = JsonResponse(content)
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response["Vary"] = "Accept"
    return response
