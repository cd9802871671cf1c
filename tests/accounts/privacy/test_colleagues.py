"""A colleague who has left is erased, and what they did stays without a name."""

import json
import re

import pytest

from accounts.actors import Actor
from accounts.models import (
    AccountEvent,
    Authenticator,
    AuthenticatorKind,
    BrowserSession,
    KnownPlace,
    Source,
    TokenFamily,
    User,
)
from accounts.people import deactivate, set_role
from accounts.privacy.colleagues import CannotEraseUser, erase_user
from accounts.second_factor.factors import reset_factors
from accounts.second_factor.sealing import seal
from accounts.sign_in.places import know_place
from accounts.tokens.refresh import issue_pair
from backoffice.errors import Forbidden
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from orders.fulfilment.lifecycle import comment
from orders.models import OrderEvent
from tests.cli_fixtures import Answers
from tests.contract.client import Api
from tests.factories import CLI, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db


def test_name_sign_ins_and_rights_go_and_histories_name_a_former_colleague(answers: Answers) -> None:
    make_product("A", on_hand=5)
    order, boss = place({"A": 1}), make_user("boss@example.com", is_superuser=True)
    ana = make_user("ana@example.com", role="Manager", name="Ana")
    by = Actor(ana, Source.ADMIN)
    comment(order.number, text="Called back", by=by)
    set_role(make_user("sam@example.com", role="Viewer"), "Support", by=by)
    know_place(ana, "192.0.2.1")
    issue_pair(ana)
    deactivate(ana, by=CLI)

    assert answers("users", "erase", "ana@example.com", "--yes") == {"user": ana.pk}

    kept = User.objects.get(pk=ana.pk)
    assert (kept.name, kept.email, kept.is_active) == ("", f"colleague-{ana.pk}@erased.invalid", False)
    assert not kept.has_usable_password()
    assert not kept.groups.exists()
    for model in (KnownPlace, TokenFamily, BrowserSession):
        assert not model._default_manager.filter(user=ana).exists()
    name = f"Former colleague {ana.pk}"
    assert AccountEvent.objects.get(kind="role").by == name
    told = Api(boss).get(f"orders/{order.number}/events").json()["items"]
    assert [event["actor"] for event in told if event["kind"] == "comment"] == [name]
    assert OrderEvent.objects.get(kind="comment").facts["text"] == "Called back"


def test_who_works_here_who_is_a_customer_and_who_is_gone_are_refused() -> None:
    ana = make_user("ana@example.com", role="Viewer")
    with pytest.raises(CannotEraseUser, match="Deactivate"):
        erase_user(ana, by=CLI)
    with pytest.raises(CannotEraseUser, match="customer"):
        erase_user(make_shopper(), by=CLI)
    deactivate(ana, by=CLI)
    erase_user(ana, by=CLI)
    with pytest.raises(CannotEraseUser, match="already"):
        erase_user(ana, by=CLI)


def test_only_a_superuser_erases_a_superuser() -> None:
    make_user(is_superuser=True)
    boss = deactivate(make_user("boss@example.com", is_superuser=True), by=CLI)
    manager = make_user(role="Manager")
    with pytest.raises(Forbidden):
        erase_user(boss, by=Actor(manager, Source.API))
    assert User.objects.get(pk=boss.pk).erased_at is None


def test_others_histories_and_mails_do_not_name_who_is_erased() -> None:
    """Whoever removes a colleague's second factors, or is given a role by them, is told by address."""
    boss = make_user("boss@example.com", is_superuser=True)
    ana, other = make_user("ana@example.com", role="Manager"), make_user("diana@example.com", role="Viewer")
    Authenticator.objects.create(
        user=ana, kind=AuthenticatorKind.TOTP, secret=seal(b"20 bytes of a secret", user=ana.pk)
    )
    reset_factors(ana, by=Actor(boss, Source.ADMIN))
    set_role(other, "Support", by=Actor(ana, Source.ADMIN))
    deliver_due()
    set_role(other, "Warehouse", by=Actor(ana, Source.ADMIN))
    assert len(_naming("ana@example.com")) > 3
    kept = set(EmailMessage.objects.filter(text__contains="diana@").values_list("pk", flat=True))
    deactivate(ana, by=CLI)

    erase_user(ana, by=CLI)

    assert _naming("ana@example.com") == []
    [waiting] = EmailMessage.objects.filter(recipient=other.email, state=EmailState.QUEUED)
    assert (waiting.forgotten_at, waiting.context["by"]) == (None, "somebody@erased.invalid")
    deliver_due()
    assert EmailMessage.objects.get(pk=waiting.pk).state == EmailState.SENT
    assert not EmailMessage.objects.filter(pk__in=kept).exclude(forgotten_at=None).exists()


def _naming(address: str) -> list[str]:
    """Return which columns of mails and histories name the address, and not a longer one."""
    rows = [*EmailMessage.objects.values(), *AccountEvent.objects.values(), *User.objects.values()]
    return [
        name
        for row in rows
        for name, value in row.items()
        if re.search(rf"(?<!\w){address}", json.dumps(value, default=str))
    ]
