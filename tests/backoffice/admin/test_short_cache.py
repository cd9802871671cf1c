"""Figures beside the lists may be some seconds old, but never older than what one has just done oneself."""

import pytest
from django.test import Client, RequestFactory

from backoffice.admin.short_cache import ACTED, acted_at, remembered
from tests.admin_fixtures import SignIn
from tests.factories import make_product, place

pytestmark = pytest.mark.django_db


def to_ship(client: Client) -> str:
    """The figure of the dashboard's card."""
    [card] = [each for each in client.get("/admin/").context["figures"] if each.title == "To ship"]
    return str(card.value)


def test_a_figure_is_computed_again_only_when_it_is_too_old_or_somebody_acted() -> None:
    given = iter(range(10))

    def compute() -> int:
        return next(given)

    assert [remembered("figure", 60, compute) for _ in range(3)] == [0, 0, 0]
    assert remembered("figure", 60, compute, since=4e9) == 1
    assert remembered("figure", 60, compute) == 1


def test_whoever_acts_sees_the_figures_of_afterwards_and_others_those_kept(
    manager: Client, sign_in: SignIn
) -> None:
    support = sign_in("Support")
    make_product("A", on_hand=9)
    place({"A": 1})
    assert (to_ship(manager), to_ship(support)) == ("1", "1")
    place({"A": 1})
    assert (to_ship(manager), to_ship(support)) == ("1", "1")

    manager.post("/admin/catalog/category/add/", {"name": "Lamps", "slug": "lamps"})

    assert to_ship(support) == "1"
    assert to_ship(manager) == "2"


def test_what_was_refused_is_no_act(manager: Client) -> None:
    assert manager.post("/admin/catalog/product/999999/adjust-stock/", {}).status_code == 404
    assert ACTED not in manager.cookies


@pytest.mark.parametrize("told", ["", "soon", "nan", "4e9", "-1e400"])
def test_a_cookie_that_tells_no_moment_of_the_past_counts_for_nothing(told: str) -> None:
    request = RequestFactory().get("/admin/")
    request.COOKIES[ACTED] = told
    assert not acted_at(request) > 0
