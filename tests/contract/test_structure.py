"""The house keeps its shape: short functions, few modules in a place, imports one way, mirrored tests."""

import re
import statistics
from pathlib import Path

import pytest

from tests.contract.structure import APPS, ROOT, House

pytestmark = pytest.mark.once

HOUSE = House()
DOORS = {"admin", "api"}
# Proved by more than one module's tests, each named here.
PROVED_ELSEWHERE: dict[str, str] = {
    "accounts.privacy.account": "tests/orders/privacy/test_erasing.py",
    "accounts.privacy.person": "tests/orders/privacy/test_told.py",
    "accounts.privacy.traces": "tests/orders/privacy/test_erasing.py",
    "orders.payments.details": "tests/orders/payments/test_recording.py",
    "orders.payments.ledger": "tests/orders/payments/test_recording.py",
    "orders.readers.payments": "tests/orders/api/test_payments.py",
    "orders.privacy.document": "tests/orders/privacy/test_told.py",
    "orders.privacy.emptying": "tests/orders/privacy/test_erasing.py",
    "orders.privacy.handing_out": "tests/orders/privacy/test_told.py",
    "orders.privacy.person": "tests/orders/privacy/test_erasing.py",
    "orders.privacy.plan": "tests/orders/privacy/test_erasing.py",
    "orders.privacy.rooms": "tests/orders/privacy/test_columns.py",
    "catalog.product_files.writing": "tests/catalog/product_files/test_plan.py",
    "catalog.readers.file_imports": "tests/catalog/readers/test_stock_imports.py",
    "catalog.stock_import.ledger_sql": "tests/catalog/stock_import/test_apply.py",
    "orders.payments.imports.judging": "tests/orders/payments/imports/test_plan.py",
    "orders.payments.imports.keeping": "tests/orders/payments/imports/test_plan.py",
    "orders.payments.imports.ledger_sql": "tests/orders/payments/imports/test_apply.py",
    "orders.payments.imports.lookup": "tests/orders/payments/imports/test_apply.py",
    "orders.payments.imports.matching": "tests/orders/payments/imports/test_plan.py",
    "orders.payments.imports.rejects": "tests/cli/payments/test_files.py",
    "orders.payments.imports.words": "tests/orders/payments/imports/test_plan.py",
    "orders.readers.payment_imports": "tests/orders/api/test_payment_imports.py",
}


def use_cases() -> list[str]:
    """Modules of nouns: neither doors nor models, nor what Django wants at an app's top."""
    django = {"apps", "tasks", "urls", "templatetags"}
    return [
        name
        for name, file in HOUSE.modules.items()
        if name.split(".")[0] in ("accounts", "catalog", "orders")
        and file.name != "__init__.py"
        and not {*name.split(".")} & (DOORS | django | {"models"})
    ]


def test_functions_are_short() -> None:
    lines = [count for count, _ in HOUSE.functions]
    assert statistics.median(lines) <= 6
    assert lines[int(len(lines) * 0.9)] <= 16
    assert [name for count, name in HOUSE.functions if count > 48] == []


def test_no_module_is_longer_than_a_reader_keeps_in_mind() -> None:
    assert [(name, count) for count, name in HOUSE.longest_modules if count > 320] == []


@pytest.mark.parametrize("app", APPS)
def test_few_modules_lie_at_the_top_of_an_app(app: str) -> None:
    assert len(HOUSE.at_the_top(app)) <= 16


def test_a_class_is_found_by_its_name() -> None:
    assert {name: places for name, places in HOUSE.classes.items() if len(places) > 1} == {}


def test_imports_go_one_way_and_never_round() -> None:
    assert HOUSE.upward == []
    assert HOUSE.circles == []
    assert HOUSE.room_circles == []


def test_nine_tests_in_ten_stand_where_their_module_stands() -> None:
    astray = [str(path) for path, is_mirrored in HOUSE.tests.items() if not is_mirrored]
    assert len(astray) <= len(HOUSE.tests) / 10, astray


def test_every_use_case_has_its_test_beside_it_or_says_where_it_is() -> None:
    untested = [name for name in use_cases() if not HOUSE.tests_of(name)]
    assert sorted(untested) == sorted(PROVED_ELSEWHERE)
    assert [where for where in PROVED_ELSEWHERE.values() if not Path(where).is_file()] == []


def test_a_house_that_is_out_of_shape_is_seen(tmp_path: Path) -> None:
    for name, source in {
        "cli/app.py": "",
        "orders/pricing.py": "from cli import app\n",
        "catalog/stock.py": "from catalog import audit\n",
        "catalog/audit.py": "def audit():\n    from catalog.stock import receive\n\n    return receive\n",
        "tests/catalog/test_stock.py": "",
        "tests/catalog/test_stock_races.py": "",
        "tests/catalog/test_shelves.py": "",
        "tests/races/test_shelves.py": "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)

    house = House(tmp_path)

    assert house.upward == ["orders.pricing imports cli.app"]
    assert house.circles == [["catalog.audit", "catalog.stock"]]
    assert house.functions == [(4, "catalog.audit.audit")]
    assert [str(path) for path, is_mirrored in house.tests.items() if not is_mirrored] == [
        "catalog/test_shelves.py"
    ]
    assert len(house.tests_of("catalog.stock")) == 2


def test_what_the_documentation_names_is_there() -> None:
    place = re.compile(
        r"(?<![\w/.-])((?:backoffice|accounts|catalog|orders|cli|tests|benchmarks|docs)/[\w/.-]+\.\w+)"
    )
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {(file.name, found) for file in documents for found in place.findall(file.read_text())}
    assert len(named) > 50
    assert sorted(f"{name}: {found}" for name, found in named if not (ROOT / found).exists()) == []
