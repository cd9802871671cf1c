"""What other people wrote cannot steer the terminal that shows it, nor pass for another field."""

import json

import pytest

from catalog.models import Product
from cli.terminal.console import say
from cli.terminal.values import as_json, for_people, for_programs
from orders.models import Order
from tests.cli_fixtures import Shopctl, Terminal
from tests.factories import make_product, place

EVIL = "a\x1b]0;owned\x07\x9b2J\u202eb\ud800"
SHOWN = "a\ufffd]0;owned\ufffd\ufffd2J\ufffdb\ufffd"


@pytest.mark.once
def test_control_characters_are_shown_as_replacement_characters() -> None:
    assert for_people(EVIL) == for_programs(EVIL) == SHOWN
    assert for_people([EVIL, 1]) == f"{SHOWN}, 1"
    assert for_programs("a\tb\r\nc\u2028d") == "a b c d"
    assert for_people("a\nb") == "a\nb"


@pytest.mark.once
def test_json_escapes_them_and_keeps_the_value() -> None:
    text = as_json({"note": EVIL, "name": "Zoë"})
    assert text == (r'{"note": "a\u001b]0;owned\u0007\u009b2J\u202eb\ud800", "name": "Zoë"}')
    assert json.loads(text) == {"note": EVIL, "name": "Zoë"}


@pytest.mark.once
def test_words_on_standard_error_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"No product has the SKU {EVIL}.")
    assert capsys.readouterr().err == f"No product has the SKU {SHOWN}.\n"


@pytest.mark.django_db
def test_no_output_of_a_verb_has_control_characters(shopctl: Shopctl, terminal: Terminal) -> None:
    make_product("TEA-01", on_hand=5)
    order = place({"TEA-01": 1})
    evil = EVIL.removesuffix("\ud800")
    Product.objects.update(name=evil)
    Order.objects.update(note=f"{evil}\nstatus  shipped", ship_name=evil)
    for arguments in (["products", "list"], ["orders", "show", order.number], ["orders", "list"]):
        for options in ([], ["--json"]):
            code, screen = terminal(*arguments, *options)
            assert code == 0
            # rich itself sends some to draw with: none of them is ours.
            assert not {"\x07", "\x9b", "\u202e"} & set(screen)
            assert "\x1b]" not in screen
            piped = shopctl(*arguments, *options).stdout
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(piped)
    _code, screen = terminal("orders", "show", order.number)
    assert "\nstatus  shipped" not in screen
