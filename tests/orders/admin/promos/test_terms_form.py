"""What a promotion applies to, as the admin's forms take it, and what may be deleted beside it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from catalog.models import Category
from orders.admin.changes import FieldChange
from orders.models import Promotion
from tests.admin_fixtures import SignIn
from tests.factories import make_batch, make_category, make_product, make_promo_code

pytestmark = pytest.mark.django_db

CODES = "/admin/orders/promocode/"
BATCHES = "/admin/orders/promotion/"
TERMS = {"kind": "percentage", "percent_off": "50", "minimum_spend": "0"}


def sent(page: Any) -> dict[str, Any]:
    """What a browser would send of the form that it was shown."""
    form = page.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, "", False, [])}


def errors_of(page: Any) -> Any:
    return page.context["adminform"].form.errors


def test_the_last_category_of_a_restricted_code_or_batch_is_not_taken_away(manager: Client) -> None:
    lamps = make_category("Lamps")
    code = make_promo_code("LIGHT", category_ids=(lamps.pk,))
    batch = make_batch(2, category_ids=(lamps.pk,))

    for url in (f"{CODES}{code.pk}/change/", f"{BATCHES}{batch.pk}/change/"):
        values = sent(manager.get(url))
        assert values.pop("categories") == [lamps.pk]
        assert values["is_restricted"] == "yes"
        answers = [manager.post(url, values), manager.post(url, {**values, "is_restricted": ""})]
        for answer in answers:
            assert errors_of(answer) == {
                "categories": ["Choose a category or a product, or let it apply to everything in the shop."]
            }
    assert set(Promotion.objects.values_list("is_restricted", "categories")) == {(True, lamps.pk)}


def test_a_restriction_is_lifted_by_choosing_everything(manager: Client) -> None:
    code = make_promo_code("LIGHT", category_ids=(make_category("Lamps").pk,))
    url = f"{CODES}{code.pk}/change/"
    values = sent(manager.get(url))

    answer = manager.post(url, {**values, "is_restricted": "no"})

    assert answer.status_code == 302
    promotion = Promotion.objects.get()
    assert (promotion.is_restricted, promotion.categories.count()) == (False, 0)
    assert (
        FieldChange("Applies to", "what is named", "everything")
        in manager.get(url).context["page"].history[0].changes
    )


@pytest.mark.parametrize("choice", ["yes", "maybe"])
def test_a_new_code_that_would_be_restricted_to_nothing_is_refused(manager: Client, choice: str) -> None:
    for url, more in ((f"{CODES}add/", {"code": "NEW"}), (f"{BATCHES}add/", {"count": "3", "length": "12"})):
        answer = manager.post(url, {**TERMS, **more, "is_restricted": choice})
        assert answer.status_code == 200
        assert {"categories", "is_restricted"} & set(errors_of(answer))
    assert not Promotion.objects.exists()


def test_a_link_that_names_something_restricts_to_it(manager: Client) -> None:
    lamps = make_category("Lamps")
    form = manager.get(f"{CODES}add/", {"categories": lamps.pk}).context["adminform"].form
    assert form["is_restricted"].value() == "yes"


def test_the_back_test_of_a_restricted_code_stays_restricted(manager: Client) -> None:
    lamps = make_category("Lamps")
    code = make_promo_code("LIGHT", category_ids=(lamps.pk,))

    link = manager.get(f"{CODES}{code.pk}/backtest/")
    asked = parse_qs(urlsplit(link.headers["Location"]).query)
    period = {"first": "2026-06-01", "last": "2026-06-30", "run": "1"}
    ran = manager.get("/admin/orders/promotion/backtest/", {**asked, **period})
    emptied = manager.get("/admin/orders/promotion/backtest/", {**asked, **period, "categories": []})

    assert asked["is_restricted"] == ["yes"]
    assert ran.context["result"].terms.endswith("only Lamps")
    assert emptied.context["result"] is None
    assert "categories" in emptied.context["form"].errors


def test_a_category_in_use_is_not_deleted_and_the_page_names_the_promotions(manager: Client) -> None:
    lamps = make_category("Lamps")
    make_batch(2, name="Black Friday", category_ids=(lamps.pk,))
    url = f"/admin/catalog/category/{lamps.pk}/delete/"

    asked, answer = manager.get(url), manager.post(url, {"post": "yes"})

    for page in (asked, answer):
        assert page.status_code == 200
        assert "Promotion: Black Friday" in page.text
    assert list(Category.objects.all()) == [lamps]
    assert list(Promotion.objects.get().categories.all()) == [lamps]


def test_nor_by_choosing_it_in_the_list(sign_in: SignIn) -> None:
    lamps = make_category("Lamps")
    make_promo_code("LIGHT", category_ids=(lamps.pk,))
    chosen = {"action": "delete_selected", "_selected_action": [lamps.pk], "post": "yes"}

    sign_in("superuser").post("/admin/catalog/category/", chosen)

    assert Category.objects.count() == 1


def test_a_category_that_nothing_uses_is_deleted(manager: Client) -> None:
    lamps = make_category("Lamps")
    make_product("CUP")

    answer = manager.post(f"/admin/catalog/category/{lamps.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert not Category.objects.exists()


def test_a_sheet_to_count_by_is_empty_for_a_category_that_is_none(manager: Client) -> None:
    make_product("CUP")
    url = "/admin/catalog/product/count/sheet.csv"

    for odd in ("x", "-1", "9" * 40, "²", "0"):
        assert len(manager.get(url, {"category": odd}).content.splitlines()) == 1
    assert len(manager.get(url, {"category": ""}).content.splitlines()) == 2
