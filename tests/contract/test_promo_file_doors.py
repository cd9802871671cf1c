"""The codes of a batch as a file, or made: the same people may, whichever door they use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import ROLE_NAMES
from orders.models import PromoCode, Promotion
from tests.cli_fixtures import Shopctl
from tests.contract.client import Api
from tests.factories import make_batch, make_user

pytestmark = pytest.mark.django_db

MAY = {"Manager", "Marketing"}
TERMS = {"count": 3, "name": "Mine", "percent_off": "10.00"}


def admin_client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def was_answered(answer: Any) -> bool:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code in (200, 201, 302, 403), body[:200]
    return answer.status_code != 403


def by_admin(path: str) -> Callable[[User, Promotion], bool]:
    return lambda user, batch: was_answered(
        admin_client(user).get(f"/admin/orders/promotion/{batch.pk}/{path}")
    )


def by_api(user: User, batch: Promotion) -> bool:
    return was_answered(Api(user).get(f"promotions/{batch.pk}/codes.csv"))


def generated_by_admin(user: User, batch: Promotion) -> bool:
    form = {"count": "3", "length": "12", "kind": "percentage", "percent_off": "10", "minimum_spend": "0"}
    return was_answered(admin_client(user).post("/admin/orders/promotion/add/", form))


def generated_by_api(user: User, batch: Promotion) -> bool:
    return was_answered(Api(user).post("promo-codes/generate", TERMS))


FILES: dict[str, Callable[[User, Promotion], bool]] = {
    "admin, CSV": by_admin("codes.csv"),
    "admin, XLSX": by_admin("codes.xlsx"),
    "API, CSV": by_api,
    "admin, generate": generated_by_admin,
    "API, generate": generated_by_api,
}
COMMANDS = {
    "export of a batch": ("promos", "export", "--promotion", "{batch}"),
    "export of all": ("promos", "export", "--all"),
    "export of what a search finds": ("promos", "export", "--q", "bf-"),
    "export": ("promos", "export"),
    "list of a batch": ("promos", "list", "--promotion", "{batch}", "--limit", "0"),
    "generate": ("promos", "generate", "--count", "3", "--percent", "10", "--yes", "--output", "{file}"),
}


@pytest.mark.parametrize("role", [*ROLE_NAMES, None])
@pytest.mark.parametrize("door", FILES)
def test_one_right_opens_every_door_of_pages_and_the_api(role: str | None, door: str) -> None:
    batch = make_batch(3)
    user = make_user(role=role)
    if role is None and door.startswith("admin"):
        # Customers are sent to sign in.
        assert admin_client(user).get("/admin/orders/promotion/").status_code == 302
        return

    assert FILES[door](user, batch) is (role in MAY)
    if role not in MAY:
        assert PromoCode.objects.count() == 3


@pytest.mark.parametrize("role", [*ROLE_NAMES, None])
@pytest.mark.parametrize("command", COMMANDS)
def test_one_right_opens_every_door_of_the_command_line(
    shopctl: Shopctl, tmp_path: Path, role: str | None, command: str
) -> None:
    batch = make_batch(3)
    user = make_user(role=role)
    file = tmp_path / "codes.csv"
    arguments = [part.format(batch=batch.pk, file=file) for part in COMMANDS[command]]

    done = shopctl(*arguments, "--as", user.email)

    assert (done.exit_code == 0) is (role in MAY), done.stderr
    if role not in MAY:
        assert not any(code in done.stdout for code in batch.codes.values_list("code", flat=True))
        assert not file.exists()
        assert PromoCode.objects.count() == 3


def test_who_may_look_at_codes_finds_one_of_a_batch_by_typing_it_in_full(shopctl: Shopctl) -> None:
    codes = list(make_batch(3).codes.values_list("code", flat=True))
    viewer = make_user(role="Viewer").email

    found = shopctl("promos", "list", "--q", codes[0].lower(), "--as", viewer)
    begun = shopctl("promos", "list", "--q", "BF-", "--as", viewer)

    assert codes[0] in found.stdout
    assert not any(code in found.stdout for code in codes[1:])
    assert not any(code in begun.stdout for code in codes)


@pytest.mark.parametrize(("role", "is_offered"), [("Marketing", True), ("Support", False)])
def test_the_page_offers_the_files_to_those_who_may_have_them(role: str, is_offered: bool) -> None:
    batch = make_batch(3)
    page = admin_client(make_user(role=role)).get(f"/admin/orders/promotion/{batch.pk}/change/")
    assert (f"/admin/orders/promotion/{batch.pk}/codes.csv" in page.text) is is_offered
