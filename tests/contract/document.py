"""The OpenAPI document as Schemathesis reads it, and the checks that an answer keeps to it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.generation.drivers import CoverageGenerator
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.generation.overrides import Override
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backoffice.api.application import api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
schema.app = get_wsgi_application()


def operations() -> list[Any]:
    """Every operation as a parameter of a test, under its id."""
    found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    return [pytest.param(each, id=operation_id(each)) for each in found]


def operation_id(operation: Any) -> str:
    told: str = operation.definition.raw["operationId"]
    return told


def boundaries(operation: Any) -> Iterable[Any]:
    """Requests at both sides of each limit of the schema, and by methods and media types it does not know."""
    return CoverageGenerator(
        operation=operation,
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=schema.config.generation_for(operation=operation, phase="coverage"),
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
    )


def answered(case: Any, headers: dict[str, str]) -> Any:
    """The answer to this request, which must be as documented; nothing that it changed is kept."""
    attempt = transaction.atomic()
    # As in a TestCase: the use cases insist on being outermost.
    attempt._from_testcase = True  # type: ignore[attr-defined]
    with attempt:
        response = case.call(headers=headers)
        transaction.set_rollback(True)
    case.validate_response(response, checks=CHECKS, headers=headers)
    return response


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests share the test's connection: Django would close it at the beginning and end of each."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
