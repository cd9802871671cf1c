"""When a page of the admin is seen, at two shops in turns.

`python -m benchmarks.first_paint BEFORE AFTER --login FILE`: both run already, for instance two working
trees with `shopctl serve`. Each visit is one of a browser that has never been there, of a slow machine on a
slow line.
"""

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, StorageState, sync_playwright

from benchmarks.measuring import alternating

LIST_OF_ORDERS = "/admin/orders/order/"
# Milliseconds.
LATENCY = 150
BYTES_PER_SECOND = 1_600_000 / 8
TIMES_SLOWER = 4
PAINTED = """performance.getEntriesByName("first-contentful-paint").length"""
SEEN = """() => {
  const [painted] = performance.getEntriesByName("first-contentful-paint");
  const [page] = performance.getEntriesByType("navigation");
  return [painted.startTime, page.domInteractive, page.loadEventEnd];
}"""
SHIFTED = """() => new Promise((resolve) => new PerformanceObserver((list) => resolve(
  list.getEntries().reduce((sum, shift) => sum + shift.value, 0),
)).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(() => resolve(0), 500))"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Milliseconds until the first content was painted, all was parsed, and all had come."""

    painted: float
    parsed: float
    loaded: float
    shifted: float
    requests: int
    bytes: int


def visited(browser: Browser, url: str, path: str, signed_in: StorageState) -> Visit:
    """Visit the page with nothing in the browser's cache."""
    context = browser.new_context(storage_state=signed_in, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    came: list[int] = []
    session.on("Network.loadingFinished", lambda event: came.append(int(event["encodedDataLength"])))
    _make_slow(session)
    page.goto(url + path, wait_until="networkidle")
    page.wait_for_function(PAINTED)
    painted, parsed, loaded = page.evaluate(SEEN)
    shifted = page.evaluate(SHIFTED)
    context.close()
    return Visit(painted, parsed, loaded, shifted, len(came), sum(came))


def _make_slow(session: CDPSession) -> None:
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": TIMES_SLOWER})


def signed_in(browser: Browser, url: str, login: Path) -> StorageState:
    address, password = login.read_text(encoding="utf-8").split()[:2]
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/admin/login/")
    page.fill("[name=username]", address)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#nav-sidebar", state="attached")
    state = context.storage_state()
    context.close()
    return state


def told(name: str, visits: Sequence[Visit]) -> str:
    """One line of medians."""
    middle: dict[str, Any] = {
        each: median(getattr(visit, each) for visit in visits) for each in Visit.__slots__
    }
    return (
        f"{name:<8} first paint {middle['painted']:6,.0f} ms   parsed {middle['parsed']:6,.0f} ms   "
        f"loaded {middle['loaded']:6,.0f} ms   moved {middle['shifted']:.3f}   "
        f"{middle['requests']:.0f} requests   {middle['bytes'] / 1000:,.0f} kB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument(
        "--login",
        type=Path,
        required=True,
        help="a file with an e-mail address and a password, as var/admin_login",
    )
    parser.add_argument("--login-after", type=Path, help="another one for the second")
    parser.add_argument("--path", default=LIST_OF_ORDERS)
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    shops = ((asked.before, asked.login), (asked.after, asked.login_after or asked.login))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox"],
        )
        visits = [
            partial(visited, browser, url, asked.path, signed_in(browser, url, login)) for url, login in shops
        ]
        for visit in visits:
            visit()
        before, after = alternating(asked.rounds, *visits)
        browser.close()
    print(told("before", before), told("after", after), sep="\n")
    ratio = median(visit.painted for visit in after) / median(visit.painted for visit in before)
    print(f"{asked.path}: first paint after × {ratio:.2f} of before, medians of {asked.rounds} in turns")


if __name__ == "__main__":
    main()
