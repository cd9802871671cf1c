"""What holds for every verb that changes something: once per key, and a dry run answers what the run would.

The tables name a command for each such verb; one that is in none of them fails.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from pytest_django import DjangoDbBlocker

from accounts.customers import customer_named
from accounts.models import User
from accounts.shop.changing import change_settings
from backoffice.models import IdempotencyRecord
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.stock_import import apply_import, plan_import
from orders.customers.merge_plan import plan_merge
from orders.customers.merging import merge_customers
from orders.fulfilment.lifecycle import ship_order
from orders.models import Order, Promotion
from orders.payments.imports import apply_payments, plan_payments
from orders.payments.recording import record_payment
from tests import emptying
from tests.accounts.second_factor.devices import give_app
from tests.built_once import built_once
from tests.catalog.product_files.test_undo import imported
from tests.cli.test_app_help import ALL
from tests.cli_fixtures import Shopctl, Terminal
from tests.factories import (
    CLI,
    make_batch,
    make_customer,
    make_family,
    make_product,
    make_promo_code,
    make_user,
    place,
)

pytestmark = pytest.mark.django_db

# They change a whole database, or serve it.
OF_THE_MACHINE = {"demo", "serve", "worker", "scheduler", "doctor", "backup", "restore", "move-database"}
# They take --as because what they show is not for everybody.
LOOKING = {
    *("customers list", "customers show", "customers export", "customers data"),
    *("promos list", "promos show", "promos promotions", "promos export", "promos backtest"),
    "orders export",
    *("settings list", "settings show", "settings history"),
}
PASSWORD = "correct horse battery staple\n"


def opened() -> dict[str, Any]:
    """Something that each verb can change."""
    make_product("TEA-01", on_hand=50, price="4.00")
    make_product("MUG-7", on_hand=50, price="9.00")
    place({"TEA-01": 1}, customer=make_customer("waiting@example.com"))
    waiting, sent, back = (place({"TEA-01": 2, "MUG-7": 1}).number for _ in range(3))
    ship_order(sent, by=CLI)
    ship_order(back, by=CLI)
    change_settings({"SHOP_NAME": "Tea & Co"}, by=CLI)
    make_family("Cup", ["Colour"], {"CUP-1": ["red"]})
    make_promo_code("SUMMER20")
    make_promo_code("PAUSED", is_paused=True)
    paid = record_payment(waiting, Decimal("30.00"), by=CLI)
    record_payment(back, Decimal("10.00"), by=CLI)
    batch = make_batch(3)
    make_user("ana@example.com", role="Warehouse")
    give_app(make_user("app@example.com", role="Viewer"))
    for name in ("gone", "retired"):
        make_user(f"{name}@example.com", role="Viewer", is_active=False)
    for old, new in (("kept", "gone"), ("stayed", "left")):
        make_customer(f"{old}@example.com")
        make_customer(f"{new}@example.com")
    stayed, left = (customer_named(f"{name}@example.com") for name in ("stayed", "left"))
    merge_customers(stayed, left, by=CLI, digest=plan_merge(stayed, left).digest)
    EmailMessage.objects.update(state=EmailState.SENT)
    about = EmailMessage.objects.filter(cause__contains=waiting).first()
    assert about is not None
    mail = EmailMessage.objects.create(
        cause="test:1", template="order_placed", recipient="c@example.com", state=EmailState.DEAD, attempts=8
    )
    delivery = BytesIO(b"sku,quantity\nTEA-01,7\n")
    plan = plan_import(delivery, file_name="delivery.csv", mode="receive", by=CLI)
    apply_import(plan.pk, by=CLI)
    statement = BytesIO(f"date,amount,text\n2026-11-30,1.00,{back}\n".encode())
    booked = plan_payments(statement, file_name="bank.csv", by=CLI)
    apply_payments(booked.pk, by=CLI, accept_differences=True)
    return {
        "waiting": waiting,
        "sent": sent,
        "back": back,
        "batch": batch.pk,
        "entry": paid.entry.pk,
        "mail": mail.pk,
        "about": about.pk,
        "number": plan.pk,
        "payment_import": booked.pk,
        "product_import": imported("sku,name\nMUG-7,Mug\n"),
    }


@pytest.fixture(scope="module")
def open_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, Any]]:
    with built_once(django_db_blocker, opened) as shop:
        yield shop


@pytest.fixture
def shop(open_shop: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """The same, and files for those verbs that take one."""
    files = {
        "products.csv": "sku,name,price\nTEA-01,Tea,5.00\nNEW-1,Mate,7.00\n",
        "payments.csv": f"date,amount,text\n2026-11-30,26.00,{open_shop['sent']}\n",
        "stock.csv": "sku,quantity\nTEA-01,8\n",
        "promos.csv": "code,percent_off\nNEW10,10\n",
        "parcels.csv": f"number,tracking_number\n{open_shop['waiting']},0034\n",
        "bad-products.csv": "sku,name,price\nTEA-01,Tea,cheap\n",
        "bad-payments.csv": "name,town\nAda,Berlin\n",
        "bad-stock.csv": "sku,quantity\nNOPE,7\n",
        "bad-promos.csv": "code,percent_off\nNEW10,1000\n",
        "bad-parcels.csv": "number,tracking_number\nB-1,0034\n",
        "order.json": json.dumps(ORDER),
        "bad-order.json": json.dumps({**ORDER, "lines": [{"sku": "TEA-01", "quantity": 5_000}]}),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    paths = {name.partition(".")[0].replace("-", "_"): tmp_path / name for name in files}
    return {**open_shop, **paths, "output": tmp_path / "codes.csv"}


ORDER = {
    "email": "theo@example.com",
    "lines": [{"sku": "TEA-01", "quantity": 3}],
    "shipping_address": {"name": "Theo", "line1": "Seeweg 56", "city": "Köln", "country": "DE"},
}
# What each does for the first time; {…} is of the shop above.
CHANGES: dict[str, tuple[str, ...]] = {
    "products import": ("{products}",),
    "products undo": ("{product_import}",),
    "products archive": ("TEA-01", "MUG-7"),
    "families create": ("Tin", "--option", "Size"),
    "families change": ("cup", "--name", "Big cup", "--option", "Glaze"),
    "families add": ("cup", "MUG-7", "Colour=blue"),
    "families remove": ("cup", "CUP-1"),
    "families make": ("cup", "--value", "Colour=green"),
    "families dissolve": ("cup",),
    "stock receive": ("TEA-01", "12"),
    "stock adjust": ("TEA-01", "-2", "--reason", "damaged"),
    "stock count": ("TEA-01", "40"),
    "stock import": ("{stock}", "--mode", "receive"),
    "stock undo": ("{number}",),
    "payments import": ("{payments}", "--accept-differences"),
    "payments undo": ("{payment_import}",),
    "promos create": ("NEW20", "--percent", "20"),
    "promos duplicate": ("SUMMER20", "SUMMER21"),
    "promos generate": ("--count", "5", "--amount", "5", "--output", "{output}"),
    "promos import": ("{promos}",),
    "promos pause": ("SUMMER20",),
    "promos resume": ("PAUSED",),
    "promos end": ("--promotion", "{batch}"),
    "promos delete": ("SUMMER20",),
    "orders place": ("{order}",),
    "orders ship": ("{waiting}", "--line", "TEA-01=1", "--tracking", "0034"),
    "orders deliver": ("{sent}",),
    "orders cancel": ("{waiting}", "--line", "TEA-01=1"),
    "orders return": ("{back}", "--line", "TEA-01=1"),
    "orders edit": ("{waiting}", "--line1", "Hafenstr. 1"),
    "orders comment": ("{waiting}", "call first"),
    "orders correct-shipment": ("{sent}", "--shipment", "{sent}-S1", "--carrier", "DPD"),
    "orders undo-shipment": ("{sent}", "--shipment", "{sent}-S1"),
    "orders send-again": ("{waiting}", "--email", "{about}"),
    "orders allow": ("{waiting}", "2.00", "--reason", "late"),
    "payments record": ("{back}", "7.00", "--note", "in the till"),
    "payments pay-back": ("{waiting}", "1.00"),
    "payments chargeback": ("{back}", "10.00"),
    "payments reverse": ("{entry}", "--reason", "bounced"),
    "payments move": ("{entry}", "{back}"),
    "payments write-off": ("{sent}", "--reason", "lost"),
    "payments due": ("{sent}", "2026-12-24"),
    "payments remind": ("{sent}",),
    "customers edit": ("kept@example.com", "--phone", "+49 221 1234"),
    "customers merge": ("kept@example.com", "gone@example.com"),
    "customers undo-merge": ("stayed@example.com",),
    "customers erase": ("kept@example.com",),
    "users create": ("new@example.com", "--role", "support", "--password-stdin"),
    "users invite": ("new@example.com", "--role", "support"),
    "users role": ("ana@example.com", "manager"),
    "users deactivate": ("ana@example.com",),
    "users activate": ("gone@example.com",),
    "users password": ("ana@example.com", "--password-stdin"),
    "users link": ("ana@example.com",),
    "users sign-out": ("ana@example.com",),
    "users email": ("ana@example.com", "ana.moreira@example.com"),
    "users erase": ("retired@example.com",),
    "users mfa reset": ("app@example.com",),
    "emails requeue": ("{mail}",),
    "settings set": ("SHOP_SHIPPING_FEE", "4.90"),
    "settings reset": ("SHOP_NAME",),
}
OTHER_WAYS: dict[str, tuple[str, ...]] = {
    "orders ship": ("--from", "{parcels}", "--carrier", "DHL"),
    "stock count": ("TEA-01", "3", "--cancel-units"),
    "promos pause": ("--promotion", "{batch}"),
}
# Those with --dry-run, each with something that the run would refuse.
REFUSED: dict[str, tuple[tuple[str, ...], ...]] = {
    "products import": (("{bad_products}",),),
    "products undo": (("4711",),),
    "products archive": (("TEA-01", "NOPE"),),
    "families add": (("cup", "MUG-7", "Colour=RED"), ("cup", "MUG-7", "Size=S"), ("nothing", "MUG-7", "A=b")),
    "families remove": (("cup", "TEA-01"), ("cup", "NOPE")),
    "families make": (("cup", "--value", "Colour=green", "--pattern", "TEA-01"),),
    "families dissolve": (("nothing",),),
    "stock count": (("TEA-01", "1"), ("TEA-01", "9", "--expected", "4"), ("NOPE", "1")),
    "stock import": (("{bad_stock}", "--mode", "count"),),
    "stock undo": (("4711",),),
    "payments import": (("{bad_payments}",),),
    "payments undo": (("4711",),),
    "promos generate": (
        ("--count", "5", "--percent", "101"),
        ("--count", "5", "--amount", "5", "--length", "1"),
    ),
    "promos import": (("{bad_promos}",),),
    "promos pause": (("SUMMER20", "NOPE"), ("--promotion", "4711")),
    "promos resume": (("NOPE",),),
    "promos end": (("NOPE",),),
    "promos delete": (("SUMMER20", "NOPE"), ("--", "{of_batch}")),
    "orders place": (("{bad_order}",),),
    "orders ship": (
        ("{sent}",),
        ("{waiting}", "--line", "TEA-01=9"),
        ("{waiting}", "--carrier", "x" * 100),
        ("--from", "{bad_parcels}"),
    ),
    "orders cancel": (("{sent}",), ("{waiting}", "--line", "TEA-01=9"), ("{waiting}", "--reason", "x" * 300)),
    "orders return": (("{waiting}", "--line", "TEA-01=1"), ("{back}", "--line", "TEA-01=9")),
    "orders correct-shipment": (
        ("{sent}", "--shipment", "{sent}-S9", "--carrier", "DPD"),
        ("{sent}", "--shipment", "{sent}-S1", "--tracking", "TEA-01"),
    ),
    "orders undo-shipment": (("{sent}", "--shipment", "{sent}-S9"),),
    "orders send-again": (("{waiting}", "--email", "4711"),),
    "orders allow": (("{waiting}", "99.00", "--reason", "late"), ("{waiting}", "1.00", "--reason", " ")),
    "payments record": (("{back}", "0"), ("B-1", "1.00"), ("{back}", "1.00", "--value-date", "1999-01-01")),
    "payments pay-back": (("{waiting}", "99.00"), ("{sent}",)),
    "payments chargeback": (("{sent}", "1.00"),),
    "payments reverse": (("4711", "--reason", "bounced"),),
    "payments move": (("{entry}", "{waiting}"), ("{entry}", "B-1"), ("4711", "{back}")),
    "payments due": (("B-1", "2026-12-24"), ("{sent}", "1999-12-24")),
    "payments remind": (("B-1",),),
    "payments write-off": (("B-1", "--reason", "lost"), ("{sent}", "--reason", " ")),
    "customers merge": (("kept@example.com", "kept@example.com"), ("kept@example.com", "no@example.com")),
    "customers undo-merge": (("kept@example.com",),),
    "customers erase": (("no@example.com",), ("waiting@example.com",)),
    "users erase": (("ana@example.com",), ("no@example.com",)),
    "emails requeue": (("4711",),),
    "settings set": (("SHOP_SHIPPING_FEE", "4.999"), ("SHOP_COLOR", "blue"), ("SHOP_NOTHING", "1")),
    "settings reset": (("SHOP_NOTHING",),),
}
# Their plan is more than their answer, or names what nobody can know before.
PLANS_OF_THEIR_OWN = {
    *("products import", "stock import", "promos import", "promos generate", "stock undo"),
    "payments import",
    *("products undo", "orders place", "customers merge", "customers erase"),
}


def filled(words: Sequence[str], shop: dict[str, Any]) -> list[str]:
    return [word.format_map({**shop, "of_batch": "BF-NOPE"}) for word in words]


def options_of(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def rows() -> dict[str, list[Any]]:
    """Every row of every table but the kept answers, and plans of imports, which are not kept for long."""
    left_out: set[type[Model]] = {IdempotencyRecord}
    planned = {"StockImport", "StockImportRow", "ProductImport", "ProductImportRow"}
    planned |= {"PaymentImport", "PaymentImportRow"}
    full = {*emptying.tables_with_rows(), *(model._meta.db_table for model in emptying.KEPT)}
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.db_table in full and model not in left_out and model.__name__ not in planned
    }


def without_moments(text: str) -> str:
    """A rehearsal and the run happen at two moments; the keys of rows that were rolled back are used up."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "WHEN", text)
    return re.sub(r'"(id|no)": \d+', r'"\1": 0', text)


