import pytest
from django.test import override_settings
from django.utils.translation import override

from backoffice.errors import Invalid
from backoffice.languages import inside_a_sentence, language_asked_for, language_named


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("de", "de"), (" DE ", "de"), ("de-AT", "de"), ("en", "en-gb"), ("en-GB", "en-gb"), ("", ""), (" ", "")],
)
def test_a_language_is_kept_by_its_code_however_it_is_typed(typed: str, kept: str) -> None:
    assert language_named(typed) == kept


@pytest.mark.parametrize("typed", ["fr", "german", "d e", "de\0", "x" * 600])
def test_a_language_that_there_is_not_is_refused_with_those_that_there_are(typed: str) -> None:
    with pytest.raises(Invalid, match=r"en-gb, de") as refused:
        language_named(typed)
    assert refused.value.faults[0].pointer == "/language"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("fr,en;q=0.5,de;q=0.4", "en-gb"),
        ("fr", "de"),
        ("", "de"),
        ("*", "de"),
        (";;q=,,", "de"),
    ],
)
@pytest.mark.django_db
@override_settings(SHOP_LANGUAGE="de")
def test_a_browser_is_answered_in_the_first_language_that_both_know(header: str, language: str) -> None:
    assert language_asked_for(header) == language


def test_a_label_is_small_inside_a_sentence_but_for_a_language_with_large_nouns() -> None:
    assert inside_a_sentence("Part-shipped") == "part-shipped"
    with override("de"):
        assert inside_a_sentence("Retoure erfassen") == "Retoure erfassen"
