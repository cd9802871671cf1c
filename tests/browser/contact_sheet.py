"""Every screen of a demo shop at three widths, in the light and in the dark.

`python -m tests.browser.contact_sheet` makes the shop, takes the pictures, lays them on the sheets of
docs/screenshots, and renews the pictures of the README. `… URL FILE` takes them of a demo shop that runs
already, whose `var/admin_login` is the file.
"""

import io
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, sync_playwright

from tests.servers import free_port

HOUSE = Path(__file__).parents[2]
INTO = HOUSE / "docs/screenshots"
SIZES = {
    1440: ViewportSize(width=1440, height=900),
    1024: ViewportSize(width=1024, height=768),
    390: ViewportSize(width=390, height=844),
}
THEMES = ("light", "dark")
# Of a picture on its sheet, and how many stand beside each other.
THUMB_PIXELS = {1440: (480, 5), 1024: (360, 6), 390: (200, 10)}
GAP = 12
SHEET_BYTES = 500_000
# Below /admin/; a name in braces is the address of the first row of its list.
LISTS = {
    "order": "orders/order/",
    "product": "catalog/product/",
    "code": "orders/promocode/",
    "promotion": "orders/promotion/",
    "customer": "accounts/customer/",
    "category": "catalog/category/",
    "user": "accounts/user/",
    "mail": "outbox/emailmessage/",
}
SCREENS = {
    "dashboard": "",
    "orders": "orders/order/",
    "orders-none": "orders/order/?q=nobody",
    "order": "{order}",
    "orders-new": "orders/order/new/",
    "orders-ship-many": "orders/order/ship-many/",
    "orders-scan": "orders/order/scan/",
    "customers": "accounts/customer/",
    "customer": "{customer}",
    "products": "catalog/product/",
    "product": "{product}",
    "product-new": "catalog/product/add/",
    "stock-count": "catalog/product/count/",
    "stock-imports": "catalog/stockimport/",
    "ledger": "catalog/stockmovement/",
    "categories": "catalog/category/",
    "category": "{category}",
    "promos": "orders/promocode/",
    "promo": "{code}",
    "promotions": "orders/promotion/",
    "promotion": "{promotion}",
    "promos-generate": "orders/promotion/add/",
    "promos-backtest": "orders/promotion/backtest/",
    "users": "accounts/user/",
    "user": "{user}",
    "roles": "accounts/user/roles/",
    "mails": "outbox/emailmessage/",
    "mail": "{mail}",
    "password": "password_change/",
    "missing": "no-such-page/",
}
OF_THE_README = ("dashboard", "orders", "order", "promo", "orders-new", "orders-ship-many", "promos-generate")


@contextmanager
def demo_shop(url: str = "", login: str = "") -> Iterator[tuple[str, str, str]]:
    """The address of a demo shop that runs, and the e-mail address and password of its admin."""
    if url:
        email, password = Path(login).read_text(encoding="utf-8").split()[:2]
        yield url, email, password
        return
    with TemporaryDirectory(prefix="shop-") as var_dir:
        named = {
            name: value for name, value in os.environ.items() if not name.startswith(("SQL_", "DATABASE"))
        }
        environment = {**named, "VAR_DIR": var_dir, "SQL_ENGINE": "sqlite"}
        shopctl = [sys.executable, "-c", "from cli.app import main; main()"]
        subprocess.run([*shopctl, "demo", "--yes"], env=environment, cwd=HOUSE, check=True)
        port = free_port()
        server = subprocess.Popen(
            [*shopctl, "serve", "--port", str(port)], env=environment, cwd=HOUSE, stdout=subprocess.DEVNULL
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            with demo_shop(f"http://127.0.0.1:{port}", f"{var_dir}/admin_login") as shop:
                yield shop
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str) -> None:
    for _ in range(240):
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.25)
    raise TimeoutError(url)


def signed_in(browser: Browser, url: str, email: str, password: str) -> StorageState:
    page = browser.new_page(viewport=SIZES[1440])
    page.goto(f"{url}/admin/login/")
    page.fill("[name=username]", email)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#nav-sidebar")
    return page.context.storage_state()


def first_rows(page: Page, url: str) -> dict[str, str]:
    """The address of each list's first row, below /admin/; none where the list has no row."""
    found = {}
    for name, path in LISTS.items():
        page.goto(f"{url}/admin/{path}")
        row = page.locator("#result_list tbody th a[href]").first
        if row.count():
            found[name] = str(row.evaluate("(link) => link.pathname")).removeprefix("/admin/")
    return found


def pictures(page: Page, url: str, rows: Mapping[str, str]) -> Iterator[tuple[str, Image.Image]]:
    for name, path in SCREENS.items():
        row = path.strip("{}")
        if row in LISTS and row not in rows:
            continue
        page.goto(f"{url}/admin/{rows.get(row, path) if row != path else path}")
        page.evaluate("document.fonts.ready")
        yield name, Image.open(io.BytesIO(page.screenshot()))


def sheet(shown: list[Image.Image], *, width: int, beside: int) -> Image.Image:
    """All pictures, so wide, in rows of so many."""
    thumbs = [
        each.resize((width, each.height * width // each.width), Image.Resampling.LANCZOS) for each in shown
    ]
    height = thumbs[0].height
    rows = -(-len(thumbs) // beside)
    laid = Image.new("RGB", (GAP + beside * (width + GAP), GAP + rows * (height + GAP)), "#94a3b8")
    for place, thumb in enumerate(thumbs):
        row, column = divmod(place, beside)
        laid.paste(thumb, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return laid


def save(laid: Image.Image, file: Path) -> None:
    """As well as it fits."""
    for quality in (80, 65, 50, 35, 20):
        laid.save(file, quality=quality, method=6)
        if file.stat().st_size <= SHEET_BYTES:
            break
    sys.stdout.write(f"{file.relative_to(HOUSE)}: {file.stat().st_size / 1000:,.0f} kB\n")


def main() -> None:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with demo_shop(*sys.argv[1:3]) as (url, email, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        state = signed_in(browser, url, email, password)
        rows = first_rows(browser.new_context(storage_state=state).new_page(), url)
        for size, viewport in SIZES.items():
            for theme in THEMES:
                context = browser.new_context(
                    storage_state=state,
                    viewport=viewport,
                    color_scheme="dark" if theme == "dark" else "light",
                    has_touch=size == 390,
                )
                shown = dict(pictures(context.new_page(), url, rows))
                context.close()
                width, beside = THUMB_PIXELS[size]
                laid = sheet([*shown.values()], width=width, beside=beside)
                save(laid, INTO / f"contact-sheet-{size}-{theme}.webp")
                if (size, theme) == (1440, "light"):
                    for name in OF_THE_README:
                        shown[name].save(INTO / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