EVERY = {" ".join(path): command for path, command in ALL}
COMMANDS = [*CHANGES.items(), *OTHER_WAYS.items()]
NAMED = [f"{verb} {' '.join(words)}" for verb, words in COMMANDS]


def test_every_verb_that_changes_something_takes_a_key_by_either_name() -> None:
    changing = {verb for verb, command in EVERY.items() if "--as" in options_of(command)} - LOOKING
    changing |= {verb for verb, command in EVERY.items() if "--dry-run" in options_of(command)}
    changing -= OF_THE_MACHINE
    assert changing == set(CHANGES), "Name a command for it, and let it take a key."
    lacking = [v for v in changing if not {"--idempotency-key", "--request-key"} <= options_of(EVERY[v])]
    assert lacking == []


def test_every_verb_with_a_dry_run_is_tried_with_what_is_refused() -> None:
    rehearsing = {verb for verb, command in EVERY.items() if "--dry-run" in options_of(command)}
    assert rehearsing - OF_THE_MACHINE == set(REFUSED)


@pytest.mark.parametrize(("verb", "words"), COMMANDS, ids=NAMED)
@pytest.mark.parametrize("option", ["--json", None])
def test_a_retry_with_the_same_key_acts_once_and_tells_the_same(
    shopctl: Shopctl, shop: dict[str, Any], verb: str, words: tuple[str, ...], option: str | None
) -> None:
    command = [*verb.split(), *filled(words, shop), "--yes", "--request-key", "k-4711"]
    command += [option] if option else []

    first = shopctl(*command, stdin=PASSWORD)
    after = rows()
    second = shopctl(*command, stdin=PASSWORD)

    assert (first.exit_code, second.exit_code) == (0, 0), (first.output, second.output)
    assert second.stdout == first.stdout or (verb == "stock import" and option is None)
    assert rows() == after


