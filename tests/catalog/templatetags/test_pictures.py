"""The little picture of a product."""

import pytest
from django.template import Context, Template

pytestmark = pytest.mark.once


def shown(tag: str) -> str:
    return Template("{% load pictures %}{% thumb name " + tag + " %}").render(Context({"name": "a" * 32}))


def test_it_has_its_place_before_it_is_loaded_and_says_nothing_of_its_own() -> None:
    image = shown("")

    assert f'src="/pictures/{"a" * 32}-96.webp" alt="" width="40" height="40" loading="lazy"' in image
    assert 'class="bo-thumb bo-little"' in shown("is_little=True")
    assert 'width="28" height="28"' in shown("is_little=True")


def test_a_product_without_one_keeps_the_place() -> None:
    empty = Template("{% load pictures %}{% thumb name %}").render(Context({"name": ""}))
    assert empty.startswith('<span class="bo-thumb" aria-hidden="true">')
    assert "<img" not in empty
