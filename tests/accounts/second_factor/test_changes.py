from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.history import record
from accounts.mailing.account_mails import tell_of
from accounts.models import AccountChange, Source, User
from accounts.second_factor.changes import note_change
from accounts.second_factor.factors import new_recovery_codes, remove_factor, reset_factors
from backoffice.outbox.delivery import deliver_due
from backoffice.requests.addresses import current_address
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import give_app
from tests.accounts.second_factor.test_factors import set_up
from tests.factories import CLI, make_user

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Callable[[User], Any]] = {
    "second_factor_added": set_up,
    "second_factor_removed": lambda ana: remove_factor(ana, ana.authenticators.get().pk, by=CLI),
    "recovery_codes_made": lambda ana: new_recovery_codes(ana, by=CLI),
    "second_factor_reset": lambda ana: reset_factors(ana, by=CLI),
}


@pytest.mark.parametrize("mail", CHANGES)
def test_every_change_ends_all_that_is_signed_in_is_noted_and_mailed(mail: str) -> None:
    ana = make_user("ana@example.com", role="Manager")
    if mail != "second_factor_added":
        give_app(ana)
    version = ana.auth_version
    CHANGES[mail](ana)
    assert User.objects.get().auth_version == ana.auth_version == version + 1
    assert ana.events.count() == 1
    assert templates_sent_to(ana.email) == [mail]


@pytest.mark.parametrize("mail", CHANGES)
def test_the_mail_says_what_when_and_from_where(mail: str, mailoutbox: list[Any]) -> None:
    ana = make_user("ana@example.com", role="Manager", name="Ana")
    if mail != "second_factor_added":
        give_app(ana)
    before = current_address.set("192.0.2.1")
    CHANGES[mail](ana)
    current_address.reset(before)
    deliver_due()
    [sent] = mailoutbox
    [(html, _type)] = sent.alternatives
    now = timezone.localtime()
    for text in (sent.body, html):
        assert "Hello Ana," in text
        assert f"{now:%Y}" in text
        assert "System" in text if mail == "second_factor_reset" else "192.0.2.1" in text
        assert "{{" not in text


def test_the_mails_about_guesses_recovery_codes_and_to_the_author_say_who(mailoutbox: list[Any]) -> None:
    ana, boss = make_user("ana@example.com", role="Viewer"), make_user("boss@example.com", role="Manager")
    note_change(
        ana, AccountChange.RECOVERY_USED, {"left": 1}, mail="recovery_code_used", told={"left": 1}, by=CLI
    )
    event = record(ana, AccountChange.LIMITED, {"second_factor": True}, by=Actor(None, Source.API))
    tell_of(event, "second_factor_guessed")
    give_app(ana)
    reset_factors(ana, by=Actor(boss, Source.ADMIN))
    deliver_due()
    told = {mail.subject: mail.body for mail in mailoutbox}
    assert "1 code is left." in told["A recovery code of your account at Backoffice was used"]
    assert "typed wrong codes" in told["Somebody knows your password at Backoffice"]
    assert "by boss@example.com" in told["Your second factors at Backoffice were removed"]
    assert (
        "all second factors of ana@example.com" in told["You removed the second factors of ana@example.com"]
    )
