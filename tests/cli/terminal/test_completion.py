"""Values that the shell completes: no state, role, kind or category is forgotten, and no shell fails."""

from typing import Any

import pytest
import typer

from accounts.people import SUPERUSER
from accounts.roles import ROLE_NAMES
from backoffice.outbox.models import EmailState
from cli.terminal import completion
from orders.models import PromoState, PromotionKind
from orders.status import OrderStatus
from tests.cli.test_app_help import ALL
from tests.factories import make_category, make_product

VALUES = {
    "status",
    "state",
    "role",
    "kind",
    "category",
    "mode",
    "reason",
    "product",
    "sku",
    "every",
    "file_kind",
}
# Free text, although others of this name are not.
FREE = {
    ("orders allow", "reason"),
    ("orders cancel", "reason"),
    ("payments move", "reason"),
    ("payments reverse", "reason"),
    ("payments write-off", "reason"),
    ("orders return", "reason"),
    ("orders undo-shipment", "reason"),
}


def completed(command: Any, parameter: Any, typed: str = "") -> list[str]:
    context = typer.Context(command, info_name="shopctl", resilient_parsing=True)
    return [item.value for item in parameter.shell_complete(context, typed)]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) for path, _ in ALL])
def test_every_option_with_values_of_its_own_completes_them(path: tuple[str, ...], command: Any) -> None:
    make_product("TEA-01", category=make_category("Teas"))
    wanted = [each for each in command.params if each.name in VALUES and not getattr(each, "is_flag", False)]
    lacking = [
        each.name
        for each in wanted
        if (" ".join(path), each.name) not in FREE and not completed(command, each)
    ]
    assert lacking == []


def test_fixed_values_are_all_that_there_are() -> None:
    assert set(completion.ORDER_STATUSES) == set(OrderStatus.values)
    assert set(completion.PROMO_STATES) == set(PromoState.values)
    assert set(completion.PROMO_KINDS) == set(PromotionKind.values)
    assert set(completion.MAIL_STATES) == set(EmailState.values)
    assert set(completion.ROLES) == {name.lower() for name in (*ROLE_NAMES, SUPERUSER)}


@pytest.mark.django_db
def test_what_was_typed_narrows_them() -> None:
    make_product("TEA-01", category=make_category("Green teas"))
    make_category("Mugs")
    assert completion.one_of("shipped", "pending")("SH") == ["shipped"]
    assert completion.categories("") == ["green-teas", "mugs"]
    assert completion.categories("Gr") == ["green-teas"]
    assert completion.skus("tea") == ["TEA-01"]
    assert completion.skus("mug") == []


def test_without_a_database_nothing_is_completed_and_nothing_fails() -> None:
    """Outside a test's database, this one may not be asked."""
    assert completion.categories("") == []
