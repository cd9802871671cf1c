"""Where one is: the page of the sidebar, the record, what is done with it. The same words name the window."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Crumb:
    title: str
    link: str = ""


def own_account() -> Crumb:
    """Return the page that pages about oneself stand below: each says so by `below` in its context."""
    return Crumb(_("Your account"), reverse("admin:account"))


def breadcrumbs(context: Mapping[str, Any]) -> list[Crumb]:
    """Return them from the outermost; the last is the page itself."""
    below = [context["below"]] if "below" in context else []
    crumbs = [*below, *_of_sidebar(context), *_of_record(context), *_of_page(context)]
    return [crumb for at, crumb in enumerate(crumbs) if not at or crumb.title != crumbs[at - 1].title]


def document_title(context: Mapping[str, Any]) -> str:
    """`B-101490 | Orders | Shop`."""
    titles = [crumb.title for crumb in breadcrumbs(context)]
    return " | ".join([*reversed(titles), str(context.get("site_title", ""))])


def _of_sidebar(context: Mapping[str, Any]) -> Iterator[Crumb]:
    for group in context.get("sidebar_navigation") or ():
        for item in group["items"]:
            if item.get("active"):
                yield Crumb(str(item["title"]), item["link"])
                if item["link"] != _list_of(context) and _list_of(context) in item["places"]:
                    yield Crumb(capfirst(str(context["opts"].verbose_name_plural)), _list_of(context))


def _list_of(context: Mapping[str, Any]) -> str:
    opts = context.get("opts")
    return _address(f"{opts.app_label}_{opts.model_name}_changelist") if opts else ""


def _of_record(context: Mapping[str, Any]) -> Iterator[Crumb]:
    record = context.get("original") or context.get("object")
    if isinstance(record, Model):
        name = f"{record._meta.app_label}_{record._meta.model_name}_change"
        yield Crumb(str(record), _address(name, quote(record.pk)))


def _of_page(context: Mapping[str, Any]) -> Iterator[Crumb]:
    """A list and a record's own page are named already."""
    is_own = any(crumb.link == context["request"].path for crumb in _of_record(context))
    if not (is_own or context.get("cl")) and (title := context.get("title")):
        yield Crumb(str(title))


def _address(name: str, *args: Any) -> str:
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return ""
