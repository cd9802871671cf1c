"""What the logs say while somebody registers, signs in and recovers a password: no secret of theirs."""

import logging

import pytest

from tests.accounts.mailbox import token_sent_to
from tests.contract.client import Api

ADA = "ada@example.com"
FIRST, SECOND = "canary phrase number one", "canary phrase number two"


@pytest.mark.django_db(transaction=True)
def test_no_password_and_no_token_is_written_to_a_log(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    nobody = Api()
    secrets = [FIRST, SECOND]

    nobody.post("users", {"email": ADA, "password": FIRST})
    secrets.append(token_sent_to(ADA))
    for _ in range(2):
        nobody.post("auth/email/confirm", {"token": secrets[-1], "password": FIRST})
    pair = nobody.post("auth/token", {"email": ADA, "password": FIRST}).json()
    for _ in range(2):
        nobody.post("auth/refresh", {"refresh": pair["refresh"]})
    nobody.post("auth/password/forgot", {"email": ADA})
    secrets.append(token_sent_to(ADA))
    for _ in range(2):
        nobody.post("auth/password/reset", {"token": secrets[-1], "new_password": SECOND})
    nobody.post("auth/token", {"email": ADA, "password": FIRST})
    nobody.headers = {"Authorization": f"Bearer {pair['access']}"}
    nobody.post("auth/password/change", {"old_password": SECOND, "new_password": FIRST})

    secrets += [pair["access"], pair["refresh"]]
    written = [caplog.text, *capfd.readouterr()]
    assert "Unauthorized: /api/v1/auth/token" in caplog.text
    assert [secret for secret in secrets for text in written if secret in text] == []
