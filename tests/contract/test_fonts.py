"""The parts of fonts that pages load have what pages show."""

import re

import pytest

from tests.contract.fonts import HOUSE, ICONS, LATIN, OURS, icons_of, named_icons

pytestmark = pytest.mark.once


def test_each_icon_that_is_named_anywhere_is_in_the_font() -> None:
    """Cut it anew with `python -m tests.contract.fonts`."""
    assert {"inventory_2", "local_shipping", "expand_more", "calendar_today"} <= named_icons()
    assert named_icons() - icons_of(OURS / "icons.woff2") == set()
    assert len(icons_of(OURS / "icons.woff2")) < len(icons_of(ICONS)) / 5


def test_styles_name_the_signs_that_were_cut_out() -> None:
    styles = (HOUSE / "backoffice/static/backoffice/fonts.css").read_text(encoding="utf-8")

    named = set(re.findall(r"unicode-range: ([^;]+);", styles))

    assert named == {
        ", ".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in LATIN)
    }
