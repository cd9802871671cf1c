"""Schemathesis sends every operation what its schema allows and what it does not, as anybody might.

Each operation gets the boundaries of its parameters and its body from a manager, and random requests from
nobody, a customer and the manager: the same in every run, shared out between the databases. `make fuzz` sends
everything to both, FUZZ_EXAMPLES random requests among it, others each time.
"""

import logging
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from accounts.tokens.refresh import issue_pair
from tests.contract.document import answered, boundaries, one_connection, operations
from tests.contract.shop import Shop
from tests.factories import make_user

FUZZ_EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
bounded = settings(
    max_examples=int(FUZZ_EXAMPLES or 5),
    derandomize=FUZZ_EXAMPLES is None,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


class Callers:
    """Nobody, a customer and a manager, in a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        users = {"customer": self.shop.ada, "manager": make_user(role="Manager")}
        self.headers = {
            name: {"Authorization": f"Bearer {issue_pair(user).access}"} for name, user in users.items()
        }

    def send(self, case: Any, *, by: str) -> None:
        _aim(case, self.shop)
        answered(case, self.headers.get(by, {}))


def _aim(case: Any, shop: Shop) -> None:
    """At what exists, unless a bad path is the point: a made-up one would find nothing but 404."""
    parts = case.meta.components.items() if case.meta else ()
    bad = {location.value for location, part in parts if part.mode is GenerationMode.NEGATIVE}
    known = shop.parameters(case.path)
    if known and "path" not in bad:
        case.path_parameters.update(known)


@pytest.fixture
def callers(opened_shop: Shop) -> Iterator[Callers]:
    logging.disable(logging.WARNING)
    with one_connection():
        yield Callers(opened_shop)
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("operation", operations())
def test_an_operation_refuses_what_is_out_of_bounds_and_answers_as_documented(
    operation: Any, callers: Callers
) -> None:
    cases = list(boundaries(operation))
    # Most are refused before a database is asked: each takes every second one.
    share = cases if FUZZ_EXAMPLES else cases[connection.vendor == "sqlite" :: 2]
    assert share
    for case in share:
        callers.send(case, by="manager")


@pytest.mark.parametrize("operation", operations())
def test_an_operation_answers_anything_that_anybody_sends_as_documented(
    operation: Any, callers: Callers
) -> None:
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)

    @bounded
    @given(
        case=st.one_of(*(operation.as_strategy(mode) for mode in modes)),
        by=st.sampled_from(["nobody", "customer", "manager"]),
    )
    def send(case: Any, by: str) -> None:
        callers.send(case, by=by)

    send()
