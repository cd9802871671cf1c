from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def _directory_of_static_files() -> None:
    """WhiteNoise warns when it is missing."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
