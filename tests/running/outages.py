"""A shop as people run it, on servers of its own that can be stopped, and what each door says meanwhile."""

import http.client
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backoffice.runtime.health import GOOD_FOR_SECONDS
from tests.backoffice.server.test_serving import SHOPCTL, Running, free_port

SKU = "TEA-01"
ORDER = {
    "email": "guest@example.com",
    "lines": [{"sku": SKU, "quantity": 1}],
    "shipping_address": {"name": "Jörg", "line1": "Seeweg 56", "city": "Köln", "country": "DE"},
}
# Longer than any answer may take, so that one that never comes is seen as such.
PATIENCE_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Said:
    """Status 0: no answer, or the connection was ended."""

    status: int
    body: str
    seconds: float

    @property
    def word(self) -> str:
        return str(json.loads(self.body).get("status", "")) if self.body.startswith("{") else ""


@dataclass(frozen=True, slots=True)
class Row:
    """What one outage looked like from each door."""

    healthz: Said
    readyz: Said
    read: Said
    order: Said
    page: Said
    doctor: subprocess.CompletedProcess[str]
    write: subprocess.CompletedProcess[str]

    @property
    def troubles(self) -> set[str]:
        found = json.loads(self.doctor.stdout)
        return {row["check"] for row in found if row["state"] == "trouble"}

    def __str__(self) -> str:
        asked = ("healthz", "readyz", "read", "order", "page")
        answers = [getattr(self, name) for name in asked]
        told = [
            f"{name} {said.status} {said.word} in {said.seconds:.1f} s"
            for name, said in zip(asked, answers, strict=True)
        ]
        clis = [
            f"{name} {done.returncode}: {done.stderr.strip()}"
            for name, done in (("doctor", self.doctor), ("write", self.write))
        ]
        return "\n  ".join(["", *told, *clis, *self._troubles_in_words()])

    def _troubles_in_words(self) -> list[str]:
        found = json.loads(self.doctor.stdout)
        return [f"  {row['check']}: {row['detail']}" for row in found if row["state"] == "trouble"]


class Shop:
    """Its processes, an admin who is signed in, and the orders that were acknowledged."""

    def __init__(self, var_dir: Path, environment: dict[str, str]) -> None:
        self.environment = {**environment, "API_RATE_PER_MINUTE": "0"}
        self.var_dir = var_dir
        self.port = free_port()
        self.acknowledged: dict[str, str] = {}
        # What each `shopctl` does first.
        self.prelude = ""
        self._browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def start(self, *arguments: str) -> Running:
        return Running(self.var_dir, *arguments, where=self.environment)

    def done(self, *arguments: str) -> str:
        done = self.shopctl(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shopctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", f"{self.prelude}\n{SHOPCTL}", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    def sign_in(self) -> None:
        email, password = (self.var_dir / "admin_login").read_text().split()
        form = self._browser.open(self._request("/admin/login/"), timeout=PATIENCE_SECONDS).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        assert token is not None
        fields = {"csrfmiddlewaretoken": token[1], "username": email, "password": password}
        sent = self._request("/admin/login/", urllib.parse.urlencode(fields).encode())
        assert self._browser.open(sent, timeout=PATIENCE_SECONDS).status == 200
        asked = json.dumps({"email": email, "password": password}).encode()
        answer = self.ask("/api/v1/auth/token", asked)
        self._token = json.loads(answer.body)["access"]

    def _request(self, path: str, body: bytes | None = None, **headers: str) -> urllib.request.Request:
        url = f"http://127.0.0.1:{self.port}"
        return urllib.request.Request(f"{url}{path}", body, {"Referer": f"{url}/admin/login/", **headers})

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> Said:
        if path.startswith("/api/"):
            headers |= {"Content-Type": "application/json"}
            if hasattr(self, "_token"):
                headers |= {"Authorization": f"Bearer {self._token}"}
        began = time.monotonic()
        try:
            with self._browser.open(self._request(path, body, **headers), timeout=PATIENCE_SECONDS) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        except (OSError, http.client.HTTPException) as error:
            status, text = 0, str(error)
        return Said(status, text, time.monotonic() - began)

    def order(self, key: str) -> Said:
        said = self.ask("/api/v1/orders", json.dumps(ORDER).encode(), **{"Idempotency-Key": key})
        if said.status == 201:
            self.acknowledged[key] = json.loads(said.body)["number"]
        return said

    def row(self, key: str) -> Row:
        """All at once: what hangs is waited for once."""
        # For so long `/readyz` says what it found before.
        time.sleep(GOOD_FOR_SECONDS + 0.1)
        with ThreadPoolExecutor() as asking:
            doctor = asking.submit(self.shopctl, "doctor", "--json")
            write = asking.submit(self.shopctl, "stock", "receive", SKU, "1")
            healthz, readyz = self.ask("/healthz"), self.ask("/readyz")
            read = asking.submit(self.ask, "/api/v1/orders?limit=1")
            page = asking.submit(self.ask, "/admin/orders/order/")
            return Row(
                healthz,
                readyz,
                read.result(),
                self.order(key),
                page.result(),
                doctor.result(),
                write.result(),
            )

    def wait_until_ready(self) -> Said:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (said := self.ask("/readyz")).status != 200 or said.word != "ok":
            assert time.monotonic() < deadline, said
            time.sleep(0.2)
        return said

    def assert_it_goes_on(self, key: str) -> None:
        """By itself: what got no 201 is sent again with its key, and the next order is taken."""
        self.wait_until_ready()
        again = self.order(key)
        assert again.status == 201, again
        assert self.order(f"{key}-next").status == 201

    def assert_nothing_is_lost(self) -> None:
        """Each acknowledged order is there once, nothing else is, and the books balance."""
        self.done("stock", "audit")
        listed = json.loads(self.done("orders", "list", "--json", "--limit", "0"))
        numbers = [row["number"] for row in listed]
        assert sorted(numbers) == sorted(self.acknowledged.values())
        assert len(set(numbers)) == len(numbers)


@contextmanager
def hung(*pids: int) -> Iterator[None]:
    """They are there and do nothing."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
