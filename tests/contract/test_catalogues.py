"""Nothing that people read is left in English, and no translation says another thing than its text."""

from pathlib import Path

import pytest
from babel.messages import Message
from django.utils import translation

from tests.contract import catalogues

pytestmark = pytest.mark.once


def test_everything_is_translated_and_compiled() -> None:
    assert list(catalogues.faults()) == []


@pytest.mark.parametrize(("count", "form"), [(0, 1), (1, 0), (2, 1)])
def test_german_has_the_right_form_for_none_for_one_and_for_several(count: int, form: int) -> None:
    of_scripts = {file for file in catalogues.catalogue_files() if file.stem == "djangojs"}
    said = [
        (*each.id, list(each.string or ())[form])
        for file in catalogues.catalogue_files()
        if file.parents[1].name == "de" and file not in of_scripts
        for each in catalogues.read(file)
        if isinstance(each.id, tuple) and not each.context
    ]
    assert len(said) > 100
    with translation.override("de"):
        wrong = [one for one, many, wanted in said if translation.ngettext(one, many, count) != wanted]
    assert wrong == []


PAGE = '''"""Not for people."""
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

WORDS = gettext_lazy("Saved.")


def told(count: int) -> str:
    # Translators: letters of a date, here 30 Nov.
    format = _("j M")
    return (
        _("A text "
          "of two lines")
        + pgettext("an order", "Cancel")
        + ngettext("%(count)s unit", "%(count)s units", count)
    )
'''
TEMPLATE = """{% load i18n %}
  <h1 title="{% translate "A title" %}">{% translate "Open" context "a parcel" %}</h1>
  {% blocktranslate trimmed with name=user.name %}
    Hello {{ name }},
    this is new.
  {% endblocktranslate %}
  {% blocktranslate count count=count %}{{ count }} row{% plural %}{{ count }} rows{% endblocktranslate %}
  {% comment %}{% translate "Nobody reads this" %}{% endcomment %}
"""
SCRIPT = """import { gettext, ngettext } from "./words.js";
/* gettext("not a text") */
export const told = (count) => gettext("Chosen") + ngettext("%(count)s row", "%(count)s rows", count);
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house of one page, one template and one script, with a room above that says one text more."""
    files = {
        "backoffice/page.py": PAGE,
        "backoffice/templates/page.html": TEMPLATE,
        "backoffice/static/page.js": SCRIPT,
        "orders/page.py": PAGE + 'ABOVE = _("Shipped")\n',
        "unfold/templates/list.html": '{% load i18n %}{% trans "Search apps" %}',
    }
    for name, source in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    monkeypatch.setattr(catalogues, "HOUSE", tmp_path)
    monkeypatch.setattr(catalogues, "UNFOLD", tmp_path / "unfold")
    monkeypatch.setattr(catalogues, "ROOMS", ("backoffice", "orders"))
    monkeypatch.setattr(catalogues, "LANGUAGES", ("de",))
    return tmp_path


def texts(room: str, domain: str = "django") -> set[object]:
    found = catalogues.texts_by_room(domain)[room]
    return {each.id if each.context is None else (each.context, each.id) for each in found if each.id}


def po(house: Path, room: str = "backoffice", domain: str = "django") -> Path:
    return house / room / "locale" / "de" / "LC_MESSAGES" / f"{domain}.po"


def translate(file: Path, text: object, told: str | tuple[str, str]) -> None:
    catalogue = catalogues.read(file)
    for message in catalogue:
        if message.id == text:
            message.string = told
    file.write_bytes(catalogues._written(catalogue))


def translate_all(house: Path) -> None:
    """Translate every text into itself, and compile."""
    for file in catalogues.catalogue_files():
        catalogue = catalogues.read(file)
        for message in catalogue:
            if message.id:
                message.string = message.id
        file.write_bytes(catalogues._written(catalogue))
    assert catalogues.main(["compile"]) == 0


def test_python_templates_and_scripts_are_asked_for_their_texts(house: Path) -> None:
    assert texts("backoffice") == {
        "Saved.",
        "j M",
        "A text of two lines",
        ("an order", "Cancel"),
        ("%(count)s unit", "%(count)s units"),
        "A title",
        ("a parcel", "Open"),
        "Hello %(name)s, this is new.",
        ("%(count)s row", "%(count)s rows"),
        "Search apps",
    }
    assert texts("backoffice", "djangojs") == {"Chosen", ("%(count)s row", "%(count)s rows")}


def test_a_text_that_two_rooms_say_is_translated_in_the_lower_one(house: Path) -> None:
    assert texts("orders") == {"Shipped"}


