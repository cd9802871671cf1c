"""The OpenAPI document: what ninja derives, and what is the same for every operation said once."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal

from django.conf import settings
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel, ConfigDict, Field

from backoffice.api import problems
from backoffice.api.pagination import MAX_SORT_KEYS

ANYBODY = "OptionalBearer"
OF_DECIMALS = ("decimal_places", "max_digits", "ge", "gt", "le", "lt")
METHODS = ("get", "post", "patch", "put", "delete")


class ProblemError(BaseModel):
    """One failing item. Further members tell facts, such as `wanted` and `available`."""

    model_config = ConfigDict(extra="allow")

    source: Literal["body", "query", "path", "header"] = Field(
        alias="in", description="The part of the request."
    )
    pointer: str = Field(description="RFC 6901 pointer to the place in it.")
    code: str
    detail: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = Field(description="What to do, for a person.")
    code: str = Field(description="Stable, for a program.")
    instance: str
    request_id: str
    errors: list[ProblemError]


EXAMPLES = {
    400: ("bad_request", "Bad Request", "The body is not valid JSON: Expecting value in line 1, column 1."),
    401: ("not_authenticated", "Sign in first", "Send an access token: Authorization: Bearer …"),
    403: ("forbidden", "Not allowed", "Your role does not allow this. Ask a manager."),
    404: ("not_found", "Not found", "There is nothing at this URL."),
    409: ("insufficient_stock", "Not enough stock", "Only 3 of 71053 are available; 5 were asked for."),
    412: ("stale", "Somebody changed it meanwhile", "B-100042 was changed meanwhile. Look at it again."),
    413: ("too_large", "Too large", "The body may have 1 MB, an uploaded file 20 MB."),
    422: (
        "validation",
        "The input is not valid",
        "lines/0/quantity: Input should be greater than or equal to 1",
    ),
    429: ("throttled", "Too many requests", "Too many requests. Try again in 12 seconds."),
    500: (
        "internal_error",
        "Internal Server Error",
        "Something went wrong on our side. Tell us the request_id.",
    ),
    503: ("busy", "Busy at the moment", "The shop is very busy; nothing was written. Try again."),
}


ERROR = {
    "in": "body",
    "pointer": "/lines/0/quantity",
    "code": "greater_than_equal",
    "detail": "Input should be greater than or equal to 1",
}

IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an earlier answer: 304 without a body while it is still good.",
    "schema": {"type": "string"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what is being changed: 412 when somebody else has changed it since.",
    "schema": {"type": "string"},
}
NOT_MODIFIED = {"description": "What If-None-Match names is still good."}


class DocumentedAPI(NinjaAPI):
    """Its OpenAPI document names the error bodies of every operation."""

    @cached_property
    def document(self) -> OpenAPISchema:
        document = super().get_openapi_schema()
        components = document["components"]
        components.setdefault("schemas", {}).update(_problem_schemas())
        components["responses"] = {_name(status): _response(status) for status in EXAMPLES}
        components.get("securitySchemes", {}).pop(ANYBODY, None)
        _tell_constraints(document)
        document["servers"] = [{"url": settings.SHOP_URL}]
        document["tags"] = [
            {"name": name}
            for name in dict.fromkeys(tag for each in _operations(document) for tag in each[2]["tags"])
        ]
        for path, method, operation in _operations(document):
            _complete(path, method, operation)
            for parameter in operation.get("parameters", []):
                _tidy(parameter)
            if _name_what_may_be_asked(operation):
                _allow_parts(operation, components["schemas"])
        return document

    def titled(self, title: str) -> dict[str, Any]:
        """Return the document with this title, for the shop's name may change."""
        return {**self.document, "info": {**self.document["info"], "title": title}}

    def get_openapi_schema(self, **_: Any) -> OpenAPISchema:
        return self.document


