"""A passkey in Chromium's own authenticator, and what only a browser does with recovery codes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from tests.accounts.second_factor.devices import code, give_app
from tests.browser.axe import darken, violations
from tests.browser.conftest import PHONE, OpenPage, overflow
from tests.factories import PASSWORD, make_user

ANA = "ana@example.com"
OWN = "/admin/account/second-factor/"
type Plug = Callable[..., CDPSession]


@pytest.fixture
def plug_in() -> Plug:
    """Give the page's browser an authenticator that looks at the person, or does not."""

    def plug_in(page: Page, *, looks: bool = True) -> CDPSession:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": looks,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return session

    return plug_in


def sign_out(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/admin/orders/order/")


def test_a_passkey_is_added_and_then_signs_in_alone(open_page: OpenPage, plug_in: Plug) -> None:
    user = make_user(ANA, role="Manager")
    page = open_page(user)
    session = plug_in(page)
    page.goto(OWN)
    page.get_by_label("Name of a new passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("They are shown this once.")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Laptop")).to_be_visible()
    assert user.authenticators.get().kind == "passkey"

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()

    # It is asked for after the password, too.
    sign_out(page)
    page.get_by_label("E-mail address").fill(ANA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()

    # Removed, it lets nobody in, though the device still has it.
    page.goto(OWN)
    page.get_by_role("button", name="Remove Laptop").click()
    expect(page.get_by_text("Laptop is removed.")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="This passkey is not known here")).to_be_visible()
    session.detach()


def test_a_device_that_does_not_look_at_the_person_is_refused(open_page: OpenPage, plug_in: Plug) -> None:
    user = make_user(ANA, role="Manager")
    page = open_page(user, OWN)
    plug_in(page, looks=False)
    page.get_by_label("Name of a new passkey").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="No passkey was made.")).to_be_visible()
    assert not user.authenticators.exists()


def test_recovery_codes_are_copied_and_kept_as_a_file_that_the_page_makes(open_page: OpenPage) -> None:
    user = make_user(ANA, role="Viewer")
    give_app(user)
    page = open_page(user, OWN)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Make new codes").click()
    codes = page.locator("[data-codes] code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download").click()
    assert kept.value.suggested_filename == "recovery-codes-localhost.txt"
    assert kept.value.path().read_text().split() == codes


def test_the_steps_of_signing_in_have_no_barriers_and_fit_a_phone(open_page: OpenPage) -> None:
    user = make_user(ANA, role="Viewer")
    give_app(user)
    page = open_page(None, "/admin/login/?next=/admin/", viewport=PHONE)
    page.get_by_label("E-mail address").fill(ANA)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    field = page.get_by_label("Code from your authenticator app")
    expect(field).to_be_focused()
    page.get_by_text("Phone lost? Use a recovery code").click()
    found = violations(page)
    assert overflow(page) == 0
    darken(page)
    assert found | violations(page) == set()
    field.fill(code())
    field.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    assert User.objects.get().last_login is not None
