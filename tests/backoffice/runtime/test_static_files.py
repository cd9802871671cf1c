"""Each file that a page loads is there under the name it is loaded by, as installed and as collected."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from backoffice.runtime.bundles import PARTS
from backoffice.runtime.static_files import collected
from tests.admin_pages import open_a_shop, pages
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.slow]
LOADED = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="(/static/[^"]+)"')
SHOWN = re.compile(r'url\("?([^)"]+)"?\)')
IMPORTED = re.compile(r'^(?:import\b|\}).*?\bfrom "(\.[^"]+)";$', re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
APPS = ("accounts", "backoffice", "catalog", "orders")
JOINED = re.compile(r"^/static/bundles/")
OURS = re.compile(r"^/static/(accounts|backoffice|catalog|orders|outbox)/")


@pytest.fixture
def served_collected() -> Iterator[None]:
    """Files as a server collects and serves them."""
    folder = collected(settings.VAR_DIR / "static")
    with override_settings(STATIC_ROOT=folder, STORAGES=settings.STORAGES, WHITENOISE_USE_FINDERS=False):
        yield


def loaded_by_all_pages() -> dict[str, int]:
    """Each file that a page loads, or a style or module of it names, with the status of its answer."""
    # Its middleware looks at the settings of the test.
    client = Client()
    client.force_login(make_user(is_superuser=True))
    order = open_a_shop()
    answers = [client.get(page) for page in pages(client, order)]
    answers.append(
        client.post("/admin/orders/order/ship-many/file/", {"pasted": f"order\ttracking\n{order}\t1"})
    )
    answers += [Client().get("/admin/login/"), Client().get("/admin/password_reset/")]
    assert len(answers) > 40
    waiting = [address for answer in answers for address in LOADED.findall(answer.text)]
    found: dict[str, int] = {}
    while waiting:
        address = waiting.pop()
        if address not in found:
            found[address], imports = _ask(client, address)
            waiting += [urljoin(address, name) for name in imports]
    return found


# Of a page that nothing leads to: it is the answer to making codes (tests/browser/test_second_factor.py).
SHOWN_ONCE = {"accounts/recovery_codes.js"}


def _ask(client: Client, address: str) -> tuple[int, list[str]]:
    answer: Any = client.get(address)
    # Read to its end a file is closed; fonts are no text.
    content = b"".join(answer.streaming_content).decode(errors="replace") if answer.status_code == 200 else ""
    if JOINED.match(address) and address.endswith(".css"):
        return answer.status_code, [
            url for url in SHOWN.findall(content) if not url.startswith(("data:", "#"))
        ]
    return answer.status_code, IMPORTED.findall(content) if OURS.match(address) else []


def names(addresses: Any) -> set[str]:
    """Ours, below /static/ and without hashes; of what is joined, its parts and what they import."""
    plain = {re.sub(r"\.[0-9a-f]{12}(?=\.)", "", each).removeprefix("/static/") for each in addresses}
    parts = {part for each in plain for part in PARTS.get(each.removeprefix("bundles/"), ())}
    imported = {
        urljoin(part, name) for part in parts if OURS.match(f"/static/{part}") for name in _imports(part)
    }
    return {each for each in plain | parts | imported if OURS.match(f"/static/{each}")}


def _imports(part: str) -> list[str]:
    return IMPORTED.findall(Path(str(finders.find(part))).read_text())


def static_files(ending: str = "") -> list[Path]:
    """Ours, where they stand in the source."""
    folders = [Path(app.path) / "static" for app in apps.get_app_configs() if app.name.startswith(APPS)]
    return [file for folder in folders for file in folder.rglob(f"*{ending}") if file.is_file()]


def names_in_source() -> set[str]:
    return {str(file).rpartition("/static/")[2] for file in static_files()}


def test_every_file_of_every_page_is_served_and_every_file_is_used() -> None:
    found = loaded_by_all_pages()

    assert {address: status for address, status in found.items() if status != 200} == {}
    assert names(found) == names_in_source() - SHOWN_ONCE


def test_collected_each_is_served_under_the_name_of_its_content_alone(served_collected: None) -> None:
    found = loaded_by_all_pages()

    assert {address: status for address, status in found.items() if status != 200} == {}
    assert [address for address in found if not HASHED.search(address)] == []
    assert names(found) == names_in_source() - SHOWN_ONCE


def test_a_list_of_orders_asks_for_few_files_and_little(served_collected: None, manager: Client) -> None:
    open_a_shop()
    page = manager.get("/admin/orders/order/")

    asked = LOADED.findall(page.text)
    packed: list[Any] = [manager.get(address, headers={"Accept-Encoding": "br"}) for address in asked]
    size = sum(len(part) for answer in packed for part in answer.streaming_content)

    assert len(asked) <= 8, asked
    assert size <= 200_000
