"""Files that every page loads, joined."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from backoffice.runtime.bundles import PARTS, Bundles, moved
from backoffice.runtime.modules import joined_modules

pytestmark = pytest.mark.once


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    return tmp_path / "bundles"


def text_of(part: str) -> str:
    return Path(str(finders.find(part))).read_text(encoding="utf-8")


def test_each_holds_its_parts_in_their_order_and_is_packed_beside(built: Path) -> None:
    found = Bundles().find("bundles/pages.js")

    assert found == str(built / "pages.js")
    content = (built / "pages.js").read_text(encoding="utf-8")
    places = [content.index(text_of(part)) for part in PARTS["pages.js"]]
    assert places == sorted(places)
    assert gzip.decompress((built / "pages.js.gz").read_bytes()).decode() == content


def test_it_is_written_anew_when_a_part_has_changed_and_only_then(built: Path) -> None:
    Bundles().find("bundles/pages.js")
    (built / "pages.js").write_text("of an older version", encoding="utf-8")
    untouched = (built / "signed_in.js").stat().st_mtime_ns

    Bundles().find("bundles/signed_in.js")

    assert (built / "pages.js").read_text(encoding="utf-8").startswith(text_of(PARTS["pages.js"][0]))
    assert (built / "signed_in.js").stat().st_mtime_ns == untouched
    assert {file.name for file in built.iterdir()} == {
        f"{name}{end}" for name in PARTS for end in ("", ".gz")
    }


def test_what_is_no_bundle_is_left_to_others(built: Path) -> None:
    assert Bundles().find("backoffice/theme.css") is None
    assert Bundles().find("bundles/other.js", find_all=True) == []


def test_addresses_in_a_style_lead_where_they_led() -> None:
    style = """a { src: url("fonts/icons.woff2"); } b { src: url(../img/x.svg); } c { src: url(data:x); }"""

    assert moved(style, "unfold/css") == (
        """a { src: url("../unfold/css/fonts/icons.woff2"); } b { src: url("../unfold/img/x.svg"); }"""
        """ c { src: url(data:x); }"""
    )


def test_modules_run_once_each_after_what_they_import() -> None:
    files = {
        "a/keys.js": 'import { word, Word } from "../b/words.js";\nword();\n',
        "a/rows.js": 'import { word } from "../b/words.js";\n',
        "b/words.js": "export const word = () => 1;\nexport class Word {}\nconst own = 2;\n",
    }

    joined = joined_modules(["a/keys.js", "a/rows.js"], files.__getitem__)

    runs = [joined.index(f'modules["{name}"] = ') for name in ("b/words.js", "a/keys.js", "a/rows.js")]
    assert runs == sorted(runs)
    assert joined.count('modules["b/words.js"] = ') == 1
    assert 'const { word, Word } = modules["b/words.js"];' in joined
    assert "return { word, Word };" in joined
    assert "import" not in joined
    assert "export" not in joined
