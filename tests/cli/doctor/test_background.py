"""shopctl doctor: what works beside the web is looked at."""

from typing import Any

import pytest
from django.conf import settings as configured

from cli.doctor.background import check_cache
from cli.doctor.findings import Verdict

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(not configured.REDIS_URL, reason="Embedded there is no Redis.")
@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("redis://redis.internal:6379/0", Verdict.NOTE),
        ("redis://:secret@redis.internal:6379/0", Verdict.OK),
        ("redis://127.0.0.1:6379/0", Verdict.OK),
    ],
)
def test_a_redis_without_a_password_beyond_this_machine_is_told(
    settings: Any, url: str, state: Verdict
) -> None:
    settings.REDIS_URL = url

    found = check_cache()

    assert found.state == state
    assert "secret" not in found.detail
