"""Batches in the admin: generated, read, exported, paused, changed and ended; their codes stay apart."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders import promotions
from orders.admin.changes import FieldChange
from orders.models import PromoCode, PromoState, Promotion
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_batch, make_category, make_product, make_promo_code, place
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db

CODES = "/admin/orders/promocode/"
BATCHES = "/admin/orders/promotion/"
TEN = Decimal(10)
TYPED = {
    "count": "25",
    "prefix": " bf26- ",
    "length": "12",
    "max_uses": "1",
    "kind": "percentage",
    "percent_off": "15",
    "max_discount": "30",
    "max_uses_per_customer": "1",
    "starts_at_0": "27/11/2026",
    "ends_at_0": "30/11/2026",
    "key": "0" * 32,
}


def url_of(batch: Promotion, part: str = "change/") -> str:
    return f"{BATCHES}{batch.pk}/{part}"


def send(client: Client, batch: Promotion, dialog: str) -> Any:
    return client.post(url_of(batch, f"{dialog}/"), submitted())


def listed(client: Client, **query: str) -> list[str]:
    rows = client.get(CODES, query).context["cl"].result_list
    return sorted(code.code for code in rows)


def texts(page: Any) -> list[str]:
    return [entry.text for entry in page.history]


# Generating


def test_codes_are_generated_for_whole_days_and_ready_on_the_next_page(sign_in: SignIn) -> None:
    marketing = sign_in("Marketing")

    answer = marketing.post(f"{BATCHES}add/", TYPED)

    batch = Promotion.objects.get()
    assert answer.headers["Location"] == url_of(batch)
    assert (batch.is_batch, batch.name, batch.discount_in_words) == (True, "BF26", "15 %, up to €30.00")
    assert (batch.starts_at, batch.ends_at) == (
        datetime(2026, 11, 26, 23, tzinfo=UTC),
        datetime(2026, 11, 30, 23, tzinfo=UTC),
    )
    codes = batch.codes.all()
    assert len({code.code for code in codes}) == 25
    assert {(code.code[:5], len(code.code), code.max_uses) for code in codes} == {("BF26-", 17, 1)}
    page = marketing.get(url_of(batch)).context["page"]
    assert texts(page) == ["Generated 25 codes, each for 1 use and with 59.5 bits"]
    assert (page.bar.value, page.bar.note) == ("0 of 25", "25 uses left")


def test_the_form_sent_once_more_generates_no_second_batch(manager: Client) -> None:
    pages = [manager.post(f"{BATCHES}add/", TYPED).headers["Location"] for _ in range(3)]

    batch = Promotion.objects.get()
    assert pages == [url_of(batch)] * 3
    assert batch.codes.count() == 25

    changed = manager.post(f"{BATCHES}add/", TYPED | {"count": "30"})
    assert "What you sent from here before is done." in changed.text
    assert Promotion.objects.count() == 1

    manager.post(f"{BATCHES}add/", TYPED | {"key": "1" * 32})
    assert Promotion.objects.count() == 2


def test_the_form_says_how_hard_codes_are_to_guess_and_has_sensible_defaults(manager: Client) -> None:
    form = manager.get(f"{BATCHES}add/").context["adminform"].form

    told = [text for _, text in form.fields["length"].choices]
    assert told[2] == "12 characters: 59 bits, the usual"
    values = {name: form[name].value() for name in ("count", "length", "max_uses", "max_uses_per_customer")}
    assert values == {"count": 1000, "length": 12, "max_uses": 1, "max_uses_per_customer": 1}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"count": "0"}, "count"),
        ({"count": "100001"}, "count"),
        ({"prefix": "BF 26"}, "prefix"),
        ({"length": "3"}, "length"),
        ({"percent_off": ""}, "percent_off"),
        ({"percent_off": "120"}, "percent_off"),
        ({"max_uses": "0"}, "max_uses"),
        ({"ends_at_0": "26/11/2026"}, "ends_at"),
        ({"ends_at_0": "", "ends_at_1": "18:00"}, "ends_at"),
    ],
)
def test_a_wrong_term_is_told_at_its_field_and_nothing_is_generated(
    manager: Client, typed: dict[str, str], field: str
) -> None:
    page = manager.post(f"{BATCHES}add/", {**TYPED, **typed})

    assert list(page.context["adminform"].form.errors) == [field]
    assert not Promotion.objects.exists()
    assert not PromoCode.objects.exists()


# The lists


def test_codes_of_batches_stay_out_of_the_list_of_single_codes(manager: Client) -> None:
    make_promo_code("SINGLE")
    batch = make_batch(3)
    other = make_batch(2, name="Other")
    codes = sorted(batch.codes.values_list("code", flat=True))

    assert listed(manager) == listed(manager, view="active") == ["SINGLE"]
    assert listed(manager, q="BF-") == listed(manager, q="Black") == []
    assert listed(manager, q=codes[0].lower()) == codes[:1]
    assert listed(manager, promotion=str(batch.pk)) == codes
    assert listed(manager, promotion=str(batch.pk), q=codes[1]) == codes[1:2]
    assert listed(manager, promotion="99") == listed(manager, promotion="x") == []
    assert other.codes.count() == 2


def test_codes_of_a_batch_are_narrowed_by_their_use(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    batch = make_batch(3)
    used = place({"TEA-01": 1}, promo_code=batch.codes.all()[0].code).promo_code

    assert listed(manager, promotion=str(batch.pk), used="yes") == [used]
    assert listed(manager, promotion=str(batch.pk), used="up") == [used]
    assert used not in listed(manager, promotion=str(batch.pk), used="no")


def test_the_list_of_batches_shows_how_far_each_is_used(manager: Client) -> None:
    make_product("TEA-01", on_hand=5)
    make_promo_code("SINGLE")
    batch = make_batch(2, name="Black Friday")
    for code in batch.codes.all():
        place({"TEA-01": 1}, promo_code=code.code)
    paused = make_batch(1, name="Advent")
    promotions.pause_promotion(paused.pk, by=CLI)

    page = manager.get(BATCHES)

    shown = {each.name: each for each in page.context["cl"].result_list}
    assert set(shown) == {"Black Friday", "Advent"}
    assert (shown["Black Friday"].uses_count, shown["Black Friday"].codes_count) == (2, 2)
    assert "2 by 2 codes" in page.text
    assert "Used up" in page.text
    assert [tab["title"] for tab in page.context["tab_list"][0]["items"] if tab["active"]] == ["Batches"]
    by_state = manager.get(BATCHES, {"state": "paused"}).context["cl"].result_list
    assert [each.name for each in by_state] == ["Advent"]
    used = batch.codes.all()[0].code
    assert [each.name for each in manager.get(BATCHES, {"q": used}).context["cl"].result_list] == [
        "Black Friday"
    ]


def test_lists_and_pages_ask_as_little_for_many_codes_as_for_few(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    small = make_batch(1)
    place({"TEA-01": 1}, promo_code=small.codes.get().code)

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(url).status_code == 200
        return len(captured)

    queries(BATCHES)
    few = [queries(BATCHES), queries(url_of(small))]
    large = make_batch(40)
    for code in large.codes.all()[:3]:
        place({"TEA-01": 1}, promo_code=code.code)

    assert [queries(BATCHES), queries(url_of(large))] == few
    assert few[0] <= 8
    assert few[1] <= 25


# One batch


def test_the_page_of_a_batch_measures_all_its_codes(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    batch = make_batch(4, percent_off="20")
    first, second, leaked, _ = batch.codes.all()
    promotions.pause_promo_code(leaked.code, by=CLI)
    place({"TEA-01": 1}, promo_code=first.code)
    order = place({"TEA-01": 2}, promo_code=second.code)

    page = sign_in("Manager").get(url_of(batch)).context["page"]

    assert {figure.title: (figure.value, figure.note) for figure in page.figures} == {
        "Orders": ("2", "2 customers"),
        "Revenue": ("€24.00", "after discount, 100 % of all since"),
        "Discount given": ("€6.00", "20 % of the full price"),
    }
    assert (page.bar.value, page.bar.note, page.bar.percent) == (
        "2 of 4",
        "2 uses left, 1 paused alone",
        50,
    )
    newest = page.uses.rows[0]
    assert (newest.number, newest.code, newest.discount) == (str(order), second.code, "€4.00")
    assert f"Paused: {leaked.code} alone" in texts(page)


def test_a_batch_all_of_whose_codes_are_used_says_so(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    batch = make_batch(1)
    place({"TEA-01": 1}, promo_code=batch.codes.get().code)

    page = manager.get(url_of(batch)).context["page"]

    assert (page.bar.note, page.bar.tone) == ("limit reached", "warn")
    assert "Used up" in str(page.labels[0])


def test_whoever_sees_no_revenue_sees_no_discount_either(sign_in: SignIn) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    batch = make_batch(1)
    place({"TEA-01": 1}, promo_code=batch.codes.get().code)

    for role in ("Support", "Viewer"):
        answer = sign_in(role).get(url_of(batch))
        page = answer.context["page"]
        assert [figure.title for figure in page.figures] == ["Orders"]
        assert not page.uses.shows_discount
        assert "€1.00" not in answer.text
        assert ("Uses per customer", "1") in page.terms
        assert 'name="_save"' not in answer.text


def test_a_batch_is_paused_resumed_and_ended_as_a_whole(manager: Client) -> None:
    batch = make_batch(2)
    code = batch.codes.all()[0].code

    def state() -> PromoState:
        return PromoCode.objects.select_related("promotion").get(code=code).state

    def buttons() -> set[str]:
        return {button["title"] for button in manager.get(url_of(batch)).context["actions_detail"]}

    assert buttons() == {"Pause", "End now", "Back-test"}
    assert send(manager, batch, "pause").headers["Location"]
    assert state() == PromoState.PAUSED
    assert buttons() == {"Resume", "End now", "Back-test"}
    send(manager, batch, "resume")
    assert state() == PromoState.ACTIVE
    send(manager, batch, "end")
    assert state() == PromoState.EXPIRED
    assert buttons() == {"Back-test"}
    assert texts(manager.get(url_of(batch)).context["page"])[:3] == ["Changed", "Resumed", "Paused"]


def test_a_batch_that_has_not_begun_cannot_be_ended_but_paused(manager: Client) -> None:
    batch = make_batch(1, starts_at=timezone.now() + timedelta(days=1))

    titles = {button["title"] for button in manager.get(url_of(batch)).context["actions_detail"]}

    assert titles == {"Pause", "Back-test"}


def test_terms_of_a_used_batch_are_prolonged_and_its_amounts_stay(manager: Client) -> None:
    make_product("TEA-01", on_hand=9)
    batch = make_batch(2, percent_off="10")
    place({"TEA-01": 1}, promo_code=batch.codes.all()[0].code)
    lanterns = make_category("Lanterns")

    manager.post(
        url_of(batch),
        {
            "name": "Cyber week",
            "kind": "percentage",
            "percent_off": "90",
            "max_uses_per_customer": "2",
            "ends_at_0": "04/12/2035",
            "categories": [lanterns.pk],
        },
    )

    batch.refresh_from_db()
    assert (batch.name, batch.percent_off, batch.max_uses_per_customer) == ("Cyber week", TEN, 2)
    assert batch.ends_at == datetime(2035, 12, 4, 23, tzinfo=UTC)
    entry = manager.get(url_of(batch)).context["page"].history[0]
    assert (entry.text, entry.door) == ("Changed", "Admin")
    assert entry.changes == [
        FieldChange("Name", "Black Friday", "Cyber week"),
        FieldChange("Ends", "never", "Tue 4 Dec 2035, 24:00"),
        FieldChange("Uses per customer", "1", "2"),
        FieldChange("Applies to", "everything", "what is named"),
        FieldChange("Only these categories", "none", "Lanterns"),
    ]


def test_a_code_is_found_in_full_and_a_part_leads_to_those_that_begin_so(manager: Client) -> None:
    batch = make_batch(2)
    code = batch.codes.all()[0]

    found = manager.get(url_of(batch, "find/"), {"code": f" {code.code.lower()} "})
    begun = manager.get(url_of(batch, "find/"), {"code": "bf-"})

    assert found.headers["Location"] == f"{CODES}{code.pk}/change/"
    assert begun.headers["Location"] == f"{CODES}?promotion={batch.pk}&q=BF-"
    for odd in ("", "\x00", "x" * 5000):
        assert manager.get(url_of(batch, "find/"), {"code": odd}).status_code == 302


def test_a_code_of_a_batch_is_paused_alone_and_nothing_else_can_be_done_to_it(manager: Client) -> None:
    make_product("TEA-01", on_hand=9, price="10.00")
    batch = make_batch(2)
    leaked, other = batch.codes.all()
    place({"TEA-01": 3}, promo_code=leaked.code)
    url = f"{CODES}{leaked.pk}/"

    page = manager.get(f"{url}change/")
    dialog = manager.get(f"{url}pause/")
    manager.post(f"{url}pause/", submitted())

    assert page.context["page"].promotion == batch
    assert {button["title"] for button in page.context["actions_detail"]} == {"Pause", "Back-test"}
    assert 'name="_save"' not in page.text
    assert "1 order used it and got €3.00 off." in dialog.text
    leaked.refresh_from_db()
    other.refresh_from_db()
    assert (leaked.is_paused, other.is_paused) == (True, False)
    assert manager.post(f"{url}change/", {"kind": "percentage", "percent_off": "90"}).status_code == 403


# From anywhere


def test_the_palette_finds_a_batch_by_name_and_its_codes_in_full(manager: Client) -> None:
    make_promo_code("BF-SINGLE")
    batch = make_batch(3, name="Black Friday")
    code = batch.codes.all()[0]

    def found(term: str) -> list[str]:
        answer = manager.get("/admin/search/", {"s": term})
        return [result.link for result in answer.context["results"] if "promo" in result.link]

    assert found(code.code.lower()) == [f"{CODES}{code.pk}/change/"]
    assert found("bf-") == [f"{CODES}{PromoCode.objects.get(code='BF-SINGLE').pk}/change/"]
    assert found("friday") == [url_of(batch)]


def test_a_batch_that_ends_soon_is_one_line_on_the_dashboard(manager: Client) -> None:
    ends_at = timezone.now() + timedelta(days=2)
    make_promo_code("LATER", ends_at=ends_at + timedelta(days=1))
    batch = make_batch(3, name="Black Friday", ends_at=ends_at)

    rows = manager.get("/admin/").context["attention"]

    assert [(row.title, row.count, row.url) for row in rows] == [
        ("Promo codes ending soon", "1", f"{CODES}?view=ending_soon"),
        ("Black Friday", "", url_of(batch)),
    ]
    assert rows[1].note.startswith("All its codes end: ")
