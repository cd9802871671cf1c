"""Promise 7: whatever is done to the shop in whatever order, every unit is accounted for."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.actors import Actor
from backoffice.errors import Refusal
from catalog import stock
from catalog.models import Product
from catalog.stock_import import undo_import
from orders.payments import ledger
from orders.promotions import redemption
from tests.model import machine
from tests.model.machine import ShopMachine
from tests.soak import IS_SOAK, SECONDS_ALLOWED, STEPS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(SECONDS_ALLOWED),
]

STEPS_AT_A_TIME = 70
USUALLY_DONE = 56

# Nothing of this may be out of the machine's reach.
REACHED = {
    *(f"{action}: done" for action in ("receive", "adjust", "count", "apply", "undo", "place", "take back")),
    *(f"{action}: done" for action in ("plan to count", "plan to receive", "ship all", "ship some")),
    *(f"{action}: done" for action in ("deliver all", "deliver a parcel", "cancel all", "cancel some")),
    *("receive: validation", "adjust: validation", "adjust: below_reserved"),
    *("count: stale", "count: below_reserved"),
    *("apply: import_has_problems", "apply: plan_changed", "apply: already_imported", "apply: import_state"),
    *("undo: cannot_undo", "undo: import_state"),
    *("place: unknown_sku", "place: insufficient_stock"),
    *("place: promo_not_usable", "place: promo_already_used"),
    *("ship all: illegal_transition", "ship some: illegal_transition", "ship some: validation"),
    *("undo a parcel: done", "undo a parcel: illegal_transition"),
    *("deliver all: illegal_transition", "deliver a parcel: illegal_transition"),
    *("cancel all: illegal_transition", "cancel some: validation", "take back: validation"),
    *(f"{action}: done" for action in ("pay", "pay back", "write off", "allow", "reverse")),
    *("pay back: more_than_paid", "pay back: more_than_owed", "allow: more_than_remains"),
    *("write off: nothing_due", "reverse: paid_back_since"),
    *(f"row: {problem}" for problem in ("good", "unknown_sku", "duplicate_sku", "quantity_negative")),
    *(f"row: {problem}" for problem in ("quantity_not_whole", "expected_differs", "below_reserved")),
    *("row: plan_changed", "row: not_undone"),
}


def run_the_shop(examples: int, **more: Any) -> Counter[str]:
    """Use the shop at random; gives what happened how often."""

    class Machine(ShopMachine):
        happened = Counter()

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS_AT_A_TIME,
            # The same steps in each run of the suite, new ones in each soak.
            derandomize=not IS_SOAK,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )
    return Machine.happened


def test_the_shop_does_what_a_plain_model_of_it_foretells_and_every_audit_is_content() -> None:
    happened = run_the_shop(STEPS // USUALLY_DONE + 1)

    steps = {name: times for name, times in happened.items() if not name.startswith("row: ")}
    assert sum(steps.values()) >= STEPS, steps
    assert set(happened) >= REACHED, sorted(REACHED - set(happened))


# The controls: the same machine finds each of these faults.


def release_without_movement(
    quantities: Mapping[int, int], *, reference: str, held_for: str, by: Actor, at: datetime
) -> None:
    products = stock.lock_products(quantities)
    stock._change_balances([stock.Change(each, reserved=-quantities[each.pk]) for each in products])


def undo_to_what_was_there(number: int, *, by: Actor, skip_invalid: bool) -> None:
    undone = undo_import(number, by=by, skip_invalid=skip_invalid)
    for row in undone.rows.filter(problem_code="").exclude(change=0):
        Product.objects.filter(sku=row.sku).update(on_hand=row.now)


def nothing(*_args: object, **_facts: object) -> None:
    return


FAULTS: dict[str, tuple[object, str, object]] = {
    "a release forgets its movement": (stock, "release", release_without_movement),
    "an entry leaves the balance as it was": (ledger, "save", nothing),
    "a cancelled order keeps its use of the promo code": (redemption, "release", nothing),
    "an undo ignores what was sold since": (machine, "undo_import", undo_to_what_was_there),
}


@pytest.mark.once
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_machine_finds_the_fault_when(
    fault: tuple[object, str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*fault)

    with pytest.raises((AssertionError, IntegrityError, Refusal)):
        run_the_shop(60, phases=[Phase.generate], report_multiple_bugs=False)
