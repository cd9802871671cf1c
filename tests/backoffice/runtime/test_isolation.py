"""A name that is written from right to left turns nothing that stands beside it, on pages and in mails."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.template.base import VariableNode
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode
from django.test import Client

from backoffice.outbox.rendering import render
from backoffice.runtime.isolation import BLOCKS_WITHOUT_TAGS, WITHOUT_TAGS, _isolate, _Isolated, _Place
from backoffice.text import isolated
from orders.models import Order
from tests.factories import make_product, place

BASE = Path(__file__).resolve().parents[3]
ALI = "\u0639\u0644\u064a"
NOT_WALKED = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL)
VALUE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


def shown(source: str, **context: Any) -> str:
    template: Any = engines["django"].from_string("{% load i18n %}" + source)
    _isolate(template.template.nodelist, _Place())
    text: str = template.render(context)
    return text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>{{ name }}, 50667</p>", f"<p><bdi>{ALI}</bdi>, 50667</p>"),
        (
            '<a title="{{ name }} > x" href=/{{ name }}>{{ name }}</a>',
            f'<a title="{ALI} > x" href=/{ALI}><bdi>{ALI}</bdi></a>',
        ),
        ("<title>{{ name }}</title><p>{{ name }}", f"<title>{ALI}</title><p><bdi>{ALI}</bdi>"),
        ("<textarea>{{ name }}</textarea>{{ name }}", f"<textarea>{ALI}</textarea><bdi>{ALI}</bdi>"),
        ("<option>{{ name }}</option>", f"<option>{ALI}</option>"),
        ("<script>if (1 < 2) '{{ name }}'</script>", f"<script>if (1 < 2) '{ALI}'</script>"),
        ("{% if name %}{{ name }}{% endif %}", f"<bdi>{ALI}</bdi>"),
        ("{% blocktranslate %}Hello {{ name }},{% endblocktranslate %}", f"Hello <bdi>{ALI}</bdi>,"),
        (
            '{% blocktranslate with a=name b=name %}<i title="{{ a }}">{{ b }}</i>{% endblocktranslate %}',
            f'<i title="{ALI}"><bdi>{ALI}</bdi></i>',
        ),
        (
            "{% blocktranslate count n=2 %}One{% plural %}{{ n }} of {{ name }}{% endblocktranslate %}",
            f"2 of <bdi>{ALI}</bdi>",
        ),
        (
            "{% blocktranslate asvar x %}{{ name }}{% endblocktranslate %}<i title='{{ x }}'>",
            f"<i title='{ALI}'>",
        ),
        ("{{ latin }} {{ number }} {{ none }}{{ missing }}", "Zoë &amp; 1 None"),
        ("{% autoescape off %}{{ name }}{% endautoescape %}", isolated(ALI)),
    ],
)
def test_values_between_tags_are_isolated_and_no_others(source: str, text: str) -> None:
    assert shown(source, name=ALI, latin="Zoë &", number=1, none=None) == text


def test_what_is_isolated_is_escaped() -> None:
    assert shown("{{ name }}", name=f"{ALI}<b>") == f"<bdi>{ALI}&lt;b&gt;</bdi>"


class _Shown(HTMLParser):
    """Finds the values of a template that stand between tags: another way to read it than the one tested."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in WITHOUT_TAGS:
            self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.found |= set(re.findall("\ue000(.*?)\ue001", data))


def our_templates() -> list[str]:
    paths = (
        path
        for app in ("accounts", "backoffice", "catalog", "orders")
        for path in (BASE / app).rglob("*.html")
    )
    return sorted(str(path).split("/templates/", 1)[1] for path in paths if "/templates/" in str(path))


@pytest.mark.once
@pytest.mark.parametrize("name", our_templates())
def test_every_value_that_one_of_our_pages_or_mails_shows_is_isolated(name: str) -> None:
    found: Any = get_template(name)
    template = found.template
    parser = _Shown()
    source = NOT_WALKED.sub("", template.source)
    for block in BLOCKS_WITHOUT_TAGS:
        source = re.sub(rf"\{{% block {block} %\}}.*?\{{% endblock.*?%\}}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{% blocktranslate[^%]*asvar.*?endblocktranslate %\}", "", source, flags=re.DOTALL)
    names: dict[str, str] = {}
    marked = VALUE.sub(lambda value: f"\ue000{names.setdefault(value[1], str(len(names)))}\ue001", source)
    parser.feed(re.sub(r"\{%.*?%\}", "", marked, flags=re.DOTALL))
    expected = {
        value
        for value, mark in names.items()
        if mark in parser.found and not value.startswith(("block.super", '"', "_("))
    }
    missed = expected - set(_isolated_in(template.nodelist)) - _counted_in(template.nodelist)
    assert missed == set()


def _nodes(nodes: Any) -> Iterator[Any]:
    for node in nodes:
        yield node
        for name in node.child_nodelists:
            yield from _nodes(getattr(node, name, ()))


def _isolated_in(nodes: Any) -> Iterator[str]:
    for node in _nodes(nodes):
        if isinstance(node, VariableNode) and isinstance(node.filter_expression, _Isolated):
            yield str(node.filter_expression)
        elif isinstance(node, BlockTranslateNode):
            yield from (name for name, given in node.extra_context.items() if isinstance(given, _Isolated))


def _counted_in(nodes: Any) -> set[str]:
    """Numbers, by which the form of a sentence is chosen."""
    return {str(node.countervar) for node in _nodes(nodes) if isinstance(node, BlockTranslateNode)}


@pytest.mark.django_db
def test_an_order_of_somebody_whose_name_is_arabic_shows_it_isolated(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 1})
    Order.objects.update(ship_name=ALI, ship_city=ALI)
    page = manager.get(f"/admin/orders/order/{order.pk}/change/").text
    assert f"<bdi>{ALI}</bdi>" in page
    assert 'value="<bdi>' not in page
    slip = manager.get(f"/admin/orders/order/print/slips/?ids={order.pk}").text
    assert f"<bdi>{ALI}</bdi>" in slip


@pytest.mark.django_db
def test_a_mail_isolates_names_in_its_text_and_in_its_page() -> None:
    context = {"name": ALI, "days": 3, "secret_link": "x", "secret_token": "x"}
    mail = render("account_exists", context, language="en-gb")
    assert isolated(ALI) in mail.text
    assert isolated(ALI) not in mail.subject
    assert f"<bdi>{ALI}</bdi>" in mail.html
