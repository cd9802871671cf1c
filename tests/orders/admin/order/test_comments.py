"""Comments are left in the box on top of an order's timeline."""

import pytest
from django.test import Client

from orders.models import EventKind, Order
from tests.admin_fixtures import SignIn
from tests.factories import make_product, place
from tests.orders.admin.order.test_order_admin import page_url
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_product("TEA-01", on_hand=5)
    return place({"TEA-01": 2})


def comments(order: Order) -> list[str]:
    return [event.facts["text"] for event in order.events.filter(kind=EventKind.COMMENT)]


def test_a_comment_stands_in_the_timeline_with_its_author(manager: Client, order: Order) -> None:
    answer = manager.post(page_url(order, "comment"), submitted(text="Called: <b>wait</b> until Monday."))

    assert (answer.status_code, answer["Location"]) == (302, f"{page_url(order)}#history")
    page = manager.get(page_url(order))
    [newest, *_] = page.context["page"].timeline.entries
    assert (newest.text, newest.door) == ("Called: <b>wait</b> until Monday.", "")
    assert "&lt;b&gt;wait" in page.text


def test_a_comment_that_is_sent_twice_is_kept_once(manager: Client, order: Order) -> None:
    sent = submitted(text="Call back.")

    for _ in range(2):
        manager.post(page_url(order, "comment"), sent)

    assert comments(order) == ["Call back."]


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001])
def test_a_refused_comment_comes_back_as_it_was_typed(manager: Client, order: Order, text: str) -> None:
    answer = manager.post(page_url(order, "comment"), submitted(text=text))

    assert answer.status_code == 200
    assert answer.context["comment"].errors["text"]
    assert answer.context["comment"]["text"].value() == text
    assert answer.context["page"].order == order
    assert comments(order) == []


def test_the_list_that_one_came_from_is_not_lost_by_a_comment(manager: Client, order: Order) -> None:
    came_from = "?_changelist_filters=view%3Dto_ship"

    answer = manager.post(page_url(order, "comment") + came_from, submitted(text="Call back."))

    assert answer["Location"] == f"{page_url(order)}{came_from}#history"


@pytest.mark.parametrize(
    ("role", "may"),
    [("Manager", True), ("Warehouse", True), ("Support", True), ("Marketing", False), ("Viewer", False)],
)
def test_only_who_may_comment_has_the_box(sign_in: SignIn, order: Order, role: str, may: bool) -> None:
    client = sign_in(role)

    answer = client.post(page_url(order, "comment"), submitted(text="Call back."))

    assert answer.status_code == (302 if may else 403)
    assert comments(order) == (["Call back."] if may else [])
    assert ("Write a comment" in client.get(page_url(order)).text) == may


def test_asking_for_a_comment_leads_to_the_order(manager: Client, order: Order) -> None:
    assert manager.get(page_url(order, "comment"))["Location"] == f"{page_url(order)}#history"
    assert comments(order) == []


def test_a_comment_of_somebody_who_is_signed_out_is_kept_beside_the_sign_in(order: Order) -> None:
    here = {"Origin": "http://testserver"}

    answer = Client().post(page_url(order, "comment"), submitted(text="Call back."), headers=here)

    assert answer.status_code == 200
    assert "What you typed is kept" in answer.text
    assert "Call back." in answer.text
    assert comments(order) == []
