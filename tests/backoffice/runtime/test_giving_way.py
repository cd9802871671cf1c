import threading

import pytest

from backoffice.runtime.giving_way import Requests

LONG = 60


def test_without_requests_nothing_waits() -> None:
    Requests().give_way(at_most_seconds=LONG)


def test_what_can_wait_goes_on_when_the_last_request_is_answered() -> None:
    requests = Requests()
    happened: list[str] = []

    def answer(name: str, entered: threading.Event, may_end: threading.Event) -> None:
        with requests.one():
            entered.set()
            may_end.wait(LONG)
            happened.append(name)

    events = {name: (threading.Event(), threading.Event()) for name in ("first", "second")}
    threads = [threading.Thread(target=answer, args=(name, *pair)) for name, pair in events.items()]
    for thread in threads:
        thread.start()
    for entered, _ in events.values():
        entered.wait(LONG)

    def wait() -> None:
        requests.give_way(at_most_seconds=LONG)
        happened.append("what can wait")

    waiting = threading.Thread(target=wait)
    waiting.start()
    for (_, may_end), thread in zip(events.values(), threads, strict=True):
        may_end.set()
        thread.join(LONG)
    waiting.join(LONG)
    assert happened == ["first", "second", "what can wait"]


def test_it_waits_no_longer_than_it_may() -> None:
    requests = Requests()
    with requests.one():
        requests.give_way(at_most_seconds=0.01)
        requests.give_way(at_most_seconds=-5)


def test_a_request_that_fails_is_not_waited_for() -> None:
    requests = Requests()
    with pytest.raises(ZeroDivisionError), requests.one():
        _ = 1 / 0
    requests.give_way(at_most_seconds=LONG)
