"""Every address of the admin, with what nobody should ever put into it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zlib import crc32

from django.db import connection
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User

BASE = Path(__file__).resolve().parents[2]
ROOT = "/admin/"

# No keys of anything, or keys that no database can hold.
KEYS = ("a", "-1", "9" * 19, "9" * 40, "1\x00", "\u0661", "_2F", "x" * 2_000)
VALUES = ("a", "-1", "9" * 40, "\x00", "9999-12-31", "NaN", "x" * 2_000)
# Of both, what each database chokes on in a way of its own.
OF_DATABASES = ("9" * 19, "9" * 40, "\x00", "1\x00", "NaN")
# Of Django's lists: order, page, search, error, popup, saved filters, facets.
OF_LISTS = (
    "o",
    "p",
    "q",
    "e",
    "all",
    "view",
    "page",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "_facets",
)
UNKNOWN = ("nothing", "nothing__exact", "id__exact", "id__in", "pk", "pk__in", "id__regex", "id__isnull")
# Whoever asks so is refused in a sentence: no frame of the admin, whose drawing takes time, is around it.
WITHIN_A_PAGE = {"Sec-Fetch-Dest": "empty"}
# Ends the session that the walk needs.
NOT_WALKED = ("logout",)
ADMIN_SOURCES = ("backoffice/**/*.py", "accounts/**/*.py", "catalog/admin/**/*.py", "orders/admin/**/*.py")
PARAMETER = re.compile(r"""(?:GET|POST)(?:\.get|\.getlist)?[(\[]\s*"(\w+)\"""")
PLACE = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")


def patterns() -> list[str]:
    """Of every page, such as `catalog/product/<path:object_id>/change/`."""
    [resolver] = [
        each for each in get_resolver().url_patterns if isinstance(each, URLResolver) and _is_admin(each)
    ]
    return sorted({path for path in _below(resolver, "") if not path.startswith(NOT_WALKED)})


def with_keys(pattern: str) -> Iterator[str]:
    """Addresses with no key that can be; whatever takes whole numbers alone gets those."""
    for key in tried_here(pattern, KEYS):
        yield ROOT + PLACE.sub(quote(key, safe=""), pattern)


def tried_here(address: str, values: tuple[str, ...]) -> list[str]:
    """What databases take differently, and this one's half of the rest: the other half is the other's."""
    halved = half_of(address, values)
    return [value for value in values if value in OF_DATABASES or value in halved]


def half_of(address: str, values: tuple[str, ...]) -> list[str]:
    """What is tried at this address on this database; all else is tried there on the other one."""
    ours = connection.vendor == "sqlite"
    return [value for value in values if crc32(f"{address} {value}".encode()) % 2 == ours]


def with_first_row(pattern: str, pk: Any) -> str:
    return ROOT + PLACE.sub(str(pk), pattern)


def has_place(pattern: str) -> bool:
    return bool(PLACE.search(pattern))


def parameters_read() -> list[str]:
    """The names of all that our pages look for in an address or a form."""
    files = (path for source in ADMIN_SOURCES for path in BASE.glob(source))
    return sorted({name for file in files for name in PARAMETER.findall(file.read_text())})


def parameters_of_list(model_admin: Any, user: User) -> tuple[list[str], list[str]]:
    """What its own filters put into the address, and what may stand in that of any list."""
    request = RequestFactory().get("/")
    request.user = user
    changelist = model_admin.get_changelist_instance(request)
    specs = changelist.get_filters(request)[0]
    of_filters = [name for spec in specs for name in spec.expected_parameters() if name]
    columns = [f"{name}__id__exact" for name in ("product", "customer", "actor", "order", "category")]
    of_any = dict.fromkeys([*OF_LISTS, *UNKNOWN, *columns])
    return list(dict.fromkeys(of_filters)), [name for name in of_any if name not in of_filters]


def answers(client: Client, method: str, url: str, data: dict[str, Any]) -> int:
    send = client.get if method == "GET" else client.post
    answer = send(url, data, headers=WITHIN_A_PAGE)
    # Read to its end a file is closed; what it holds is written while it is read.
    list(answer)
    return int(answer.status_code)


def _is_admin(resolver: URLResolver) -> bool:
    return str(resolver.pattern) == ROOT.strip("/") + "/"


def _below(resolver: URLResolver, before: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        path = before + _route(each)
        if isinstance(each, URLResolver):
            yield from _below(each, path)
        else:
            yield path


def _route(pattern: URLPattern | URLResolver) -> str:
    route = str(pattern.pattern)
    # Those that are regular expressions: the index of an app, and Django's catch-all.
    return "catalog/" if route.startswith(("^", "(?P<")) else route
