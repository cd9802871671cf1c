"""Rows that all tests of a module find, made once; what a test does to them is undone after it, as ever."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def built_once[Built](blocker: DjangoDbBlocker, build: Callable[[], Built]) -> Iterator[Built]:
    """Hold a transaction around those of the tests, which become savepoints; none may ask for a real one."""
    around = transaction.atomic()
    # As those of tests, which allow what has to be the outermost transaction of a running shop.
    around._from_testcase = True  # type: ignore[attr-defined]
    with blocker.unblock():
        around.__enter__()
        built = build()
    yield built
    with blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)
