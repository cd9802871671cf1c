"""shopctl customers: looked at, edited, merged and parted. Exports: tests/orders/customers/test_export.py."""

from pathlib import Path

import pytest

from accounts.models import Customer
from orders.models import CustomerEvent
from tests.cli_fixtures import Answers, Shopctl, Terminal
from tests.factories import make_customer, make_product, make_shopper, make_user, place

pytestmark = pytest.mark.django_db


def test_customers_are_found_by_name_old_address_and_account(answers: Answers) -> None:
    make_customer("theo@example.com", name="Theo Jansen")
    make_shopper("max@example.com")

    assert [row["email"] for row in answers("customers", "list", "--q", "jansen")] == ["theo@example.com"]
    assert [row["email"] for row in answers("customers", "list", "--has-account")] == ["max@example.com"]
    assert [row["email"] for row in answers("customers", "list", "--guests")] == ["theo@example.com"]


def test_a_customer_is_named_by_address_or_number(answers: Answers, shopctl: Shopctl) -> None:
    theo = make_customer("theo@straße.de")
    by_number = answers("customers", "show", theo.pk)
    assert answers("customers", "show", "THEO@Straße.de") == by_number
    refused = shopctl("customers", "show", "nobody@example.com")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "There is no customer nobody@example.com." in refused.stderr


def test_what_is_named_changes_and_can_be_emptied(answers: Answers, shopctl: Shopctl) -> None:
    theo = make_customer("theo@example.com", name="Theo")
    row = answers("customers", "edit", "theo@example.com", "--note", "Likes tea", "--name", "")
    assert (row["name"], row["note"]) == ("", "Likes tea")
    assert CustomerEvent.objects.get(customer=theo).source == "cli"
    assert shopctl("customers", "edit", theo.pk).exit_code == 2


def test_a_merge_is_looked_at_applied_and_undone(answers: Answers, shopctl: Shopctl) -> None:
    make_product("A", on_hand=1)
    kept, gone = make_customer("theo@example.com"), make_customer("theo@exmaple.com")
    order = place({"A": 1}, customer=gone)
    pair = ("theo@example.com", "theo@exmaple.com")

    looked = shopctl("customers", "merge", *pair, "--dry-run")
    assert (looked.exit_code, str(order) in looked.stdout) == (0, True)
    assert shopctl("customers", "merge", *pair).exit_code == 2
    assert Customer.objects.present().count() == 2
    assert answers("customers", "merge", *pair, "--yes")["orders"] == 1
    assert kept.orders.count() == 1
    assert answers("customers", "undo-merge", kept.pk, "--yes")["undone_at"] is not None
    assert gone.orders.count() == 1
    assert shopctl("customers", "undo-merge", kept.pk, "--yes").exit_code == 1


def test_what_cannot_be_merged_is_refused_by_a_dry_run_too(shopctl: Shopctl) -> None:
    for email in ("a@example.com", "b@example.com"):
        make_shopper(email)
    for option in ("--dry-run", "--yes"):
        result = shopctl("customers", "merge", "a@example.com", "b@example.com", option)
        assert result.exit_code == 1
        assert "Both can sign in" in result.stderr


def test_a_person_is_asked(terminal: Terminal) -> None:
    make_customer("a@example.com")
    make_customer("b@example.com")
    code, screen = terminal("customers", "merge", "a@example.com", "b@example.com", typed="n\n")
    assert (code, "Merge b@example.com into a@example.com?" in screen) == (1, True)
    assert Customer.objects.present().count() == 2


def test_who_may_not_is_refused(shopctl: Shopctl) -> None:
    make_customer("a@example.com")
    marketing = make_user(role="Marketing").email
    assert shopctl("customers", "list", "--as", marketing).exit_code == 1
    assert shopctl("customers", "edit", "a@example.com", "--note", "x", "--as", marketing).exit_code == 1


def test_somebodys_data_are_a_private_file(answers: Answers, shopctl: Shopctl, tmp_path: Path) -> None:
    theo = make_customer("theo@example.com", name="Theo")
    file = tmp_path / "theo.zip"
    assert shopctl("customers", "data", "theo@example.com", "--output", file).exit_code == 0
    assert (file.stat().st_mode & 0o077, file.read_bytes()[:2]) == (0, b"PK")
    assert shopctl("customers", "data", theo.pk, "--output", file).exit_code == 1
    assert answers("customers", "data", theo.pk)["customer"][0]["name"] == "Theo"
    assert [event.kind for event in CustomerEvent.objects.all()] == ["data_handed_out"] * 2


def test_somebody_is_erased_after_a_look(answers: Answers, shopctl: Shopctl) -> None:
    theo = make_customer("theo@example.com", name="Theo")
    looked = shopctl("customers", "erase", "theo@example.com", "--dry-run")
    assert (looked.exit_code, "It cannot be undone." in looked.stderr) == (0, True)
    assert shopctl("customers", "erase", "theo@example.com").exit_code == 2
    assert Customer.objects.get().name == "Theo"
    assert answers("customers", "erase", "theo@example.com", "--yes")["customer"] == theo.pk
    assert (Customer.objects.get().name, shopctl("customers", "show", "theo@example.com").exit_code) == (
        "",
        1,
    )
    assert shopctl("customers", "erase", theo.pk, "--dry-run").exit_code == 1
