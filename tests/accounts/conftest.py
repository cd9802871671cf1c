import pytest
from django.contrib.auth import hashers


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed."""
    passwords: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def noting(hasher: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        passwords.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", noting)
    return passwords
