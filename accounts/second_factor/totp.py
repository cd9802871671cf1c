"""Codes that an app makes from a secret and the time, after RFC 6238 and RFC 4226."""

import hmac
import struct
from base64 import b32encode
from hashlib import sha1
from typing import Any
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
# As long as the hash, as RFC 4226 recommends.
SECRET_BYTES = 20
# The clock of a phone may be this many steps before or behind ours.
SKEW_STEPS = 1


def hotp(secret: bytes, counter: int, *, digits: int = DIGITS, digest: Any = sha1) -> str:
    """Return the code of RFC 4226, section 5.3."""
    signed = hmac.new(secret, struct.pack(">Q", counter), digest).digest()
    offset = signed[-1] & 0x0F
    (number,) = struct.unpack_from(">I", signed, offset)
    return str((number & 0x7FFF_FFFF) % 10**digits).zfill(digits)


def step_at(seconds: float) -> int:
    """Return the number of the step that this moment, in seconds since 1970, lies in."""
    return int(seconds // STEP_SECONDS)


def step_of_code(secret: bytes, code: str, *, at: float) -> int | None:
    """Return the latest step around this moment whose code it is; None when it is a wrong code."""
    now, typed = step_at(at), "".join(code.split())
    if not (typed.isascii() and typed.isdecimal()):
        return None
    steps = range(now + SKEW_STEPS, now - SKEW_STEPS - 1, -1)
    # Each is compared, so that the time taken tells nothing.
    right = [step for step in steps if hmac.compare_digest(hotp(secret, step), typed)]
    return right[0] if right else None


def as_text(secret: bytes) -> str:
    """Return the secret as apps let people type it, in groups of four."""
    encoded = b32encode(secret).decode().rstrip("=")
    return " ".join(encoded[at : at + 4] for at in range(0, len(encoded), 4))


def address_of(secret: bytes, *, issuer: str, account: str) -> str:
    """Return the otpauth:// address that apps read from a QR code."""
    label = quote(f"{issuer}:{account}", safe="@")
    query = {"secret": as_text(secret).replace(" ", ""), "issuer": issuer}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
