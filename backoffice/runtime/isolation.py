"""Isolates texts that are written from right to left, so that in a page or a mail they turn no other text.

A postcode beside an Arabic name would jump into it. Wherever a template shows a value between tags, `<bdi>`
goes around one with such letters, and in a plain text the characters that mean the same. That is arranged
when a template is loaded, so that none is missed. Values within tags, titles, options and scripts stay.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.template import Context, Template
from django.template.base import FilterExpression, Node, TextNode, TokenType, Variable, VariableNode
from django.template.loader_tags import BlockNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode
from django.utils.html import format_html
from django.utils.safestring import SafeData

from backoffice.text import is_right_to_left, isolated

# Elements in which a tag would be shown as it is written, and blocks that stand in them or in an attribute.
WITHOUT_TAGS = ("script", "style", "textarea", "title", "option")
BLOCKS_WITHOUT_TAGS = ("title", "bodyclass", "extrahead", "extrastyle", "html_classes")
MARK = re.compile(r"<(/?)([a-zA-Z][\w-]*)|([\"'])|>")


class Loader(cached.Loader):
    """Loads templates once, as Django does, and isolates what they show."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        if not getattr(template, "is_isolated", False):
            _isolate(template.nodelist, _Place())
            setattr(template, "is_isolated", True)  # noqa: B010
        return template


@dataclass(slots=True)
class _Place:
    """Where in a page the text that comes next will stand."""

    tag: str = ""
    quote: str = ""
    within: list[str] = field(default_factory=list)

    @property
    def is_between_tags(self) -> bool:
        return not self.tag and not self.within

    def pass_by(self, text: str) -> None:
        for mark in MARK.finditer(text):
            closing, name, quote = mark.groups()
            if self.tag:
                self._pass_within_tag(mark[0], quote)
            elif name and (not self.within or (closing and name.lower() == self.within[-1])):
                self.tag = closing + name.lower()

    def _pass_within_tag(self, mark: str, quote: str | None) -> None:
        if self.quote:
            self.quote = "" if quote == self.quote else self.quote
        elif quote:
            self.quote = quote
        elif mark == ">":
            if self.tag in WITHOUT_TAGS:
                self.within.append(self.tag)
            elif self.within and self.tag == f"/{self.within[-1]}":
                self.within.pop()
            self.tag = ""


class _Isolated:
    """An expression of a template whose value is isolated when it is written from right to left."""

    def __init__(self, expression: FilterExpression | Variable) -> None:
        self.expression = expression

    def __str__(self) -> str:
        return str(self.expression)

    def resolve(self, context: Context, *options: Any, **more: Any) -> Any:
        value = self.expression.resolve(context, *options, **more)
        if isinstance(value, SafeData) or not isinstance(value, str | Model):
            return value
        text = str(value)
        if not is_right_to_left(text):
            return value
        return format_html("<bdi>{}</bdi>", text) if context.autoescape else isolated(text)


class _OrEmpty(_Isolated):
    """A variable in a sentence, which is empty when there is none."""

    def resolve(self, context: Context, *options: Any, **more: Any) -> Any:
        return super().resolve(context) if str(self.expression) in context else ""


def _isolate(nodes: Iterable[Node], place: _Place) -> None:
    for node in nodes:
        if isinstance(node, TextNode):
            place.pass_by(node.s)
        elif isinstance(node, BlockTranslateNode):
            _isolate_sentence(node, place)
        elif isinstance(node, VariableNode):
            if place.is_between_tags:
                setattr(node, "filter_expression", _Isolated(node.filter_expression))  # noqa: B010
        elif not isinstance(node, BlockNode) or node.name not in BLOCKS_WITHOUT_TAGS:
            for name in node.child_nodelists:
                _isolate(getattr(node, name, ()), place)


def _isolate_sentence(node: BlockTranslateNode, place: _Place) -> None:
    """Isolate its values, but those within its own tags; none of a sentence that is put somewhere else."""
    for token in (*node.singular, *(node.plural or ())):
        if token.token_type == TokenType.TEXT:
            place.pass_by(token.contents)
        elif place.is_between_tags and not node.asvar and token.contents != node.countervar:
            given = node.extra_context.get(token.contents)
            if not isinstance(given, _Isolated):
                found: Any = _Isolated(given) if given else _OrEmpty(Variable(token.contents))
                node.extra_context[token.contents] = found
