"""Journeys in a real Chromium. A test fails on whatever the browser or the server complains about."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

DESKTOP = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
# Milliseconds; a busy machine is slow, not broken.
PATIENCE = 40_000
expect.set_options(timeout=20_000)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
type OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.once)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if not executable:
        pytest.skip(
            "There is no Chromium on PATH (Debian: apt-get install chromium): journeys were left out."
        )
    # Playwright keeps an event loop in this thread; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """Serves static files as the shop does: Django's own handler for tests would not compress them."""
    server = LiveServer("localhost", start=False)
    setattr(server.thread, "static_handler", lambda application: application)  # noqa: B010
    server.start()
    yield server
    server.stop()


class Complaints(list[str]):
    """What went wrong in a page: its own errors, console errors, foreign hosts, server errors."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host
        self.expected = ""

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.append(f"page error: {error}"))
        page.on("console", self.note_error)
        page.on("request", self.note_foreign)
        page.on("response", self.note_failure)

    def note_error(self, told: ConsoleMessage) -> None:
        if told.type == "error" and not (self.expected and self.expected in told.text):
            self.append(f"console: {told.text}")

    def note_foreign(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme.startswith("http") and url.netloc != self.host:
            self.append(f"foreign host: {request.url}")

    def note_failure(self, response: Response) -> None:
        if response.status >= 500:
            self.append(f"{response.status}: {response.url}")


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """`open_page(user, path, viewport=PHONE, dark=True)`: signed in, a fresh profile that must stay clean.

    `expected` is what console errors may tell all the same: what the test itself makes fail.
    """
    complaints = Complaints(urlsplit(live_server.url).netloc)
    contexts = []

    def open_it(
        user: User | None,
        path: str = "/admin/",
        *,
        viewport: ViewportSize = DESKTOP,
        dark: bool = False,
        expected: str = "",
    ) -> Page:
        complaints.expected = expected
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=viewport,
            color_scheme="dark" if dark else "light",
            has_touch=viewport == PHONE,
        )
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        complaints.watch(page)
        page.goto(path)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window, once it has settled."""
    for _each in range(20):
        if page.evaluate(OVERFLOW) <= 0:
            break
        page.wait_for_timeout(100)
    return int(page.evaluate(OVERFLOW))
