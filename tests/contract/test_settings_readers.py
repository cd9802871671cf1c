"""What may be changed while the shop runs is asked for when it is needed, by everybody."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from backoffice.shop.table import LOGO, SETTINGS

pytestmark = pytest.mark.once
ROOT = Path(settings.BASE_DIR)
APPS = ("cli", "orders", "catalog", "accounts", "backoffice")
CHANGEABLE = {*SETTINGS, "DEFAULT_FROM_EMAIL", "SERVER_EMAIL"}


def read_in(source: str) -> Iterator[str]:
    """Changeable settings that this Python reads as attributes, or by their name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in CHANGEABLE:
            yield node.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            named = (each.value for each in node.args if isinstance(each, ast.Constant))
            yield from (str(name) for name in named if name in CHANGEABLE)


def test_no_module_reads_a_changeable_setting_from_the_environment() -> None:
    modules = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    found = {str(path): names for path in modules if (names := set(read_in(path.read_text())))}

    assert len(modules) > 300
    assert found == {}


def test_no_template_does_either() -> None:
    templates = [path for app in APPS for path in (ROOT / app).rglob("templates/**/*") if path.is_file()]
    names = re.compile("|".join(CHANGEABLE))

    assert len(templates) > 100
    assert {str(path): found for path in templates if (found := names.findall(path.read_text()))} == {}


@pytest.mark.parametrize(
    "source", ["settings.SHOP_NAME", "x = getattr(settings, 'SHOP_COLOR')", "print(conf.settings.SHOP_NAME)"]
)
def test_one_that_does_is_seen(source: str) -> None:
    assert set(read_in(source))


def test_the_documentation_has_a_row_for_every_setting_with_its_default() -> None:
    table = (ROOT / "docs/settings.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|.*\| ?(?:`(.*)`)? \|$", table, re.MULTILINE)

    assert dict(rows) == {each.name: each.kind.text(each.base) for each in SETTINGS.values()}


def test_the_example_of_an_environment_locks_none_of_them() -> None:
    example = (ROOT / ".env.example").read_text()

    assert LOGO not in example
    assert [name for name in {*SETTINGS} - {LOGO} if not re.search(f"^{name}=$", example, re.MULTILINE)] == []
