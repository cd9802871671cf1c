"""The parts of fonts that pages need: `python -m tests.contract.fonts` cuts the icons out anew.

Unfold's icons are 3,800 in one file: a page loads those that the sources name. Text is Inter with the signs
of Latin languages, all weights in one file; Unfold's own files are loaded for any other sign. To cut it anew,
name the file with all of it: `InterVariable.woff2`, as Inter's releases and npm's package inter-ui have it.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import unfold
from fontTools.subset import Options, Subsetter, load_font, save_font
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HOUSE = Path(__file__).parents[2]
UNFOLD = Path(unfold.__file__).parent
FONTS = UNFOLD / "static/unfold/fonts"
ICONS = FONTS / "material-symbols/Material-Symbols-Outlined.woff2"
OURS = HOUSE / "backoffice/static/backoffice/fonts"
# From the lightest that pages show to the boldest, in the shapes that are for small text.
AXES = {"wght": (400, 700), "opsz": 14}
# As `unicode-range` in static/backoffice/fonts.css has them.
LATIN = (
    *((0x0000, 0x017F), (0x2000, 0x206F), (0x20A0, 0x20C0)),
    *((0x2122, 0x2122), (0x2190, 0x2193), (0x2212, 0x2212), (0x2264, 0x2265)),
)
# A word in quotes, or one that stands alone between tags.
WORD = re.compile(r"""(?<=["'])[a-z0-9_]+(?=["'])|(?<=[>}\s])[a-z0-9_]+(?=\s*[<{])""")
# Of styles the words that they show.
SHOWN = re.compile(r"""content: ?["']([a-z0-9_]+)["']""")
LIGATURES = 4


def sources() -> Iterator[Path]:
    """Where an icon may be named."""
    apps = [HOUSE / app for app in ("accounts", "backoffice", "catalog", "orders")]
    for folder in (*apps, UNFOLD / "templates", UNFOLD / "static/unfold/js", UNFOLD / "static/unfold/css"):
        yield from (file for file in folder.rglob("*") if file.suffix in (".css", ".html", ".js", ".py"))


def named_icons() -> set[str]:
    """Every such word of the sources that is an icon's name: more than are shown, and none is missing."""
    words = {
        word
        for file in sources()
        for word in (SHOWN if file.suffix == ".css" else WORD).findall(file.read_text(encoding="utf-8"))
    }
    return words & icons_of(ICONS)


@cache
def icons_of(file: Path) -> frozenset[str]:
    with load_font(file, Options()) as font:
        return frozenset(name for name, _ligatures, _ligature in _ligatures_of(font))


def _ligatures_of(font: TTFont) -> list[tuple[str, list[object], object]]:
    """Each icon's name, which its glyph stands for when letters spell it, and where the font says so."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    tables = [
        getattr(table, "ExtSubTable", table)
        for lookup in font["GSUB"].table.LookupList.Lookup
        for table in lookup.SubTable
    ]
    return [
        ("".join(letters[glyph] for glyph in (first, *ligature.Component)), ligatures, ligature)
        for table in tables
        if table.LookupType == LIGATURES
        for first, ligatures in table.ligatures.items()
        for ligature in ligatures
    ]


def _cut(font: TTFont, codes: Iterable[int], to: Path) -> None:
    options = Options(flavor="woff2", notdef_outline=True)
    # Figures of one width, as columns of amounts have them.
    options.layout_features += ["tnum"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    save_font(font, to, options)


def cut_icons() -> None:
    kept = named_icons()
    with load_font(ICONS, Options()) as font:
        for name, ligatures, ligature in _ligatures_of(font):
            if name not in kept:
                ligatures.remove(ligature)
        _cut(font, map(ord, "abcdefghijklmnopqrstuvwxyz0123456789_"), OURS / "icons.woff2")


def cut_text(whole: Path) -> None:
    cut = OURS / "inter.woff2"
    with load_font(whole, Options()) as font:
        _cut(font, [code for first, last in LATIN for code in range(first, last + 1)], cut)
    with TTFont(cut) as font:
        instantiateVariableFont(font, AXES, inplace=True)
        font.save(cut)


if __name__ == "__main__":
    cut_icons()
    for named in sys.argv[1:]:
        cut_text(Path(named))
