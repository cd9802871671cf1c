import pytest

from accounts.models import RecoveryCode
from accounts.second_factor.recovery_codes import codes_left, replace_codes, use_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_there_are_ten_of_80_bits_and_the_table_holds_none_of_them() -> None:
    codes = replace_codes(make_user(role="Viewer"))
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 16 for code in codes)
    stored = str(list(RecoveryCode.objects.values()))
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        str.upper,
        lambda code: code.replace("-", ""),
        lambda code: f" {code.replace('-', ' ')}\n",
        lambda code: code.replace("0", "O").replace("1", "l"),
    ],
)
def test_each_is_good_once_however_it_is_typed(typed) -> None:
    user = make_user(role="Viewer")
    first, second, *_others = replace_codes(user)
    assert use_code(user, typed(first))
    assert not use_code(user, first)
    assert codes_left(user) == 9
    assert use_code(user, second)


def test_one_of_somebody_else_is_wrong() -> None:
    [code, *_others], other = replace_codes(make_user(role="Viewer")), make_user(role="Viewer")
    replace_codes(other)
    assert not use_code(other, code)
    assert codes_left(other) == 10


@pytest.mark.parametrize("typed", ["", "-", "0000-0000-0000-0000", "\ud800", "x" * 10_000])
def test_what_is_no_code_is_wrong(typed: str) -> None:
    user = make_user(role="Viewer")
    replace_codes(user)
    assert not use_code(user, typed)


def test_new_ones_end_the_old() -> None:
    user = make_user(role="Viewer")
    [old, *_others] = replace_codes(user)
    [new, *_others] = replace_codes(user)
    assert not use_code(user, old)
    assert use_code(user, new)
