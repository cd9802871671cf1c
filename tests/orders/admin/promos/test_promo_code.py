"""Single promo codes in the admin: made, changed, measured, paused, duplicated and deleted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders import promotions
from orders.admin.changes import FieldChange
from orders.fulfilment import lifecycle
from orders.models import PromoCode, Promotion
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_category, make_customer, make_product, make_promo_code, place
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
PROMOS = "/admin/orders/promocode/"
CUSTOMERS = "/admin/accounts/customer/"
PERCENTAGE = {"code": " spring20 ", "kind": "percentage", "percent_off": "20", "minimum_spend": "0"}


def page_url(code: PromoCode, part: str = "change") -> str:
    return f"{PROMOS}{code.pk}/{part}/"


def send(client: Client, promo: PromoCode, dialog: str, **fields: str) -> Any:
    return client.post(page_url(promo, dialog), submitted(**fields))


def errors_of(page: Any) -> Any:
    return page.context["adminform"].form.errors


def test_a_code_is_made_with_its_promotion(manager: Client) -> None:
    category = make_category("Lanterns")
    product = make_product("TEA-01")
    terms = {
        **PERCENTAGE,
        "max_discount": "40",
        "max_uses": "120",
        "max_uses_per_customer": "1",
        "categories": [category.pk],
        "products": [product.pk],
        "starts_at_0": "01/11/2026",
        "starts_at_1": "00:00",
        "ends_at_0": "01/12/2026",
        "ends_at_1": "00:00",
    }

    answer = manager.post(f"{PROMOS}add/", terms)

    assert answer.status_code == 302
    made = PromoCode.objects.select_related("promotion").get()
    assert (made.code, made.max_uses) == ("SPRING20", 120)
    assert made.promotion.name == "SPRING20"
    assert made.promotion.discount_in_words == "20 %, up to €40.00"
    assert made.promotion.starts_at is not None
    assert made.promotion.starts_at.isoformat() == "2026-10-31T23:00:00+00:00"
    assert list(made.promotion.categories.all()) == [category]
    assert list(made.promotion.products.all()) == [product]


def test_what_a_hidden_field_kept_does_not_count(manager: Client) -> None:
    typed = {**PERCENTAGE, "kind": "fixed", "amount_off": "5", "max_discount": "nonsense"}

    assert manager.post(f"{PROMOS}add/", typed).status_code == 302

    promotion = Promotion.objects.get()
    assert (promotion.amount_off, promotion.percent_off, promotion.max_discount) == (Decimal(5), None, None)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"percent_off": ""}, "percent_off"),
        ({"percent_off": "120"}, "percent_off"),
        ({"kind": "fixed", "amount_off": ""}, "amount_off"),
        ({"code": "a"}, "code"),
        ({"code": "TAKEN"}, "code"),
        ({"max_uses": "0"}, "max_uses"),
        (
            {
                "starts_at_0": "02/11/2026",
                "starts_at_1": "00:00",
                "ends_at_0": "01/11/2026",
                "ends_at_1": "00:00",
            },
            "ends_at",
        ),
    ],
)
def test_a_wrong_term_is_told_at_its_field_and_nothing_is_made(
    manager: Client, typed: dict[str, str], field: str
) -> None:
    make_promo_code("TAKEN")

    page = manager.post(f"{PROMOS}add/", {**PERCENTAGE, **typed})

    assert field in errors_of(page) or "__all__" in errors_of(page)
    assert list(PromoCode.objects.values_list("code", flat=True)) == ["TAKEN"]
    assert Promotion.objects.count() == 1


def test_a_used_code_keeps_its_amounts_and_can_be_prolonged(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    code = make_promo_code("SPRING20", percent_off="20", max_uses_per_customer=None)
    place({"TEA-01": 1}, promo_code="SPRING20")
    fields = manager.get(page_url(code)).context["adminform"].form.fields
    assert {name for name, field in fields.items() if field.disabled} == {
        "code",
        "kind",
        "percent_off",
        "amount_off",
        "max_discount",
    }

    answer = manager.post(
        page_url(code),
        {
            **PERCENTAGE,
            "code": "OTHER",
            "percent_off": "90",
            "name": "Longer",
            "max_uses": "7",
            "ends_at_0": "01/12/2031",
            "ends_at_1": "00:00",
        },
    )

    assert answer.status_code == 302
    code.refresh_from_db()
    assert (code.code, code.max_uses) == ("SPRING20", 7)
    assert code.promotion.percent_off == 20
    assert code.promotion.ends_at is not None
    assert [event.kind for event in code.events.all()] == ["changed", "created"]


def test_fewer_uses_than_there_were_are_refused(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    code = make_promo_code("SPRING20", percent_off="20", max_uses_per_customer=None)
    for _ in range(2):
        place({"TEA-01": 1}, promo_code="SPRING20")

    page = manager.post(page_url(code), {**PERCENTAGE, "max_uses": "1"})

    assert "already used more often" in str(errors_of(page))
    code.refresh_from_db()
    assert code.max_uses is None


def test_a_leaked_code_is_paused_and_resumed(manager: Client) -> None:
    code = make_promo_code("LEAKED")
    assert manager.get(page_url(code, "pause")).status_code == 200
    code.refresh_from_db()
    assert not code.is_paused

    paused = send(manager, code, "pause")
    code.refresh_from_db()
    assert paused.headers["Location"]
    assert code.is_paused
    buttons = {button["title"] for button in manager.get(page_url(code)).context["actions_detail"]}
    assert buttons == {"Resume", "Duplicate", "Back-test", "Delete"}

    send(manager, code, "resume")
    code.refresh_from_db()
    assert not code.is_paused


def test_a_duplicate_has_the_same_terms_and_its_own_page(manager: Client) -> None:
    code = make_promo_code("SPRING20", percent_off="20", max_uses=5)

    taken = send(manager, code, "duplicate", code="spring20")
    done = send(manager, code, "duplicate", code="spring21")

    assert "code" in taken.context["form"].errors
    made = PromoCode.objects.get(code="SPRING21")
    assert done.headers["Location"] == page_url(made)
    assert (made.max_uses, made.promotion.percent_off) == (5, Decimal(20))
    assert made.promotion_id != code.promotion_id


def test_the_page_says_what_the_code_brought_and_cost(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    code = make_promo_code("SPRING20", percent_off="20", max_uses=120, max_uses_per_customer=None)
    lena = make_customer("lena@example.com")
    place({"TEA-01": 1}, promo_code="SPRING20", customer=lena)
    place({"TEA-01": 2}, promo_code="SPRING20", customer=lena)
    called_off = place({"TEA-01": 3}, promo_code="SPRING20")
    lifecycle.cancel_order(called_off.number, by=CLI)
    place({"TEA-01": 1})

    page = sign_in("Marketing").get(page_url(code)).context["page"]
    seen = {figure.title: (figure.value, figure.note) for figure in page.figures}
    assert seen == {
        "Orders": ("2", "1 customer"),
        "Revenue": ("€24.00", "after discount, 70.6 % of all since"),
        "Discount given": ("€6.00", "20 % of the full price"),
    }
    assert (page.bar.value, page.bar.note, page.bar.percent) == ("2 of 120", "118 uses left", 2)

    without_revenue = sign_in("Support").get(page_url(code))
    assert [figure.title for figure in without_revenue.context["page"].figures] == ["Orders"]
    assert ("Discount", "20 %") in without_revenue.context["page"].terms
    assert 'name="_save"' not in without_revenue.text


@pytest.mark.parametrize(
    ("view", "codes"),
    [
        ("active", ["SOON", "NOW"]),
        ("scheduled", ["LATER"]),
        ("ending_soon", ["SOON"]),
        ("expired", ["GONE"]),
        ("", ["PAUSED", "GONE", "SOON", "LATER", "NOW"]),
    ],
)
def test_each_tab_shows_the_codes_of_its_state(manager: Client, view: str, codes: list[str]) -> None:
    now = timezone.now()
    make_promo_code("NOW", ends_at=now + timedelta(days=30))
    make_promo_code("LATER", starts_at=now + timedelta(days=1))
    make_promo_code("SOON", ends_at=now + timedelta(days=2))
    make_promo_code("GONE", ends_at=now - timedelta(days=1))
    make_promo_code("PAUSED")
    promotions.pause_promo_code("PAUSED", by=CLI)

    page = manager.get(PROMOS, {"view": view} if view else {})

    assert [code.code for code in page.context["cl"].result_list] == codes


def test_the_lists_ask_as_little_for_three_rows_as_for_one(manager: Client) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(url).status_code == 200
        return len(captured)

    make_product("TEA-01", on_hand=9)
    make_promo_code("ONE")
    place({"TEA-01": 1}, promo_code="ONE")
    manager.get(PROMOS)
    with_one = [queries(url) for url in (PROMOS, CUSTOMERS)]
    for name in ("TWO", "THREE"):
        make_promo_code(name)
        place({"TEA-01": 1}, promo_code=name)

    assert [queries(url) for url in (PROMOS, CUSTOMERS)] == with_one
    assert max(with_one) <= 10


@pytest.mark.parametrize(
    ("role", "reads", "changes"),
    [
        ("Manager", 200, 200),
        ("Marketing", 200, 200),
        ("Support", 200, 403),
        ("Viewer", 200, 403),
        ("Warehouse", 403, 403),
    ],
)
def test_promo_codes_follow_the_table_of_roles(sign_in: SignIn, role: str, reads: int, changes: int) -> None:
    code = make_promo_code("SPRING20")
    client = sign_in(role)

    assert [client.get(url).status_code for url in (PROMOS, page_url(code))] == [reads, reads]
    dialogs = [page_url(code, dialog) for dialog in ("pause", "resume", "duplicate")]
    assert [client.get(url).status_code for url in (f"{PROMOS}add/", *dialogs)] == [changes] * 4
    assert [client.post(url).status_code for url in (f"{PROMOS}add/", *dialogs)] == [changes] * 4
    code.refresh_from_db()
    assert not code.is_paused


def test_a_used_code_is_kept_and_one_with_a_typo_can_be_deleted(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    used, typo = make_promo_code("SPRING20"), make_promo_code("SRPING20")
    page = manager.get(page_url(used))
    place({"TEA-01": 1}, promo_code="SPRING20")

    refused = send(manager, used, "delete_unused")
    done = send(manager, typo, "delete_unused")

    assert "Delete" in {button["title"] for button in page.context["actions_detail"]}
    assert "Delete" not in {
        button["title"] for button in manager.get(page_url(used)).context["actions_detail"]
    }
    assert "Orders have used SPRING20" in refused.text
    assert done.headers["Location"] == PROMOS
    assert list(PromoCode.objects.values_list("code", flat=True)) == ["SPRING20"]


def test_the_history_says_who_changed_what_from_what_to_what(sign_in: SignIn) -> None:
    code = make_promo_code("SPRING20", percent_off="20", max_discount=Decimal(40), max_uses=5)
    marketing = sign_in("Marketing")
    typed = {**PERCENTAGE, "percent_off": "15", "name": "Spring", "max_uses": "", "ends_at_0": "30/11/2035"}

    marketing.post(page_url(code), {**typed, "first_order_only": "on"})
    send(marketing, code, "pause")

    history = marketing.get(page_url(code)).context["page"].history
    assert [entry.text for entry in history] == ["Paused", "Changed", "Created"]
    assert history[1].changes == [
        FieldChange("Name", "A promotion", "Spring"),
        FieldChange("Percentage", "20 %", "15 %"),
        FieldChange("At most", "€40.00", "no cap"),
        FieldChange("Ends", "never", "Fri 30 Nov 2035, 24:00"),
        FieldChange("Uses in total", "5", "no limit"),
        FieldChange("Uses per customer", "1", "no limit"),
        FieldChange("First order only", "no", "yes"),
    ]
    assert [entry.door for entry in history] == ["Admin", "Admin", "Command line"]
    assert history[2].who == "System"


def test_the_orders_that_used_a_code_are_linked_page_by_page(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=99, price="10.00")
    code = make_promo_code("SPRING20", percent_off="20", max_uses_per_customer=None)
    lena = make_customer("lena@example.com", name="Lena Brandt")
    orders = [place({"TEA-01": 1}, promo_code="SPRING20", customer=lena) for _ in range(26)]
    lifecycle.cancel_order(orders[0].number, by=CLI)

    manager = sign_in("Manager")
    first = manager.get(page_url(code))
    second = manager.get(page_url(code), {"page": "2"}).context["page"].uses
    assert [row.number for row in first.context["page"].uses.rows] == [str(each) for each in orders[:0:-1]]
    assert [(row.number, row.is_released, row.discount) for row in second.rows] == [
        (str(orders[0]), True, "€2.00")
    ]
    assert f'href="/admin/orders/order/{orders[3].pk}/change/"' in first.text
    assert "Lena Brandt" in first.text

    seen_by_marketing = sign_in("Marketing").get(page_url(code)).text
    assert "Lena Brandt" not in seen_by_marketing
    assert "€2.00" in seen_by_marketing
    assert "€2.00" not in sign_in("Viewer").get(page_url(code)).text


def test_a_code_says_what_is_left_and_when_its_limit_is_reached(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    code = make_promo_code("TWICE", max_uses=2, max_uses_per_customer=None)

    def bar() -> tuple[str, str, str]:
        shown = manager.get(page_url(code)).context["page"].bar
        return shown.value, shown.note, shown.tone

    assert bar() == ("0 of 2", "2 uses left", "muted")
    place({"TEA-01": 1}, promo_code="TWICE")
    assert bar() == ("1 of 2", "1 use left", "muted")
    place({"TEA-01": 1}, promo_code="TWICE")
    assert bar() == ("2 of 2", "limit reached", "warn")


def test_a_used_or_unused_code_has_no_page_to_delete_it(sign_in: SignIn) -> None:
    code = make_promo_code("SPRING20")

    assert sign_in("superuser").post(page_url(code, "delete"), {"post": "yes"}).status_code == 403
    assert PromoCode.objects.count() == 1
