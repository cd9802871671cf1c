import socketserver
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from huey.contrib.djhuey import HUEY

from backoffice.db.transactions import write_transaction
from backoffice.outbox import queueing
from backoffice.outbox.delivery import deliver_due
from backoffice.outbox.models import EmailMessage, EmailState
from backoffice.outbox.queueing import queue_email
from backoffice.outbox.tasks import sweep_emails
from backoffice.requests import throttle_store
from backoffice.runtime.queue import SharedQueue
from orders.models import Order
from tests.contract.client import Api
from tests.factories import make_product, make_shopper
from tests.orders.api.test_orders import basket

NO_REDIS = "redis://127.0.0.1:1/0"


def queue_for(recipient: str, cause: str = "order:B-1") -> None:
    queue_email(cause=cause, template="order_placed", recipient=recipient, context={})


@pytest.fixture
def queue_at(monkeypatch, settings):
    """Tasks go to the Redis server at this address, which is the cache's where there is one."""

    def use(url: str) -> None:
        storage = SharedQueue("tests", secret="tests", url=url).storage
        monkeypatch.setattr(HUEY, "storage", storage)
        if settings.REDIS_URL:
            elsewhere = {"BACKEND": "backoffice.runtime.caches.RedisCache", "LOCATION": url}
            settings.CACHES = {**settings.CACHES, "default": elsewhere}
        monkeypatch.setattr(queueing, "wake_worker", queueing.WakeUp())

    return use


@pytest.mark.django_db
def test_a_cause_queued_twice_gives_the_person_one_mail():
    for _ in range(2):
        queue_for("ann@example.com")
    queue_for("bob@example.com")
    queue_for("ann@example.com", cause="order:B-2")

    kept = EmailMessage.objects.order_by("pk").values_list("cause", "recipient", "state")
    assert list(kept) == [
        ("order:B-1", "ann@example.com", EmailState.QUEUED),
        ("order:B-1", "bob@example.com", EmailState.QUEUED),
        ("order:B-2", "ann@example.com", EmailState.QUEUED),
    ]


@pytest.mark.django_db
def test_queueing_is_one_statement_inside_its_cause_and_asks_for_the_shops_language():
    @write_transaction
    def cause() -> None:
        queue_for("ann@example.com")

    with CaptureQueriesContext(connection) as statements:
        cause()

    kinds = [query["sql"].partition(" ")[0] for query in statements.captured_queries]
    assert kinds == ["SAVEPOINT", "SELECT", "INSERT", "RELEASE"]


@pytest.mark.django_db(transaction=True)
def test_a_cause_that_fails_leaves_no_mail():
    @write_transaction
    def cause() -> None:
        queue_for("ann@example.com")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        cause()

    assert not EmailMessage.objects.exists()


@pytest.mark.django_db
def test_a_suppressed_mail_is_recorded_and_never_sent(mailoutbox):
    queue_email(
        cause="order:B-1", template="order_placed", recipient="ann@example.com", context={}, suppressed=True
    )

    assert deliver_due() == 0
    assert EmailMessage.objects.get().state == EmailState.SUPPRESSED
    assert mailoutbox == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_with_redis_down_throughout_two_hundred_orders_are_taken_and_their_mails_sent(
    queue_at, mailoutbox, settings, monkeypatch
):
    """No queue, no product cache, no throttle counters."""
    queue_at(NO_REDIS)
    away = {"BACKEND": "backoffice.runtime.caches.RedisCache", "LOCATION": NO_REDIS}
    settings.CACHES = {**settings.CACHES, "default": away}
    settings.API_RATE_PER_MINUTE = 1_000
    settings.SHOP_MAX_OPEN_ORDERS = None
    monkeypatch.setattr(throttle_store, "_cache_rests_until", 0.0)
    make_product("71053", on_hand=1_000)
    shopper = Api(make_shopper())

    answers = [shopper.post("orders", basket(("71053", 1))).status_code for _ in range(200)]

    assert answers == [201] * 200
    assert Order.objects.count() == 200
    assert EmailMessage.objects.filter(state=EmailState.QUEUED).count() == 200
    sweep_emails.call_local()
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == len(mailoutbox) == 200
    assert EmailMessage.objects.filter(state=EmailState.SENT).count() == 200


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_failed_is_left_alone_for_a_while(queue_at):
    visits = []

    class HangUp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            visits.append(self.client_address)

    with socketserver.TCPServer(("127.0.0.1", 0), HangUp) as broken:
        threading.Thread(target=broken.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        queue_at(f"redis://127.0.0.1:{broken.server_address[1]}/0")
        queue_for("ann@example.com", cause="order:B-0")
        after_one_mail = len(visits)
        for number in range(1, 20):
            queue_for("ann@example.com", cause=f"order:B-{number}")
        broken.shutdown()

    assert after_one_mail >= 1
    assert len(visits) == after_one_mail
    assert EmailMessage.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_the_worker():
    HUEY.flush()

    queue_for("ann@example.com")

    assert [task.name for task in HUEY.pending()] == ["deliver_emails"]
    HUEY.flush()
