"""Ten codes on paper, for whoever has lost the phone: each is good once, and new ones end the old."""

import secrets
from hashlib import sha256

from django.utils import timezone

from accounts.models import RecoveryCode, User
from backoffice.db.transactions import write_transaction

HOW_MANY = 10
# 32 characters that cannot be mistaken for each other; 16 of them are 80 bits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH, GROUP = 16, 4
MEANT = str.maketrans("oil", "011")


@write_transaction
def replace_codes(user: User) -> list[str]:
    """Make new codes, which end the old ones. They are returned once: the shop keeps none of them."""
    codes = [_new_code() for _ in range(HOW_MANY)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_hash(code)) for code in codes)
    return codes


@write_transaction
def use_code(user: User, typed: str) -> bool:
    """Use the code up, and return whether this call did: the UPDATE decides, so only one of many can."""
    unused = RecoveryCode.objects.filter(user=user, code_hash=_hash(typed), used_at=None)
    return unused.update(used_at=timezone.now()) == 1


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _new_code() -> str:
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def _hash(typed: str) -> str:
    """Return the code's SHA-256, however it is typed: 80 random bits need no slow hash."""
    code = "".join(char for char in typed.lower().translate(MEANT) if char.isalnum())
    return sha256(code.encode(errors="replace")).hexdigest()