@pytest.mark.parametrize(("verb", "words"), COMMANDS, ids=NAMED)
def test_without_a_key_or_with_another_one_it_is_asked_for_anew(
    shopctl: Shopctl, shop: dict[str, Any], verb: str, words: tuple[str, ...]
) -> None:
    """The control of the test above: a retry is seen to act, or to be refused, where nothing tells it."""
    command = [*verb.split(), *filled(words, shop), "--yes"]
    first = shopctl(*command, "--request-key", "k-1", "--json", stdin=PASSWORD)
    after = rows()
    second = shopctl(*command, "--request-key", "k-2", "--json", stdin=PASSWORD)
    without_effect = {"products import", "products archive", "promos pause", "promos resume", "promos import"}
    without_effect |= {"users activate", "users role", "orders edit", "users deactivate", "promos end"}
    without_effect |= {"stock count", "orders ship", "orders correct-shipment", "customers edit"}
    without_effect |= {"payments due", "payments import"}
    without_effect |= {"families add", "families make", "families change", "settings set", "settings reset"}
    assert (second.exit_code, rows()) != (0, after) or verb in without_effect, first.output


@pytest.mark.parametrize(("verb", "words"), COMMANDS, ids=NAMED)
def test_a_key_that_was_used_for_something_else_is_refused(
    shopctl: Shopctl, shop: dict[str, Any], verb: str, words: tuple[str, ...]
) -> None:
    boss = make_user("boss@example.com", is_superuser=True)
    command = [*verb.split(), *filled(words, shop), "--yes", "--request-key", "k-4711"]
    assert shopctl(*command, stdin=PASSWORD).exit_code == 0
    after = rows()

    other = shopctl(*command, "--as", boss.email, stdin=PASSWORD)

    assert other.exit_code == 1, other.output
    assert "This key was used for another request" in other.stderr
    assert rows() == after


