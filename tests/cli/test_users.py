import pytest

from accounts.models import User
from accounts.people import deactivate
from accounts.roles import ROLES
from accounts.tokens.access import read_access_token
from accounts.tokens.refresh import issue_pair
from backoffice.errors import NotAuthenticated
from backoffice.outbox.models import EmailMessage
from tests.accounts.mailbox import templates_sent_to
from tests.accounts.second_factor.devices import give_app, give_passkey
from tests.cli_fixtures import Answers, Shopctl
from tests.factories import CLI, PASSWORD, make_user

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


def test_somebody_is_invited_and_chooses_their_password_themselves(
    shopctl: Shopctl, answers: Answers
) -> None:
    made = answers("users", "invite", "Ana@Example.com", "--role", "warehouse", "--name", "Ana")
    assert (made["email"], made["name"], made["role"]) == ("ana@example.com", "Ana", "Warehouse")
    assert templates_sent_to("ana@example.com") == ["invitation"]
    assert not User.objects.get().has_usable_password()
    again = shopctl("users", "invite", "ana@example.com", "--role", "viewer")
    assert (again.exit_code, templates_sent_to("ana@example.com")) == (1, ["invitation"])


def test_somebody_comes_back(answers: Answers) -> None:
    make_user("ana@example.com", role="Warehouse", is_active=False)
    assert answers("users", "activate", "ana@example.com")["is_active"] is True
    assert User.objects.get().check_password(PASSWORD)


def test_a_link_is_sent_unless_the_account_is_deactivated(shopctl: Shopctl) -> None:
    user = make_user("ana@example.com", role="Warehouse")
    assert shopctl("users", "link", "ana@example.com").exit_code == 0
    deactivate(user, by=CLI)
    refused = shopctl("users", "link", "ana@example.com")
    assert (refused.exit_code, templates_sent_to("ana@example.com")) == (1, ["password_reset", "deactivated"])
    assert "Activate the account first" in refused.stderr


def test_the_history_of_an_account_names_who_changed_it(shopctl: Shopctl, answers: Answers) -> None:
    make_user("boss@example.com", role="Manager")
    make_user("ana@example.com", role="Warehouse")
    shopctl("users", "role", "ana@example.com", "support", "--as", "boss@example.com")
    shopctl("users", "deactivate", "ana@example.com", "--yes")
    told = [
        (row["what"], row["actor"], row["source"]) for row in answers("users", "history", "ana@example.com")
    ]
    assert told == [
        ("Deactivated", None, "cli"),
        ("Role changed Warehouse → Support", "boss@example.com", "cli"),
    ]


def test_second_factors_are_shown_and_removed(shopctl: Shopctl, answers: Answers) -> None:
    user = make_user("ana@example.com", role="Warehouse")
    assert answers("users", "mfa", "show", "ana@example.com") == []
    give_app(user)
    give_passkey(user, "Laptop")
    shown = answers("users", "mfa", "show", "ana@example.com")
    assert [(each["kind"], each["name"]) for each in shown] == [
        ("totp", "Authenticator app"),
        ("passkey", "Laptop"),
        ("recovery_codes", "10 left"),
    ]
    assert answers("users", "list")[0]["has_second_factor"] is True
    assert shopctl("users", "mfa", "reset", "ana@example.com").exit_code == 2, "nobody was asked"
    assert answers("users", "mfa", "reset", "ana@example.com", "--yes")["has_second_factor"] is False
    assert not user.authenticators.exists()
    assert templates_sent_to("ana@example.com")[-1] == "second_factor_reset"
    refused = shopctl("users", "mfa", "reset", "ana@example.com", "--yes")
    assert (refused.exit_code, "ana@example.com has no second factor." in refused.stderr) == (1, True)


def test_nobody_resets_their_own_second_factors_nor_a_superusers(shopctl: Shopctl) -> None:
    boss, manager = (
        make_user("boss@example.com", is_superuser=True),
        make_user("m@example.com", role="Manager"),
    )
    for user in (boss, manager):
        give_app(user)
        reset = shopctl("users", "mfa", "reset", user.email, "--yes", "--as", "m@example.com")
        assert reset.exit_code == 1, reset.output
        assert user.authenticators.exists()


def test_roles_are_told_in_words(answers: Answers) -> None:
    told = {row["role"]: (row["may"], row["may_not"]) for row in answers("users", "roles")}
    assert told == {role.name: (role.may, role.may_not) for role in ROLES}


@pytest.mark.parametrize("verb", ["invite", "activate", "link"])
def test_only_who_may_manage_users_is_let(shopctl: Shopctl, verb: str) -> None:
    make_user("vera@example.com", role="Viewer")
    make_user("ana@example.com", role="Viewer", is_active=False)
    more = ["--role", "viewer"] if verb == "invite" else []
    email = "new@example.com" if verb == "invite" else "ana@example.com"
    assert shopctl("users", verb, email, *more, "--as", "vera@example.com").exit_code == 1
    assert not EmailMessage.objects.exists()
    assert [user.is_active for user in User.objects.order_by("pk")] == [True, False]


def test_somebody_is_signed_out_everywhere_and_keeps_the_password(shopctl: Shopctl, answers: Answers) -> None:
    user = make_user("ana@example.com", role="Warehouse")
    pair = issue_pair(user)
    [session] = answers("users", "sessions", "ana@example.com")
    assert (session["kind"], session["device"], session["is_current"]) == ("api", "A program", False)
    assert shopctl("users", "sign-out", "ana@example.com").exit_code == 0
    assert answers("users", "sessions", "ana@example.com") == []
    with pytest.raises(NotAuthenticated):
        read_access_token(pair.access)
    assert templates_sent_to("ana@example.com") == ["signed_out"]
    assert User.objects.get().check_password(PASSWORD)
    boss = make_user("boss@example.com", role="Viewer")
    assert shopctl("users", "sign-out", "ana@example.com", "--as", boss.email).exit_code == 1
