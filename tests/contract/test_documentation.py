"""What docs/api.md tells a client to do works as it is written there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django.live_server_helper import LiveServer

from orders.models import Order
from tests.factories import PASSWORD, make_product, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = (Path(django_settings.BASE_DIR) / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"^```(sh npm|sh|python|ts)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# Where .ci/run has put the packages of tests/clients/package.json.
NODE_PROJECT = os.environ.get("NODE_PROJECT", "")


def snippets(language: str) -> list[str]:
    return [text for each, text in BLOCKS if each == language]


@pytest.fixture
def environment(live_server: LiveServer, settings: Any) -> dict[str, str]:
    """A shop that is being served, with an admin and two products, and our own commands on the path."""
    settings.SHOP_URL = live_server.url
    make_user("admin@example.com", is_superuser=True)
    make_product("71053", on_hand=100, price="3.39")
    make_product("85123A", on_hand=100, price="2.55")
    scripts = str(Path(sys.executable).parent)
    return os.environ | {
        "SHOP": live_server.url,
        "EMAIL": "admin@example.com",
        "PASSWORD": PASSWORD,
        "PATH": os.pathsep.join([scripts, os.environ["PATH"]]),
    }


def said(command: list[str], environment: dict[str, str], directory: Path) -> str:
    result = subprocess.run(
        command, check=False, env=environment, cwd=directory, capture_output=True, text=True, timeout=200
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
def test_the_quick_start_with_curl_and_the_conventions_work_as_written(
    environment: dict[str, str], tmp_path: Path
) -> None:
    steps = [text for text in snippets("sh") if "openapi-python-client" not in text]

    told = said(["bash", "-euo", "pipefail", "-c", "\necho\n".join(steps)], environment, tmp_path)

    order = Order.objects.get()
    assert f"{order.number} is {order.number}" in told
    shown = json.loads(next(line for line in told.splitlines() if '"lines":[' in line and '"status"' in line))
    assert (shown["number"], shown["status"], shown["total"]) == (order.number, "pending", str(order.total))
    answers = ("2", "invalid_cursor", "method_not_allowed", "1", "304", "412")
    assert [line.strip() for line in told.splitlines() if line.strip() in answers] == list(answers)
    assert "'pointer': '/lines/0/quantity'" in told


@pytest.mark.once
def test_the_generated_python_client_has_no_gap_and_places_an_order(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (generate,) = [text for text in snippets("sh") if "openapi-python-client" in text]
    (program,) = snippets("python")
    (tmp_path / "order.py").write_text(program)

    generated = said(["bash", "-euc", f"{generate.strip()} --fail-on-warning"], environment, tmp_path)
    told = said([sys.executable, "order.py"], environment, tmp_path)

    order = Order.objects.get()
    assert "arning" not in generated
    assert told == f"{order.number} pending {order.total} as quoted\n"
    types = ["--strict", "--config-file", os.devnull, "--cache-dir", str(tmp_path / "mypy")]
    said(
        [sys.executable, "-m", "mypy", *types, "--follow-imports", "silent", "order.py"],
        environment,
        tmp_path,
    )


@pytest.mark.once
@pytest.mark.skipif(not NODE_PROJECT, reason="no Node packages here; .ci/run installs them where npm can")
def test_the_generated_typescript_client_is_sound_and_places_an_order(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (install,) = snippets("sh npm")
    (program,) = snippets("ts")
    installed = json.loads((Path(NODE_PROJECT) / "package.json").read_text())
    packages = installed["dependencies"] | installed["devDependencies"]
    assert {f"{name}@{version}" for name, version in packages.items()} == set(
        re.findall(r"[a-z-]+@[\d.]+", install)
    )
    # As `npm install` leaves it in an empty folder: nothing but the packages.
    (tmp_path / "package.json").write_text(
        json.dumps({name: installed[name] for name in ("dependencies", "devDependencies")})
    )
    (tmp_path / "node_modules").symlink_to(Path(NODE_PROJECT) / "node_modules")
    (file,) = re.findall(r"^The program is `(.*?)`", PAGE, re.MULTILINE)
    (tmp_path / file).write_text(program)
    (generate,) = [line for line in install.splitlines() if "npx" in line]
    (check,) = re.findall(r"^`(npx tsc .*)` checks", PAGE, re.MULTILINE)

    told = said(["bash", "-euc", f"{generate} >&2 && {check}"], environment, tmp_path)

    order = Order.objects.get()
    assert told == f"{order.number} pending {order.total} as quoted\n"