@pytest.mark.parametrize(
    ("verb", "words"),
    [(verb, words) for verb, listed in REFUSED.items() for words in listed],
    ids=[f"{verb} {' '.join(words)[:40]}" for verb, listed in REFUSED.items() for words in listed],
)
def test_a_dry_run_refuses_what_the_run_refuses_in_the_same_words(
    shopctl: Shopctl, shop: dict[str, Any], verb: str, words: tuple[str, ...]
) -> None:
    command = [*verb.split(), *filled(words, shop)]
    before = rows()

    rehearsal = shopctl(*command, "--dry-run")
    assert rows() == before
    run = shopctl(*command, "--yes")

    assert (rehearsal.exit_code, run.exit_code) == (1, 1), (rehearsal.output, run.output)
    assert rows() == before
    # In a pipe a rehearsal's rows are data, on standard output.
    said = [re.sub(r"^row \d+: \S+ ", "", line) for line in run.stderr.splitlines()]
    assert [line for line in said if line not in rehearsal.output] == []


@pytest.mark.parametrize(
    ("verb", "words"),
    [each for each in COMMANDS if each[0] in REFUSED],
    ids=[name for name, each in zip(NAMED, COMMANDS, strict=True) if each[0] in REFUSED],
)
def test_a_dry_run_tells_what_the_run_tells_and_changes_nothing(
    shopctl: Shopctl, shop: dict[str, Any], verb: str, words: tuple[str, ...]
) -> None:
    command = [*verb.split(), *filled(words, shop), "--json"]
    before = rows()

    rehearsal = shopctl(*command, "--dry-run")

    assert rehearsal.exit_code == 0, rehearsal.output
    assert "A dry run: nothing was changed." in rehearsal.stderr
    assert rows() == before
    run = shopctl(*command, "--yes")
    assert run.exit_code == 0, run.output
    if verb not in PLANS_OF_THEIR_OWN and "--from" not in words:
        assert without_moments(rehearsal.stdout) == without_moments(run.stdout)
    assert rows() != before