def _operations(document: OpenAPISchema) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                item[method].setdefault("tags", ["Other"])
                yield path, method, item[method]


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    # Said of public ones too: left out, generators take it for "not told" and ask for a token.
    security = operation.setdefault("security", [])
    if any(ANYBODY in each for each in security):
        operation["security"] = [{}, {"Bearer": []}]
    if method == "get" and "application/json" in operation["responses"][200].get("content", {}):
        operation.setdefault("parameters", []).append(IF_NONE_MATCH)
        operation["responses"][304] = NOT_MODIFIED
    if method == "patch":
        operation.setdefault("parameters", []).append(IF_MATCH)
    operation["responses"] = {str(status): told for status, told in operation["responses"].items()}
    for status in _errors_of(path, method, operation):
        operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{_name(status)}"})


def _tidy(parameter: dict[str, Any]) -> None:
    """Keep null out of a parameter that may be left out, and give it one `example`, which needs no name."""
    schema = parameter["schema"]
    alternatives = [each for each in schema.pop("anyOf", []) if each != {"type": "null"}]
    if len(alternatives) == 1:
        schema |= alternatives[0]
    elif alternatives:
        schema["anyOf"] = alternatives
    for example in parameter.pop("examples", [])[:1]:
        parameter["example"] = example


def _tell_constraints(part: Any) -> None:
    """JSON Schema has no words for a decimal's limits: those of pydantic are put into a sentence."""
    if isinstance(part, dict):
        if (places := part.get("decimal_places")) is not None:
            told = f"A decimal of at most {places} places, as a string or number."
            if places == 0:
                told = "A whole number, as a string or number."
            part["description"] = f"{part.get('description', '')} {told}".strip()
            for name in OF_DECIMALS:
                part.pop(name, None)
        for each in part.values():
            _tell_constraints(each)
    elif isinstance(part, list):
        for each in part:
            _tell_constraints(each)


def _name_what_may_be_asked(operation: dict[str, Any]) -> bool:
    """List the values of `fields` and `ordering`; return whether the operation takes `fields`."""
    takes_fields = False
    for parameter in operation.get("parameters", []):
        names = operation.pop(f"x-{parameter['name']}", None)
        if names is not None:
            sign, more = (
                ("-?", f"{{0,{MAX_SORT_KEYS - 1}}}") if parameter["name"] == "ordering" else ("", "*")
            )
            name = f"{sign}({'|'.join(names)})"
            parameter["schema"] = {"type": "string", "pattern": f"^{name}(,{name}){more}$"}
            parameter["description"] += f" Of {', '.join(names)}."
            parameter["example"] = ",".join(names[:2])
            takes_fields = takes_fields or parameter["name"] == "fields"
    return takes_fields


def _allow_parts(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Make every field of the answer, or of a list's items, optional: `fields` may leave out any of them."""
    content = operation["responses"]["200"]["content"]["application/json"]
    whole = content["schema"]["$ref"].rpartition("/")[2]
    content["schema"] = {"$ref": f"#/components/schemas/{_part_of(whole, schemas)}"}


def _part_of(whole: str, schemas: dict[str, Any]) -> str:
    part = f"{whole}Part"
    schema = deepcopy(schemas[whole])
    items = schema["properties"].get("items", {}).get("items")
    if items:
        items["$ref"] = f"#/components/schemas/{_part_of(items['$ref'].rpartition('/')[2], schemas)}"
    else:
        schema.pop("required", None)
    schemas[part] = schema | {"title": part}
    return part


def _errors_of(path: str, method: str, operation: dict[str, Any]) -> list[int]:
    statuses = [422, 429, 500, 503]
    if operation.get("security"):
        statuses += [401, 403]
    if "{" in path:
        statuses.append(404)
    if method != "get":
        statuses += [404, 409, 412, 413]
    if "requestBody" in operation:
        statuses.append(400)
    return sorted(set(statuses))


def _name(status: int) -> str:
    return HTTPStatus(status).name.title().replace("_", "")


def _response(status: int) -> dict[str, Any]:
    code, title, detail = EXAMPLES[status]
    example = {
        "type": problems.problem_type(code),
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": "/api/v1/orders",
        "request_id": "3f2a9c0e5d7b4b6f",
        "errors": [ERROR] if status == HTTPStatus.UNPROCESSABLE_ENTITY else [],
    }
    return {
        "description": HTTPStatus(status).phrase,
        "content": {
            problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
