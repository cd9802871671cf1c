"""User agents in words: those of real browsers and programs, and of whoever makes one up."""

import pytest
from django.test import Client

from backoffice.requests.devices import LONGEST, LONGEST_SHOWN, device_of, user_agent_of

pytestmark = pytest.mark.once
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/141.0.0.0 Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {KHTML}"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
CHROMEOS = f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KHTML} Chrome/140.0.0.0 Safari/537.36"
WORDS = {
    WINDOWS: "Chrome 141 on Windows",
    f"{WINDOWS} Edg/141.0.0.0": "Edge 141 on Windows",
    f"{WINDOWS} OPR/122.0.0.0": "Opera 122 on Windows",
    f"{WINDOWS} Vivaldi/7.6.3797.58": "Vivaldi 7 on Windows",
    FIREFOX: "Firefox 143 on Windows",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0": "Firefox 142 on Linux",
    "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0": "Firefox 143 on Android",
    f"{MAC} Version/18.6 Safari/605.1.15": "Safari 18 on macOS",
    f"{IPHONE} Version/18.6 Mobile/15E148 Safari/604.1": "Safari on iPhone",
    f"{IPHONE} CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1": "Chrome 141 on iPhone",
    f"{IPHONE} FxiOS/143.0 Mobile/15E148 Safari/605.1.15": "Firefox 143 on iPhone",
    f"{IPAD} Version/17.7 Mobile/15E148 Safari/604.1": "Safari on iPad",
    f"{ANDROID} Chrome/141.0.0.0 Mobile Safari/537.36": "Chrome 141 on Android",
    f"{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet 28 on Android",
    f"{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36 EdgA/140.0.0.0": "Edge 140 on Android",
    CHROMEOS: "Chrome 140 on ChromeOS",
    f"Mozilla/5.0 (X11; Linux x86_64) {KHTML} HeadlessChrome/141.0.0.0 Safari/537.36": "Chrome 141 on Linux",
    f"{MAC} Version/18.6 Safari/605.1.15 Ddg/18.6": "DuckDuckGo 18 on macOS",
    "python-httpx/0.28.1": "A program (python-httpx)",
    "curl/8.5.0": "A program (curl)",
    "okhttp/4.12.0": "A program (okhttp)",
    "PostmanRuntime/7.48.0": "A program (PostmanRuntime)",
    "Shop front/2.1 (Node 24)": "Shop front/2.1 (Node 24)",
    "Firefox": "Firefox",
    "Mozilla/5.0": "Mozilla/5.0",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "": "",
}


@pytest.mark.parametrize(("user_agent", "words"), WORDS.items(), ids=range(len(WORDS)))
def test_a_user_agent_is_told_in_words_and_an_unknown_one_as_it_is(user_agent: str, words: str) -> None:
    assert device_of(user_agent) == words


def test_what_is_not_known_is_kept_and_shown_short_and_on_one_line() -> None:
    kept = user_agent_of({"HTTP_USER_AGENT": "Mozilla\x1b[2K\u202e\n" + "x" * 500})
    assert (len(kept), kept.isprintable()) == (LONGEST, True)
    assert device_of(kept) == f"{kept[:LONGEST_SHOWN]}…"
    assert user_agent_of({}) == ""


@pytest.mark.parametrize("unit", ["Version/1 ", "Safari/", "Mobile/x ", "(", "a/1 ", "Mozilla/"])
def test_no_user_agent_keeps_the_shop_busy(unit: str) -> None:
    assert len(device_of(("Mozilla/5.0 " + unit * LONGEST)[:LONGEST])) <= LONGEST_SHOWN + 1


@pytest.mark.django_db
def test_no_request_sees_the_user_agent_of_another() -> None:
    from backoffice.requests.devices import current_user_agent

    Client(headers={"User-Agent": WINDOWS}).get("/healthz")
    assert current_user_agent.get() == ""