@pytest.mark.parametrize("role", ["Viewer"])
@pytest.mark.parametrize("verb", REFUSED)
def test_a_dry_run_is_for_those_who_may_do_it(
    shopctl: Shopctl, shop: dict[str, Any], verb: str, role: str
) -> None:
    make_user("vera@example.com", role=role)
    command = [*verb.split(), *filled(CHANGES[verb], shop), "--as", "vera@example.com"]
    rehearsal, run = shopctl(*command, "--dry-run"), shopctl(*command, "--yes")
    assert (rehearsal.exit_code, run.exit_code) == (1, 1), rehearsal.output
    assert rehearsal.stderr == run.stderr


def test_a_generated_password_is_shown_once_and_never_kept(shopctl: Shopctl) -> None:
    command = ("users", "create", "new@example.com", "--role", "support", "--generate", "--request-key", "k")
    first = json.loads(shopctl(*command, "--json").stdout)
    second = shopctl(*command, "--json")
    assert User.objects.get(email="new@example.com").check_password(first.pop("password"))
    assert json.loads(second.stdout) == first
    assert "not shown again" in second.stderr
    assert b"password" not in bytes(IdempotencyRecord.objects.get().body)


def test_each_mail_is_sent_again_for_itself(shopctl: Shopctl) -> None:
    def mail(number: int, state: EmailState) -> EmailMessage:
        return EmailMessage.objects.create(
            cause=f"again:{number}", template="order_placed", recipient="c@example.com", state=state
        )

    dead, sent, other = mail(1, EmailState.DEAD), mail(2, EmailState.SENT), mail(3, EmailState.DEAD)

    done = shopctl("emails", "requeue", dead.pk, sent.pk, 4711, other.pk, "--yes", "--jsonl")

    assert done.exit_code == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [dead.pk, other.pk]
    assert (
        f"No. {sent.pk}: Only mails that were given up can be sent again; this one is: Sent." in done.stderr
    )
    assert "No. 4711: There is no e-mail 4711." in done.stderr
    states = dict(EmailMessage.objects.filter(cause__startswith="again:").values_list("pk", "state"))
    assert states == {dead.pk: "queued", sent.pk: "sent", other.pk: "queued"}


