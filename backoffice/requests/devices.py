"""The device that a request comes from, as its user agent tells, in words that people know it by."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from django.utils.translation import gettext as _

LONGEST = 200
# Of what is not known, so much is shown.
LONGEST_SHOWN = 80
# The user agent of the client whose request is being answered; "" outside of requests.
current_user_agent: ContextVar[str] = ContextVar("user_agent", default="")

# By what its user agent has, the first that fits: most call themselves Chrome and Safari, too.
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"(?:OPR|OPiOS|OPX|Opera)/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),  # not translated
    ("Vivaldi", r"Vivaldi/(\d+)"),
    ("Yandex", r"YaBrowser/(\d+)"),
    ("DuckDuckGo", r"(?:DuckDuckGo|Ddg)/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS|Chromium)/(\d+)"),
    # The number after “Safari/” is that of its engine.
    ("Safari", r"(?:Version/(\d+)\S* )?(?:Mobile/\S+ )?Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)
# A program names itself alone: `python-httpx/0.28.1`, `curl/8.5.0`, `okhttp/4.12.0`.
PROGRAM = re.compile(r"([A-Za-z][\w.+-]*)/\d\S*(?: .*)?")


def user_agent_of(environ: Mapping[str, Any]) -> str:
    """Return what a request calls its program, short and printable; "" when it names none."""
    told = str(environ.get("HTTP_USER_AGENT", ""))
    return "".join(char if char.isprintable() else " " for char in told)[:LONGEST].strip()


def device_of(user_agent: str) -> str:
    """Return `Chrome 141 on Windows`, `Safari on iPhone`, `A program (curl)`; what is not known, as it is."""
    if browser := _browser(user_agent):
        system = next((name for name, sign in SYSTEMS if re.search(sign, user_agent)), "")
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
    program = PROGRAM.fullmatch(user_agent)
    if program and program[1] != "Mozilla":
        return _("A program (%(name)s)") % {"name": program[1]}
    return user_agent if len(user_agent) <= LONGEST_SHOWN else f"{user_agent[:LONGEST_SHOWN]}…"


def _browser(user_agent: str) -> str:
    """Return the browser's name, with its version where people speak of it; "" for what is none."""
    if not user_agent.startswith(("Mozilla/", "Opera/")):
        return ""
    for name, sign in BROWSERS:
        if found := re.search(sign, user_agent):
            # A phone's Safari is the phone's: nobody knows its number.
            is_numbered = found[1] and not (name == "Safari" and re.search("iPhone|iPad", user_agent))
            return f"{name} {found[1]}" if is_numbered else name
    return ""
