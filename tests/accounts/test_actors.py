"""Who acts, and what readers are told of them."""

import pytest

from accounts.actors import SYSTEM, Actor, name_told_to
from accounts.models import Source, User
from backoffice.errors import Forbidden
from tests.factories import make_user


@pytest.mark.once
@pytest.mark.parametrize(
    ("actor", "name"),
    [
        (Actor(User(email="ada@example.com"), Source.API), "ada@example.com"),
        (Actor(None, Source.API), "Nobody"),
        (Actor(None, Source.ADMIN), "Nobody"),
        (Actor(None, Source.CLI), "System"),
        (SYSTEM, "System"),
    ],
)
def test_an_actor_is_called_by_their_address_or_by_what_acts(actor: Actor, name: str) -> None:
    assert str(actor) == name


@pytest.mark.once
def test_the_system_may_do_everything() -> None:
    assert SYSTEM.may("orders.cancel_order")
    SYSTEM.require("no.such_permission")


@pytest.mark.django_db
def test_a_user_may_do_what_their_role_allows_and_is_refused_the_rest() -> None:
    warehouse = Actor(make_user(role="Warehouse"), Source.API)

    assert (warehouse.may("catalog.move_stock"), warehouse.may("orders.cancel_order")) == (True, False)
    warehouse.require("catalog.move_stock")
    with pytest.raises(Forbidden):
        warehouse.require("orders.cancel_order")


@pytest.mark.django_db
def test_who_was_deactivated_may_do_nothing() -> None:
    chief = make_user(is_superuser=True, is_active=False)

    assert not Actor(chief, Source.API).may("catalog.move_stock")


@pytest.mark.django_db
def test_only_who_may_know_customers_is_told_the_name_of_one() -> None:
    marketing, support = make_user(role="Marketing"), make_user(role="Support")

    assert name_told_to(marketing, "ada@example.com", is_staff=False) == "Customer"
    assert name_told_to(support, "ada@example.com", is_staff=False) == "ada@example.com"
    assert name_told_to(None, "ada@example.com", is_staff=False) == "ada@example.com"
    assert name_told_to(marketing, "wanda@shop.example", is_staff=True) == "wanda@shop.example"
    for nobody in (None, ""):
        assert name_told_to(marketing, nobody, is_staff=False) == "System"