@pytest.mark.parametrize("verb", ["ship", "cancel"])
def test_on_a_terminal_an_order_is_changed_when_that_is_agreed_to(
    terminal: Terminal, shopctl: Shopctl, shop: dict[str, Any], verb: str
) -> None:
    number = shop["waiting"]
    code, screen = terminal("orders", verb, number, typed="n\n")
    assert (code, Order.objects.get(number=number).status) == (1, "pending")
    assert f"these units of {number}" in screen
    assert "2 of 2 open units of TEA-01" in screen
    assert shopctl("orders", verb, number).exit_code == 2
    assert terminal("orders", verb, number, typed="y\n")[0] == 0
    assert Order.objects.get(number=number).status != "pending"


def test_what_would_be_refused_is_refused_before_anybody_is_asked(
    terminal: Terminal, shop: dict[str, Any]
) -> None:
    code, screen = terminal("orders", "ship", shop["sent"])
    assert code == 1
    assert "[y/N]" not in screen


def test_a_rehearsal_keeps_no_answer(shopctl: Shopctl, shop: dict[str, Any]) -> None:
    command = ("orders", "ship", shop["waiting"], "--request-key", "k")
    assert shopctl(*command, "--dry-run").exit_code == 0
    assert not IdempotencyRecord.objects.exists()
    assert shopctl(*command, "--yes").exit_code == 0


@pytest.mark.parametrize("key", ["", "two words", "ä", "x" * 256])
def test_what_cannot_be_a_key_is_wrong_use(shopctl: Shopctl, shop: dict[str, Any], key: str) -> None:
    done = shopctl("orders", "deliver", shop["sent"], "--request-key", key)
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert Order.objects.get(number=shop["sent"]).status == "shipped"


def test_a_carriers_file_goes_on_where_it_broke_off(
    shopctl: Shopctl, shop: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = place({"MUG-7": 1}).number
    shop["parcels"].write_text(f"number,tracking_number\n{shop['waiting']},0034\n{other},0035\n")
    from orders.fulfilment import dispatch

    def broken(number: str, **how: Any) -> Any:
        if number == other:
            raise KeyboardInterrupt
        return ship_order(number, **how)

    command = ("orders", "ship", "--from", shop["parcels"], "--yes", "--request-key", "tour-1", "--json")
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "ship_order", broken)
        assert shopctl(*command).exit_code != 0
    again = shopctl(*command)
    assert again.exit_code == 0, again.output
    assert (json.loads(again.stdout)["new"], json.loads(again.stdout)["unchanged"]) == (1, 1)
    assert set(
        Order.objects.filter(number__in=[shop["waiting"], other]).values_list("status", flat=True)
    ) == {"shipped"}
    assert shopctl(*command).stdout == again.stdout


def test_promotions_are_not_made_by_a_rehearsal(shopctl: Shopctl, shop: dict[str, Any]) -> None:
    count = Promotion.objects.count()
    shopctl("promos", "generate", "--count", "5", "--amount", "5", "--dry-run")
    assert Promotion.objects.count() == count
