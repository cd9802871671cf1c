"""The settings in force: what the environment gives, else what was set on the page, else the default.

They are one small row, asked for by its key and never kept beyond one request, one verb of shopctl or one
write transaction: a change is in force in every process with the next of these, and nothing has to be told.
Elsewhere, as in a task, each call asks again.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from time import monotonic
from typing import Any

from django.db import DatabaseError
from django.db.models import QuerySet

from backoffice.db.statements import Question, selecting
from backoffice.db.transactions import current_run
from backoffice.models import ShopSettings
from backoffice.pictures.logo import Logo
from backoffice.shop.kinds import Unfit
from backoffice.shop.table import SETTINGS, Setting

# After the database did not answer: pages that can do without it must not wait for it one after the other.
REST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ShopNow:
    """What the shop is like now; a field for each line of the table."""

    name: str
    language: str
    country: str
    logo: Logo | None
    color: str
    shipping_fee: Decimal
    free_shipping_from: Decimal | None
    low_stock_threshold: int
    max_open_orders: int | None
    max_open_units: int | None
    max_open_value: Decimal | None
    ship_unpaid: bool
    payment_days: int | None
    remind_after_days: int | None
    allowance_up_to: Decimal | None
    write_off_up_to: Decimal
    keep_mail_texts_days: int | None
    keep_customers_months: int | None
    keep_sign_ins_days: int | None
    keep_security_log_days: int | None


class _Readings(threading.local):
    """What this thread has read: within a scope, and within the present run of a write transaction."""

    is_scope = False
    of_scope: ShopNow | None = None
    of_run: tuple[int | None, ShopNow | None] = (None, None)


_readings = _Readings()
_last_known: ShopNow | None = None
_resting_until = 0.0


def in_force() -> ShopNow:
    """Return the settings in force. Raises DatabaseError while the database is away."""
    run = current_run()
    if run is not None:
        return _read_in_run(run)
    if _readings.is_scope and _readings.of_scope is not None:
        return _readings.of_scope
    found = _read(settings_kept())
    if _readings.is_scope:
        _readings.of_scope = found
    return found


def shown() -> ShopNow:
    """Return the settings, for what is only shown; while the database is away those that were last known."""
    global _resting_until
    if monotonic() < _resting_until:
        return last_known()
    try:
        return in_force()
    except DatabaseError:
        _resting_until = monotonic() + REST_SECONDS
        return last_known()


def last_known() -> ShopNow:
    """Return what this process last read, without asking: for pages about what is broken."""
    return _last_known or shop_of({})


def question() -> Question[Mapping[str, str]]:
    """Return the question for the settings, to be asked together with others; `heard` takes its answer."""
    return _kept.question()


def heard(rows: list[Mapping[str, str]]) -> ShopNow:
    """Return the settings in these rows, which hold for the rest of this write transaction."""
    found, run = _read(rows), current_run()
    if run is not None:
        _readings.of_run = (run, found)
    elif _readings.is_scope:
        _readings.of_scope = found
    return found


@contextmanager
def one_reading() -> Iterator[None]:
    """Read the settings at most once in here, apart from what write transactions read for themselves."""
    begin_reading()
    try:
        yield
    finally:
        end_reading()


def begin_reading(**_signal: Any) -> None:
    _readings.is_scope, _readings.of_scope = True, None


def end_reading(**_signal: Any) -> None:
    _readings.is_scope, _readings.of_scope = False, None


def forget() -> None:
    """Read anew, for they have just been changed."""
    _readings.of_scope, _readings.of_run = None, (None, None)


def settings_kept() -> list[Mapping[str, str]]:
    return _kept()


def shop_of(kept: Mapping[str, str]) -> ShopNow:
    """Return the settings in force when these are kept."""
    return ShopNow(**{each.field: value_in_force(each, kept) for each in SETTINGS.values()})


def value_in_force(setting: Setting, kept: Mapping[str, str]) -> Any:
    """Return what counts of a setting. What is kept but can no longer be read does not; doctor names it."""
    if setting.is_locked or setting.name not in kept:
        return setting.base
    try:
        return setting.kind.value(kept[setting.name])
    except Unfit:
        return setting.base


def _read_in_run(run: int) -> ShopNow:
    of, found = _readings.of_run
    return found if found is not None and of == run else heard(settings_kept())


def _read(rows: list[Mapping[str, str]]) -> ShopNow:
    global _last_known
    _last_known = shop_of(rows[0] if rows else {})
    return _last_known


@selecting
def _kept() -> QuerySet[ShopSettings, Mapping[str, str]]:
    return ShopSettings.objects.filter(pk=1).values_list("kept", flat=True)
