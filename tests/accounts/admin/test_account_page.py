"""One's own account: the profile, sessions and when they end, and what asks for the password again."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.api import uploads
from accounts.models import BrowserSession, User
from accounts.people import deactivate, set_role
from accounts.sign_in import sessions
from accounts.tokens.access import read_access_token
from accounts.tokens.refresh import issue_pair
from backoffice.errors import NotAuthenticated
from tests.admin_fixtures import SignIn
from tests.contract.client import Api
from tests.factories import CLI, PASSWORD, make_batch, make_product, make_user, place
from tests.orders.admin.posted_dialogs import submitted

pytestmark = pytest.mark.django_db
LOGIN, ACCOUNT, AGAIN = "/admin/login/", "/admin/account/", "/admin/password_again/"
ELSEWHERE = "/admin/account/sign-out/"
NELE = "nele@example.com"
HOUR = 60 * 60


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that sessions go by: change its only item."""
    now = [time.time()]
    monkeypatch.setattr(sessions, "time", lambda: now[0])
    return now


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"


def signed_in(browser: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": browser})
    client.post(LOGIN, {"username": NELE, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def nele() -> User:
    return make_user(NELE, role="Manager")


def test_a_session_goes_on_while_it_is_used_and_ends_two_hours_after(nele: User, clock: list[float]) -> None:
    client = signed_in()
    for _ in range(4):
        clock[0] += 1.9 * HOUR
        assert is_in(client)
    clock[0] += 2 * HOUR
    assert not is_in(client)
    assert BrowserSession.objects.filter(user=nele).count() == 0


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(nele: User, clock: list[float]) -> None:
    client = signed_in()
    for _ in range(7):
        clock[0] += 1.7 * HOUR
        assert is_in(client)
    clock[0] += 0.2 * HOUR
    assert not is_in(client)


def test_a_session_that_is_over_lets_no_long_body_in_either(
    nele: User, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked before the session ends by a request of its own."""
    monkeypatch.setattr(uploads, "time", lambda: clock[0])
    monkeypatch.setattr(uploads, "close_old_connections", lambda: None)
    client = signed_in()
    name = settings.SESSION_COOKIE_NAME
    environ = {"HTTP_COOKIE": f"{name}={client.cookies[name].value}"}
    assert uploads.may_upload(environ)
    clock[0] += 2 * HOUR
    assert not uploads.may_upload(environ)
    assert not uploads.may_upload({"HTTP_COOKIE": f"{name}=made-up"})
    assert not uploads.may_upload({})


def test_signing_in_again_begins_twelve_hours_anew(nele: User, clock: list[float]) -> None:
    client = signed_in()
    for _ in range(7):
        clock[0] += 1.7 * HOUR
        assert is_in(client)
    client.post(LOGIN, {"username": NELE, "password": PASSWORD})
    clock[0] += 1.7 * HOUR
    assert is_in(client)


def test_that_somebody_was_there_is_noted_once_a_minute(nele: User, clock: list[float]) -> None:
    client = signed_in()
    assert is_in(client)
    written = [settings.SESSION_COOKIE_NAME in client.get("/admin/").cookies for _ in range(3)]
    clock[0] += 60
    written += [settings.SESSION_COOKIE_NAME in client.get("/admin/").cookies for _ in range(3)]
    assert written == [False, False, False, True, False, False]


def test_ones_own_sign_ins_are_listed_and_ended_one_by_one(nele: User) -> None:
    here, there = signed_in(), signed_in("Till of the shop", "198.51.100.7")
    program = issue_pair(nele)
    others = Client()
    others.force_login(make_user(role="Viewer"))

    page = here.get(ACCOUNT)
    found = sorted(page.context["clients"], key=lambda each: (each.is_here, each.kind))
    assert [(each.device, each.address, each.is_here) for each in found] == [
        ("A program", "", False),
        ("Till of the shop", "198.51.100.7", False),
        ("Firefox 143 on Linux", "192.0.2.1", True),
    ]
    keys = [client.cookies[settings.SESSION_COOKIE_NAME].value for client in (here, there)]
    assert not any(key in page.text for key in keys)

    here.post(ELSEWHERE, {"which": found[1].id})
    assert (is_in(here), is_in(there), is_in(others)) == (True, False, True)
    assert read_access_token(program.access) == nele

    here.post(ELSEWHERE, {"which": found[0].id})
    with pytest.raises(NotAuthenticated):
        read_access_token(program.access)
    ended = nele.events.filter(kind="signed_out").order_by("pk")
    assert [event.details for event in ended] == [
        "Till of the shop at 198.51.100.7",
        "A program at an unknown address",
    ]


def test_all_others_are_ended_at_once_and_nobody_elses(nele: User) -> None:
    here, there = signed_in(), signed_in()
    other = Client()
    other.force_login(make_user(role="Viewer"))
    program = issue_pair(nele)
    here.post(ELSEWHERE, {"which": "others"})
    assert (is_in(here), is_in(there), is_in(other)) == (True, False, True)
    with pytest.raises(NotAuthenticated):
        read_access_token(program.access)


def test_a_sign_in_of_somebody_else_cannot_be_ended_by_its_name(nele: User) -> None:
    make_user("other@example.com", role="Viewer")
    other = Client()
    other.post(LOGIN, {"username": "other@example.com", "password": PASSWORD})
    [theirs] = other.get(ACCOUNT).context["clients"]
    signed_in().post(ELSEWHERE, {"which": theirs.id})
    assert is_in(other)


@pytest.mark.parametrize(
    "change", [lambda user: set_role(user, "Viewer", by=CLI), lambda user: deactivate(user, by=CLI)]
)
def test_what_ends_every_sign_in_leaves_none_in_the_list(nele: User, change: Any) -> None:
    signed_in()
    issue_pair(nele)
    change(nele)
    user = User.objects.get(pk=nele.pk)
    assert list(sessions.living_sessions(user)) == []


def test_a_user_agent_is_kept_short_and_printable(nele: User) -> None:
    client = signed_in("<script>Mozilla\x1b[2K\u202e" + "x" * 500)
    row = BrowserSession.objects.get(user=nele)
    assert len(row.user_agent) == 200
    assert row.user_agent.isprintable()
    page = client.get(ACCOUNT).text
    assert "&lt;script&gt;Mozilla" in page
    assert "<script>Mozilla" not in page


# The password once more


def asks(answer: Any) -> bool:
    where = answer.headers.get("Location") or answer.headers.get("HX-Redirect", "")
    return where.startswith(AGAIN)


def asked_for(client: Client, address: str, sent: dict[str, str] | None) -> Any:
    answer = client.get(address) if sent is None else client.post(address, sent)
    if answer.streaming:
        answer.getvalue()
    return answer


@pytest.fixture
def asked(nele: User) -> dict[str, Any]:
    """What lets people in or takes data out: (address, what is sent, None for a look)."""
    place({make_product(on_hand=5).sku: 1})
    batch, other = make_batch(), make_user("other@example.com", role="Viewer")
    orders = "/admin/orders/order/"
    chosen = {"select_across": "1", "index": "0", "_selected_action": "1"}
    return {
        "a user's page": (f"/admin/accounts/user/{other.pk}/change/", None),
        "a new role": (f"/admin/accounts/user/{other.pk}/change/", {"name": "", "role": "Manager"}),
        "an invitation": ("/admin/accounts/user/add/", {"email": "a@b.de", "name": "", "role": "Manager"}),
        "orders as CSV": (orders, chosen | {"action": "export_csv"}),
        "orders as XLSX": (orders, chosen | {"action": "export_xlsx"}),
        "codes as CSV": (f"/admin/orders/promotion/{batch.pk}/codes.csv", None),
        "codes as XLSX": (f"/admin/orders/promotion/{batch.pk}/codes.xlsx", None),
    }


@pytest.mark.parametrize(
    "what",
    [
        "a user's page",
        "a new role",
        "an invitation",
        "orders as CSV",
        "orders as XLSX",
        "codes as CSV",
        "codes as XLSX",
    ],
)
def test_ten_minutes_after_the_password_it_is_asked_for_again(
    what: str, asked: dict[str, Any], clock: list[float]
) -> None:
    address, sent = asked[what]

    def ask(client: Client) -> Any:
        return asked_for(client, address, sent)

    before = [User.objects.count(), User.objects.get(email="other@example.com").groups.get().name]
    client = signed_in()
    clock[0] += 601
    answer = ask(client)
    assert asks(answer)
    assert [User.objects.count(), User.objects.get(email="other@example.com").groups.get().name] == before
    assert User.objects.get(email=NELE).events.filter(kind="exported").count() == 0

    assert client.post(answer.headers["Location"], {"password": "wrong"}).status_code == 200
    assert asks(ask(client))
    back = client.post(answer.headers["Location"], {"password": PASSWORD})
    assert back.headers["Location"] == address
    again = ask(client)
    assert not asks(again)
    assert again.status_code in (200, 302)
    clock[0] += 601
    assert asks(ask(client))


def test_within_ten_minutes_nothing_is_asked(asked: dict[str, Any], clock: list[float]) -> None:
    client = signed_in()
    clock[0] += 599
    answers = [asked_for(client, url, sent) for url, sent in asked.values()]
    assert not any(asks(answer) for answer in answers)


def test_the_way_back_stays_in_the_shop(nele: User) -> None:
    client = signed_in()
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = client.post(f"{AGAIN}?next={elsewhere}", {"password": PASSWORD})
        assert answer.headers["Location"] == "/admin/"


def test_the_password_is_guessed_five_times_and_not_more(nele: User) -> None:
    client = signed_in()
    codes = [client.post(AGAIN, {"password": "wrong"}).status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2


def test_a_new_password_is_as_good_as_one_typed_again(nele: User, clock: list[float]) -> None:
    client = signed_in()
    clock[0] += 601
    typed = {"old_password": PASSWORD, "new_password": "a quiet morning", "repeated": "a quiet morning"}
    client.post("/admin/password_change/", typed)
    assert client.get("/admin/accounts/user/add/").status_code == 200


def test_the_menu_leads_to_ones_account(sign_in: SignIn) -> None:
    assert f'href="{ACCOUNT}"' in sign_in("Viewer").get("/admin/").text


def test_whoever_reads_the_table_of_sessions_cannot_go_on_in_one(nele: User) -> None:
    client = signed_in()
    [row] = BrowserSession.objects.all()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert key not in str(BrowserSession.objects.values().get())
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    assert not is_in(thief)
    assert is_in(client)
    client.post("/admin/logout/")
    assert not BrowserSession.objects.exists()


# The profile


def test_name_and_language_are_changed_with_their_history_and_shown_in_the_new_language(nele: User) -> None:
    client = signed_in()
    answer = client.post(ACCOUNT, {"name": " Nele Kern ", "language": "de"}, follow=True)
    assert answer.headers["Content-Language"] == "de"
    user = User.objects.get(pk=nele.pk)
    assert (user.name, user.language) == ("Nele Kern", "de")
    event = user.events.get(kind="edited")
    assert event.facts == {"name": {"from": "", "to": "Nele Kern"}, "language": {"from": "", "to": "de"}}
    assert (event.details, event.by) == ("Name: – → Nele Kern; Language: the shop's → Deutsch", NELE)
    assert not is_over(client)

    client.post(ACCOUNT, {"name": "Nele Kern", "language": "de"})
    assert user.events.filter(kind="edited").count() == 1


def is_over(client: Client) -> bool:
    return client.get(ACCOUNT).status_code != 200


@pytest.mark.parametrize("sent", [{"name": "x" * 151}, {"name": "a\u202eb"}, {"name": "", "language": "tlh"}])
def test_a_profile_that_cannot_be_is_refused_where_it_is_wrong(nele: User, sent: dict[str, str]) -> None:
    page = signed_in().post(ACCOUNT, sent)
    wrong = "language" if "language" in sent else "name"
    assert list(page.context["form"].errors) == [wrong]
    assert f'id="id_{wrong}_error"' in page.text
    assert not nele.events.filter(kind="edited").exists()


def test_a_name_that_a_colleague_or_a_program_changes_is_in_the_history_too(nele: User) -> None:
    boss = make_user("boss@example.com", role="Manager")
    browser = Client()
    browser.post(LOGIN, {"username": "boss@example.com", "password": PASSWORD})
    page = f"/admin/accounts/user/{nele.pk}/change/"
    browser.post(page, {"name": "Nele", "role": "Manager", "is_active": "on"})
    Api(nele).patch("users/me", {"name": "Nele Kern"})
    edited = nele.events.filter(kind="edited").order_by("pk")
    told = [(event.details, event.actor, event.source) for event in edited]
    assert told == [
        ("Name: – → Nele", boss, "admin"),
        ("Name: Nele → Nele Kern", nele, "api"),
    ]


def test_the_page_says_how_one_signs_in_and_what_happened(nele: User) -> None:
    client = signed_in()
    signed_in("python-httpx/0.28.1")
    page = client.get(ACCOUNT).text
    for words in ("You may see and do everything", NELE, "Not changed since", "A program (python-httpx)"):
        assert words in page
    for name in ("change_email", "password_change", "second_factor"):
        assert f'href="{reverse(f"admin:{name}")}"' in page
    assert "Signed in</span> Firefox 143 on Linux" in page


def test_a_colleague_is_signed_out_on_their_page(nele: User) -> None:
    make_user("boss@example.com", role="Manager")
    hers, boss = signed_in(), Client()
    boss.post(LOGIN, {"username": "boss@example.com", "password": PASSWORD})
    page = f"/admin/accounts/user/{nele.pk}/change/"
    assert "Firefox 143 on Linux" in boss.get(page).text
    assert boss.post(f"/admin/accounts/user/{nele.pk}/sign-out/", submitted()).status_code in (200, 302)
    assert not is_in(hers)
    assert is_in(boss)
    after = boss.get(page).text
    assert "Nowhere at present." in after
    assert "Sign out everywhere" not in after
