"""The page of a customer tells what was changed, from what to what, by whom and through which door."""

import pytest
from django.test import Client

from orders.admin.changes import FieldChange
from orders.customers.editing import edit_customer
from tests.admin_fixtures import SignIn
from tests.factories import CLI, make_customer

pytestmark = pytest.mark.django_db


def test_edits_are_shown_with_old_and_new_values(manager: Client) -> None:
    lena = make_customer("lena@example.com", name="Lena")
    url = f"/admin/accounts/customer/{lena.pk}/change/"

    manager.post(url, {"name": "Lena Brandt", "phone": "", "note": ""})

    [entry] = manager.get(url).context["page"].history
    assert (entry.text, entry.changes, entry.door) == (
        "Edited",
        [FieldChange("Name", "Lena", "Lena Brandt")],
        "Admin",
    )
    assert entry.who == str(manager.session and manager.get(url).context["request"].user)


def test_who_may_see_customers_sees_the_history(sign_in: SignIn) -> None:
    lena = make_customer("lena@example.com", name="Lena")
    edit_customer(lena, note="Likes tea", by=CLI)

    page = sign_in("Viewer").get(f"/admin/accounts/customer/{lena.pk}/change/")

    [entry] = page.context["page"].history
    assert entry.changes == [FieldChange("Note", "", "Likes tea")]
    assert '<ins class="bo-new"><bdi>Likes tea</bdi></ins>' in page.text
    assert '<del class="bo-old"><em>empty</em></del>' in page.text
