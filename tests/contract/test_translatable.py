"""Whatever a person reads can be translated: no sentence is hidden from a translator."""

from pathlib import Path

import pytest

from tests.contract.translatable import not_translatable, untranslated

pytestmark = pytest.mark.once


def test_every_text_for_people_goes_through_gettext() -> None:
    assert untranslated() == []


def test_no_text_is_put_together_before_it_is_translated() -> None:
    assert not_translatable() == []


PAGE = """from django.utils.translation import gettext as _


def refused(sku: str) -> str:
    \"\"\"A docstring is not for people.\"\"\"
    if not sku:
        return "Name a product."
    if sku == "x":
        return _(f"There is no {sku}.")
    return _("There is no %(sku)s.") % {"sku": sku}
"""
TEMPLATE = """{% load i18n %}<p title="Hidden here">{% translate "Found" %} {{ name }}</p>
<p>Not found</p>
"""


def test_what_cannot_be_translated_is_seen(tmp_path: Path) -> None:
    for name, source in (("orders/page.py", PAGE), ("orders/templates/page.html", TEMPLATE)):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)

    assert untranslated(tmp_path, ("orders",)) == [
        ("orders/page.py", 7, "Name a product."),
        ("orders/templates/page.html", 1, "Hidden here"),
        ("orders/templates/page.html", 2, "Not found"),
    ]
    assert not_translatable(tmp_path, ("orders",)) == [("orders/page.py", 9, "_(f'There is no {sku}.')")]