def test_updating_keeps_what_is_translated_and_drops_what_nobody_says(house: Path) -> None:
    catalogues.main(["update"])
    translate(po(house), "Saved.", "Gespeichert.")
    page = house / "backoffice" / "page.py"
    page.write_text(page.read_text().replace("A text ", "Another text "))

    catalogues.main(["update"])

    kept = {each.id: each for each in catalogues.read(po(house)) if each.id}
    assert kept["Saved."].string == "Gespeichert."
    assert "A text of two lines" not in kept
    assert kept["Another text of two lines"].string == ""
    assert kept["j M"].auto_comments == ["Translators: letters of a date, here 30 Nov."]


def test_updating_twice_changes_nothing(house: Path) -> None:
    catalogues.main(["update"])
    once = po(house).read_bytes()
    catalogues.main(["update"])

    assert po(house).read_bytes() == once


def test_a_whole_translation_has_no_fault(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogues.main(["update"])
    translate_all(house)

    assert catalogues.main(["check"]) == 0
    assert capsys.readouterr().out == "The catalogues say all that the sources say.\n"


def test_a_catalogue_that_is_missing_is_a_fault(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main(["check"]) == 1
    assert "orders/locale/de/LC_MESSAGES/django.po is missing: update\n" in capsys.readouterr().out


def test_a_text_without_its_translation_is_a_fault(house: Path) -> None:
    catalogues.main(["update"])

    assert "orders/locale/de/LC_MESSAGES/django.po: 'Shipped' is not translated" in set(catalogues.faults())


def test_a_text_that_is_new_or_gone_is_a_fault(house: Path) -> None:
    catalogues.main(["update"])
    translate_all(house)
    page = house / "orders" / "page.py"
    page.write_text(page.read_text().replace("Shipped", "Sent"))

    assert list(catalogues.faults()) == [
        "orders/locale/de/LC_MESSAGES/django.po lacks 'Sent': update",
        "orders/locale/de/LC_MESSAGES/django.po has 'Shipped', which nobody says: update",
    ]


def test_what_is_loaded_must_be_what_was_translated_last(house: Path) -> None:
    catalogues.main(["update"])
    translate_all(house)
    translate(po(house, "orders"), "Shipped", "Versendet")

    stale = ["orders/locale/de/LC_MESSAGES/django.mo is not what django.po says: compile"]
    assert list(catalogues.faults()) == stale
    po(house, "orders").with_suffix(".mo").unlink()
    assert list(catalogues.faults()) == stale
    catalogues.main(["compile"])
    assert list(catalogues.faults()) == []


UNITS = ("%(count)s unit", "%(count)s units")


@pytest.mark.parametrize(
    ("text", "told", "fault"),
    [
        ("Saved.", "", "is not translated"),
        (UNITS, ("%(count)s Einheit", ""), "is not translated"),
        ("By %(name)s", "Von", "has other placeholders in 'Von'"),
        ("By %(name)s", "Von %(nome)s", "has other placeholders in 'Von %(nome)s'"),
        ("Saved", "%(count)s gespeichert", "has other placeholders in '%(count)s gespeichert'"),
        ("<b>New</b>", "Neu", "has other placeholders in 'Neu'"),
        (UNITS, ("Eine Einheit", "Einheiten"), "has other placeholders in 'Einheiten'"),
        ("Saved.", "Gespeichert", "begins or ends otherwise in 'Gespeichert'"),
        ("Saved", "Gespeichert.", "begins or ends otherwise in 'Gespeichert.'"),
        (" or ", "oder ", "begins or ends otherwise in 'oder '"),
        (" or ", " oder", "begins or ends otherwise in ' oder'"),
    ],
)
def test_a_translation_that_says_another_thing_is_a_fault(
    text: str | tuple[str, str], told: str | tuple[str, str], fault: str
) -> None:
    assert list(catalogues.faults_of(Message(text, told))) == [fault]


def test_a_translation_that_is_marked_as_unsure_is_a_fault() -> None:
    unsure = Message("Saved.", "Gespeichert.", flags=["fuzzy"])

    assert list(catalogues.faults_of(unsure)) == ["is marked as unsure"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("By %(name)s.", "Von %(name)s."),
        ("%(one)s of %(two)s", "%(two)s, davon %(one)s"),
        (UNITS, ("eine Einheit", "%(count)s Einheiten")),
        ("Is it so?", "Ist das so?"),
    ],
)
def test_a_translation_that_says_the_same_has_no_fault(
    text: str | tuple[str, str], told: str | tuple[str, str]
) -> None:
    assert list(catalogues.faults_of(Message(text, told))) == []


def test_the_letters_of_a_date_end_as_the_language_wants() -> None:
    letters = Message("j", "j.", auto_comments=["letters of a date, here the 1 of 1–30 Nov."])

    assert list(catalogues.faults_of(letters)) == []


def test_every_language_but_english_has_its_catalogues() -> None:
    assert "de" in catalogues.LANGUAGES
    assert not [code for code in catalogues.LANGUAGES if code.startswith("en")]


def test_a_wrong_word_tells_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main(["chekc"]) == 2
    assert "update | compile | check" in capsys.readouterr().err
