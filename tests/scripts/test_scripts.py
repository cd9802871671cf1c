"""What computes in the admin's scripts is tested by Node's own runner: `*.test.mjs` beside this file.

The scripts of all apps are served below one address, and import each other so. Node finds them in a directory
that is laid out like it, where tests import `#static/…`.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders

HERE = Path(__file__).parent
OURS = ("accounts", "backoffice", "catalog", "orders", "outbox")
PACKAGE = {"type": "module", "imports": {"#static/*": "./static/*"}}
# Functions that say something to people, with their first argument as it is written.
SAID = re.compile(r"\bn?gettext\(\s*(.)")

pytestmark = pytest.mark.once


def scripts() -> dict[str, Path]:
    """Each script of ours, by its address below /static/."""
    found = (each for finder in get_finders() for each in finder.list([]))
    return {
        name: Path(storage.path(name))
        for name, storage in found
        if name.endswith(".js") and name.partition("/")[0] in OURS
    }


def lay_out(place: Path) -> None:
    (place / "package.json").write_text(json.dumps(PACKAGE))
    for name, script in scripts().items():
        copy = place / "static" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(script, copy)
    shutil.copytree(HERE, place / "tests", ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def test_what_computes_in_the_scripts_does_it_rightly(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip(
            "There is no Node on PATH (Debian: apt-get install nodejs): tests of scripts were left out."
        )
    lay_out(tmp_path)
    tests = sorted(str(test) for test in tmp_path.glob("tests/*/*.test.mjs"))

    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", *tests],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"# pass {sum(Path(test).read_text().count('\ntest(') for test in tests)}\n" in done.stdout


def test_each_script_that_others_use_has_its_test() -> None:
    used = {
        name for name, script in scripts().items() if re.search("^export ", script.read_text(), re.MULTILINE)
    }
    tested = {str(test.relative_to(HERE)).replace(".test.mjs", ".js") for test in HERE.glob("*/*.test.mjs")}

    assert used == tested


def test_what_scripts_say_can_be_translated() -> None:
    """`makemessages` finds sentences that stand in the call as they are: nothing computed, no template."""
    said = {(name, first) for name, script in scripts().items() for first in SAID.findall(script.read_text())}

    # The module that defines both takes any sentence.
    assert {name for name, first in said if first not in "\"'"} == {"backoffice/words.js"}
    assert {name for name, first in said if first in "\"'"} >= {
        "backoffice/request.js",
        "backoffice/shortcuts.js",
        "catalog/counting.js",
        "catalog/progress.js",
        "orders/new_order.js",
        "orders/picking.js",
    }
