"""Every file that a verb writes: what its name says, whole, through links, with its mode, and for Excel."""

import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cli.terminal.files import MARK
from orders.models import PromoCode
from tests.cli.test_app_help import ALL
from tests.cli.test_changing_verbs import options_of
from tests.cli_fixtures import Shopctl
from tests.factories import make_product, make_promo_code, place

pytestmark = pytest.mark.django_db

# The option that names the file, and the rest of a command that writes it.
WRITERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "products export": ("--output", ()),
    "products import": ("--rejects", ("{products}", "--skip-invalid", "--yes")),
    "stock export": ("--output", ()),
    "stock import": ("--rejects", ("{stock}", "--mode", "count", "--skip-invalid", "--yes")),
    "payments import": ("--rejects", ("{payments}", "--yes")),
    "promos export": ("--output", ()),
    "promos generate": ("--output", ("--count", "3", "--amount", "5", "--yes")),
    "promos import": ("--rejects", ("{promos}", "--skip-invalid", "--yes")),
    "orders export": ("--output", ()),
    "customers export": ("--output", ()),
    "orders ship": ("--rejects", ("--from", "{parcels}", "--skip-invalid", "--yes")),
}
# An archive for one person, with rules of its own: tests/cli/test_customers.py.
HANDED_OUT = {"customers data"}
WORKBOOKS = {verb for verb, (option, _) in WRITERS.items() if option == "--output"} - {"promos generate"}


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, Any]:
    make_product("TEA-01", on_hand=50, name="Grüner Tee")
    place({"TEA-01": 1})
    make_promo_code("SUMMER20")
    files = {
        "products": "sku,name,price\nTEA-01,Grüner Tee,billig\n",
        "stock": "sku,quantity\nTEE-Ä,7\n",
        "payments": "date,amount,text,name\n2026-11-30,5.00,kein Auftrag,Jörg\n",
        "promos": "code,percent_off\nÄ10,1000\n",
        "parcels": "number,tracking_number\nB-Ä,0034\n",
    }
    for name, content in files.items():
        (tmp_path / f"{name}-in.csv").write_text(content, encoding="utf-8")
    return {name: tmp_path / f"{name}-in.csv" for name in files}


def command(verb: str, path: Path, shop: dict[str, Any]) -> list[str]:
    option, rest = WRITERS[verb]
    return [*verb.split(), *(word.format_map(shop) for word in rest), option, str(path)]


def test_every_verb_that_writes_a_file_is_tried() -> None:
    writing = {" ".join(path) for path, each in ALL if options_of(each) & {"--output", "--rejects"}}
    assert writing == set(WRITERS) | HANDED_OUT


@pytest.mark.parametrize("verb", WRITERS)
def test_a_csv_file_begins_with_the_mark_by_which_excel_knows_utf_8(
    shopctl: Shopctl, shop: dict[str, Any], tmp_path: Path, verb: str
) -> None:
    path = tmp_path / "out.csv"
    done = shopctl(*command(verb, path, shop))
    assert path.exists(), done.output
    assert path.read_bytes().startswith(MARK)
    assert path.read_bytes().count(MARK) == 1
    path.read_text(encoding="utf-8")
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.parametrize("verb", [verb for verb, (option, _) in WRITERS.items() if option == "--output"])
def test_what_goes_into_a_pipe_does_not(shopctl: Shopctl, shop: dict[str, Any], verb: str) -> None:
    done = shopctl(*command(verb, Path("-"), shop))
    assert done.exit_code == 0, done.output
    assert not done.stdout_bytes.startswith(MARK)
    assert done.stdout_bytes


@pytest.mark.parametrize("verb", WRITERS)
@pytest.mark.parametrize("name", ["out.ods", "out.pdf", "out.xls", "out.xlsx"])
def test_a_file_is_what_its_name_says_or_refused_before_anything_is_done(
    shopctl: Shopctl, shop: dict[str, Any], tmp_path: Path, verb: str, name: str
) -> None:
    codes = PromoCode.objects.count()
    path = tmp_path / name
    done = shopctl(*command(verb, path, shop))
    if name == "out.xlsx" and verb in WORKBOOKS:
        assert done.exit_code == 0, done.output
        load_workbook(path)
        return
    assert done.exit_code == 2, done.output
    assert f"{path} cannot be written" in " ".join(done.stderr.split())
    assert not path.exists()
    assert PromoCode.objects.count() == codes


@pytest.mark.parametrize("verb", WRITERS)
def test_a_link_is_followed_and_the_mode_stays(
    shopctl: Shopctl, shop: dict[str, Any], tmp_path: Path, verb: str
) -> None:
    target, link = tmp_path / "there.csv", tmp_path / "link.csv"
    target.write_text("yesterday's")
    target.chmod(0o664)
    link.symlink_to(target)
    done = shopctl(*command(verb, link, shop), "--overwrite")
    assert link.is_symlink(), done.output
    assert link.readlink() == target
    assert target.read_bytes().startswith(MARK)
    assert stat.S_IMODE(target.stat().st_mode) == 0o664
