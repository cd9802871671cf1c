import pytest

from accounts.models import User
from tests.cli.conftest import Answers, Shopctl
from tests.factories import make_user

pytestmark = pytest.mark.django_db
GOOD = "a long and good passphrase"


def test_a_user_is_created_with_a_role_and_the_password_from_standard_input(answers: Answers) -> None:
    made = answers(
        "users", "create", "Ana@Example.com", "--role", "warehouse", "--password-stdin", stdin=f"{GOOD}\n"
    )
    assert (made["email"], made["role"]) == ("ana@example.com", "Warehouse")
    assert "password" not in made
    user = User.objects.get()
    assert user.check_password(GOOD)
    assert user.is_staff


def test_a_generated_password_is_printed_and_works(answers: Answers) -> None:
    made = answers("users", "create", "ana@example.com", "--role", "superuser", "--generate")
    user = User.objects.get()
    assert user.check_password(made["password"])
    assert user.is_superuser


def test_without_a_terminal_a_password_must_come_from_somewhere(shopctl: Shopctl) -> None:
    assert shopctl("users", "create", "ana@example.com", "--role", "viewer").exit_code == 2
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("email", "role", "password"),
    [
        ("ana@example.com", "warehouse", "short"),
        ("ana@example.com", "boss", GOOD),
        ("not-an-address", "warehouse", GOOD),
    ],
)
def test_what_breaks_a_rule_creates_nobody(shopctl: Shopctl, email: str, role: str, password: str) -> None:
    result = shopctl("users", "create", email, "--role", role, "--password-stdin", stdin=password)
    assert result.exit_code == 1, result.stderr
    assert not User.objects.exists()


def test_staff_are_listed_with_their_roles(answers: Answers) -> None:
    make_user("ana@example.com", role="Warehouse")
    make_user("sup@example.com", is_superuser=True)
    make_user("shopper@example.com")
    assert [(row["email"], row["role"]) for row in answers("users", "list")] == [
        ("ana@example.com", "Warehouse"),
        ("sup@example.com", "superuser"),
    ]
    assert [row["email"] for row in answers("users", "list", "--role", "warehouse")] == ["ana@example.com"]


def test_a_role_is_changed(answers: Answers) -> None:
    make_user("ana@example.com", role="Warehouse")
    assert answers("users", "role", "ana@example.com", "manager")["role"] == "Manager"


def test_somebody_is_deactivated_when_told_so_beforehand(shopctl: Shopctl) -> None:
    make_user("ana@example.com", role="Warehouse")
    assert shopctl("users", "deactivate", "ana@example.com").exit_code == 2
    assert User.objects.get().is_active
    assert shopctl("users", "deactivate", "ana@example.com", "--yes").exit_code == 0
    assert not User.objects.get().is_active


def test_the_last_superuser_stays(shopctl: Shopctl) -> None:
    make_user("sup@example.com", is_superuser=True)
    assert shopctl("users", "deactivate", "sup@example.com", "--yes").exit_code == 1
    assert User.objects.get().is_active


def test_a_password_is_set(shopctl: Shopctl) -> None:
    make_user("ana@example.com", role="Warehouse")
    assert shopctl("users", "password", "ana@example.com", "--password-stdin", stdin=GOOD).exit_code == 0
    assert User.objects.get().check_password(GOOD)


def test_a_viewer_manages_nobody(shopctl: Shopctl) -> None:
    make_user("vera@example.com", role="Viewer")
    result = shopctl(
        "users", "create", "ana@example.com", "--role", "viewer", "--generate", "--as", "vera@example.com"
    )
    assert result.exit_code == 1
    assert User.objects.count() == 1
