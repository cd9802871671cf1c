from collections.abc import Iterator
from copy import deepcopy

import pytest
from pytest_django import DjangoDbBlocker

from tests.built_once import built_once
from tests.contract.shop import Shop, open_shop


@pytest.fixture(scope="module")
def _opened_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    with built_once(django_db_blocker, open_shop) as shop:
        yield shop


@pytest.fixture
def opened_shop(_opened_shop: Shop, db: None) -> Shop:
    """The shop of the module; what a test does to its accounts and its order stays its own."""
    return deepcopy(_opened_shop)
