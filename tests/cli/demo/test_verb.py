from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from accounts.models import Customer, User
from backoffice.outbox.models import EmailMessage, EmailState
from catalog.models import Product, StockMovement
from catalog.pictures import drawn
from cli.app import app
from cli.demo import groundwork, loading, pictures, playing
from cli.demo.planning import Cancel, Deliver, Place, Ship, TakeBack, story_of
from cli.demo.reading import RetailSample, read_sample, sorted_out
from orders.fulfilment.lifecycle import cancel_order, ship_order
from orders.models import Cancellation, Order, PromoCode, PromoState, Return, Shipment
from orders.status import OrderStatus
from tests.factories import CLI, make_product, place

drawn_once = cache(drawn)
COLUMNS = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def rows(*lines: str) -> list[dict[str, str]]:
    return [dict(zip(COLUMNS.split(","), line.split(","), strict=True)) for line in lines]


@pytest.fixture(scope="module")
def sample() -> RetailSample:
    """Sixty orders spread over the newest six weeks, and what came back of them."""
    return cut_down(read_sample(), every=26)


@pytest.fixture(autouse=True)
def _pictures_are_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same content is the same picture in every test: drawing takes longer than all the rest."""
    monkeypatch.setattr(pictures, "drawn", drawn_once)


@pytest.fixture(scope="module")
def few(sample: RetailSample) -> RetailSample:
    """Some of them."""
    return cut_down(sample, every=4)


def cut_down(whole: RetailSample, *, every: int) -> RetailSample:
    orders = whole.orders[-1500:-2:every] + whole.orders[-2:]
    customers = {order.customer for order in orders}
    returns = tuple(back for back in whole.returns if back.customer in customers and back.at > orders[0].at)
    return replace(whole, orders=orders, returns=returns)


def silently(label, total, increments):
    assert sum(increments) == total, label


def load(sample: RetailSample) -> loading.LoadingOutcome:
    return loading.load(sample, sample.orders, follow=silently)


def counts() -> dict[str, int]:
    orders = (Order, Shipment, Cancellation, Return, EmailMessage)
    models = (*orders, Product, StockMovement, Customer, PromoCode, User)
    return {model.__name__: model.objects.count() for model in models}


def steps_of(sample: RetailSample) -> Counter[type]:
    return Counter(type(step) for step in story_of(sample).steps)


@pytest.mark.django_db
def test_the_demo_tells_the_whole_story_once(sample):
    first = load(sample)
    after_the_first = counts()
    again = load(sample)

    told = steps_of(sample)
    assert first.loaded == Order.objects.count() == told[Place] == 60
    assert not first.refused
    assert after_the_first["Shipment"] == told[Ship]
    assert Shipment.objects.exclude(delivered_at=None).count() == told[Deliver]
    assert after_the_first["Cancellation"] == told[Cancel]
    assert after_the_first["Return"] == told[TakeBack]
    assert first.problems == again.problems == []
    assert again.loaded == 0
    assert counts() == after_the_first


@pytest.mark.django_db
def test_the_newest_order_was_yesterday_and_nothing_is_in_the_future(few):
    load(few)

    newest = Order.objects.latest("placed_at")
    yesterday = timezone.localdate() - timedelta(days=1)
    assert newest.external_number == few.orders[-1].invoice
    assert timezone.localtime(newest.placed_at).date() == yesterday
    assert timezone.localtime(newest.placed_at).time() == few.orders[-1].at.time()
    now = timezone.now()
    assert not Shipment.objects.filter(shipped_at__gt=now).exists()
    assert not Shipment.objects.filter(delivered_at__gt=now).exists()
    statuses = set(Order.objects.values_list("status", flat=True))
    assert statuses >= {OrderStatus.PENDING, OrderStatus.DELIVERED}


@pytest.mark.django_db
def test_no_mail_of_the_demo_is_ever_sent(few):
    load(few)

    assert set(EmailMessage.objects.values_list("state", flat=True)) == {EmailState.SUPPRESSED}


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.mark.parametrize(
    ("during", "after_batches"), [("Products", 1), ("Stock", 1), ("Orders", 1), ("Orders", 3)]
)
@pytest.mark.django_db
def test_an_interrupted_demo_is_mended_by_the_next(few, monkeypatch, during, after_batches):
    monkeypatch.setattr(groundwork, "BATCH", 10)
    monkeypatch.setattr(playing, "BATCH", 10)

    def interrupt(label, total, increments):
        for batch, _ in enumerate(increments, 1):
            if label.startswith(during) and batch > after_batches:
                raise Interrupted

    with pytest.raises(Interrupted):
        loading.load(few, few.orders, follow=interrupt)
    assert Order.objects.count() < len(few.orders)
    mended = load(few)

    loaded = playing.loaded_before()
    assert mended.problems == []
    assert all(loaded.has(step) for step in story_of(few).steps)
    assert Shipment.objects.count() == steps_of(few)[Ship]
    assert (
        len(set(Order.objects.values_list("external_number", flat=True)))
        == Order.objects.count()
        == len(few.orders)
    )
    opening = StockMovement.objects.filter(reference=groundwork.REFERENCE)
    assert opening.count() == Product.objects.count()


@pytest.mark.django_db
def test_more_orders_join_those_that_are_there(few):
    loading.load(few, few.orders[-6:], follow=silently)
    newest = Order.objects.latest("placed_at")

    everything = load(few)

    assert everything.loaded == len(few.orders) - 6
    assert everything.problems == []
    assert Order.objects.count() == len(few.orders)
    assert Order.objects.latest("placed_at") == newest


@pytest.mark.django_db
def test_what_somebody_did_with_an_order_stays_done(few):
    loading.load(few, few.orders[-6:], follow=silently)
    pending = Order.objects.filter(status=OrderStatus.PENDING).order_by("pk")[:2]
    shipped, cancelled = (order.number for order in pending)
    ship_order(shipped, by=CLI)
    cancel_order(cancelled, by=CLI)

    outcome = load(few)

    assert outcome.problems == []
    statuses = dict(Order.objects.filter(number__in=[shipped, cancelled]).values_list("number", "status"))
    assert statuses == {shipped: OrderStatus.SHIPPED, cancelled: OrderStatus.CANCELLED}


@pytest.mark.django_db
def test_the_shop_has_codes_in_every_state_and_staff_without_passwords(few):
    load(few)

    states = {code.code: code.state for code in PromoCode.objects.select_related("promotion")}
    assert states["WELCOME10"] == states["SUMMER15"] == PromoState.ACTIVE
    assert states["SPRING20"] == PromoState.EXPIRED
    assert states["ADVENT25"] == PromoState.SCHEDULED
    assert states["FRIENDS30"] == PromoState.PAUSED
    roles = User.objects.order_by("groups__name").values_list("groups__name", flat=True)
    assert list(roles) == ["Marketing", "Support", "Warehouse"]
    assert not any(user.has_usable_password() for user in User.objects.all())


@pytest.mark.django_db
def test_a_shop_with_orders_of_its_own_is_noticed(few):
    assert not loading.is_a_real_shop()
    make_product("TEA-01", on_hand=1)
    place({"TEA-01": 1})
    assert loading.is_a_real_shop()


def test_a_dry_run_and_a_missing_answer_change_nothing():
    dry = CliRunner().invoke(app, ["demo", "--dry-run"])
    unanswered = CliRunner().invoke(app, ["demo"])

    assert (dry.exit_code, unanswered.exit_code) == (0, 2)
    assert "1,500 orders" in dry.stderr


def test_the_sample_is_sorted_out():
    sample = sorted_out(
        rows(
            "536365,85123a, WHITE  HANGING HEART ,6,2010-12-01 08:26,2.55,17850,United Kingdom",
            "536365,85123A,WHITE HEART,2,2010-12-01 08:26,2.95,17850,United Kingdom",
            "536365,POST,POSTAGE,1,2010-12-01 08:26,18,17850,United Kingdom",
            "536366,22632,,6,2010-12-01 08:28,1.85,17850,United Kingdom",
            "536367,22633,HAND WARMER,6,2010-12-01 08:28,0,17850,United Kingdom",
            "536368,22633,HAND WARMER,-6,2010-12-01 08:28,1.85,,United Kingdom",
            "C536369,85123A,WHITE HEART,-1,2010-12-02 08:28,2.55,17850,United Kingdom",
        )
    )

    [order] = sample.orders
    assert (order.invoice, order.lines) == ("536365", {"85123A": 8})
    assert sample.products["85123A"].name == "WHITE HEART"
    assert sample.products["85123A"].price == Decimal("2.95")
    assert list(sample.products) == ["85123A"]
    [back] = sample.returns
    assert (back.customer, back.sku, back.quantity) == ("17850", "85123A", 1)
    assert sum(sample.left_out.values()) == 4


def test_a_cancellation_goes_to_the_latest_earlier_order_that_still_has_the_units():
    sample = sorted_out(
        rows(
            "500001,22632,WARMER,5,2010-12-01 08:00,1.85,1,United Kingdom",
            "500002,22632,WARMER,2,2010-12-02 08:00,1.85,1,United Kingdom",
            "C50003,22632,WARMER,-3,2010-12-30 08:00,1.85,1,United Kingdom",
            "C50004,22632,WARMER,-1,2010-12-30 08:00,1.85,2,United Kingdom",
            "500005,22632,WARMER,2,2010-12-31 08:00,1.85,1,United Kingdom",
        )
    )

    story = story_of(sample)

    backs = [(step.order.invoice, step.lines) for step in story.steps if isinstance(step, TakeBack)]
    assert sorted(backs) == [("500001", {"22632": 1}), ("500002", {"22632": 2})]
    assert story.unmatched_returns == 1


def test_units_that_have_not_left_are_called_off_instead():
    sample = sorted_out(
        rows(
            "500001,22632,WARMER,5,2010-12-01 08:00,1.85,1,United Kingdom",
            "C50002,22632,WARMER,-2,2010-12-01 08:05,1.85,1,United Kingdom",
            "500003,22632,WARMER,2,2011-01-31 08:00,1.85,1,United Kingdom",
        )
    )

    steps = [step for step in story_of(sample).steps if step.order.invoice == "500001"]

    [called_off] = [step for step in steps if isinstance(step, Cancel)]
    assert called_off.lines == {"22632": 2}
    assert [step.lines for step in steps if isinstance(step, Ship)] == [{"22632": 3}]


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("WHITE METAL LANTERN", "Lanterns"),
        ("JUMBO BAG DOLLY GIRL DESIGN", "Bags and purses"),
        ("SET OF 6 T-LIGHTS SANTA", "Christmas"),
        ("BOX OF 6 MINI GLASSES", "Home and decoration"),
        ("RED WOOLLY HOTTIE", "Gifts"),
    ],
)
def test_a_product_is_sorted_by_the_words_of_its_name(name, category):
    assert groundwork.category_of(name) == category
