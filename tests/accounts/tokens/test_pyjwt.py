import subprocess
import sys

import pytest

pytestmark = pytest.mark.once
LOADS = (
    "import sys, cryptography; {}; print('cryptography.x509' in sys.modules, 'cryptography' in sys.modules)"
)


@pytest.mark.parametrize(
    ("loaded", "expected"),
    [("from accounts.tokens.pyjwt import jwt", "False True"), ("import jwt", "True True")],
    ids=["ours", "the control"],
)
def test_all_of_cryptography_is_not_loaded_and_can_be_afterwards(loaded: str, expected: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADS.format(loaded) + "; import cryptography.x509"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == expected
