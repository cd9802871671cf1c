import pytest

from accounts.actors import Actor
from accounts.models import SettingChange, Source
from accounts.shop.looking import latest_changes
from accounts.shop.mail_texts import UnknownMail, change_mail_text
from backoffice.errors import Forbidden, Invalid, Stale
from backoffice.shop.mail_texts import OwnText, own_text
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db
OWN = OwnText("Dear {name},", "Yours, {shop}")


def test_each_mail_has_a_text_in_each_language_and_the_history_tells_of_it() -> None:
    change_mail_text("order_placed", "de", OwnText("Moin {name}", ""), by=CLI)
    change_mail_text("order_placed", "de", OwnText("", "", version=1), by=CLI)

    assert own_text("order_placed", "de") == OwnText("", "", version=2)
    assert own_text("order_placed", "en-gb") == own_text("order_shipped", "de") == OwnText()
    assert [(each.title, each.before, each.after, each.is_reset) for each in latest_changes(9)] == [
        ("Order confirmation, Deutsch: Opening", "Moin {name}", "", True),
        ("Order confirmation, Deutsch: Opening", "", "Moin {name}", False),
    ]


def test_of_two_who_saw_the_same_text_the_later_one_is_told() -> None:
    change_mail_text("order_placed", "de", OWN, by=CLI)

    with pytest.raises(Stale, match="System has just changed this text"):
        change_mail_text("order_placed", "de", OwnText("Mine", ""), by=CLI)

    assert own_text("order_placed", "de").opening == OWN.opening


def test_what_is_wrong_with_either_part_is_told_at_once_and_nothing_is_kept() -> None:
    with pytest.raises(Invalid) as refused:
        change_mail_text("order_placed", "de", OwnText("{who}", "\x00"), by=CLI)

    assert [fault.pointer for fault in refused.value.faults] == ["/opening", "/closing"]
    assert SettingChange.objects.count() == 0


@pytest.mark.parametrize(("template", "language"), [("invitation", "de"), ("order_placed", "fr"), ("", "")])
def test_no_other_mail_can_have_one(template: str, language: str) -> None:
    with pytest.raises(UnknownMail):
        change_mail_text(template, language, OWN, by=CLI)


def test_whoever_may_not_is_refused() -> None:
    with pytest.raises(Forbidden):
        change_mail_text("order_placed", "de", OWN, by=Actor(make_user(role="Support"), Source.ADMIN))
