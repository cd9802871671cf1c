"""Forged, stale and broken access tokens: each must be refused by what reads them."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.test import override_settings

from accounts.models import User
from accounts.tokens.access import LEEWAY_SECONDS, REQUIRED_CLAIMS, read_access_token
from accounts.tokens.refresh import issue_pair
from backoffice.errors import NotAuthenticated
from tests.factories import make_shopper, make_user

KID, KEY = next(iter(settings.JWT_KEYS.items()))
OTHER_KEY = "another-key-0123456789-abcdefghijklmnopqrstuvwxyz"
HEADER = {"typ": "at+jwt", "kid": KID}


def good_claims(user: User) -> dict[str, Any]:
    return jwt.decode(issue_pair(user).access, options={"verify_signature": False})


def signed(claims: dict[str, Any], *, key: str = KEY, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers=HEADER | header)


def raw(header: object, payload: object, *, key: str = KEY) -> str:
    """A token put together by hand, with a signature that is right for its bytes."""
    body = f"{encoded(header)}.{encoded(payload)}"
    signature = hmac.new(key.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def encoded(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def signed_without(name: str, claims: dict[str, Any]) -> str:
    return signed(without(claims, name))


def flipped(token: str, part: int) -> str:
    parts = token.split(".")
    middle = len(parts[part]) // 2
    letter = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + letter + parts[part][middle + 1 :]
    return ".".join(parts)


NOW = time.time()
FULL = {"alg": "HS256", **HEADER}
type Forge = Callable[[dict[str, Any]], str]
FORGED: dict[str, Forge] = {
    "alg none, unsigned": lambda c: f"{encoded(FULL | {'alg': 'none'})}.{encoded(c)}.",
    "alg None, unsigned": lambda c: f"{encoded(FULL | {'alg': 'None'})}.{encoded(c)}.",
    "alg none, signed": lambda c: raw(FULL | {"alg": "none"}, c),
    "alg missing": lambda c: raw(without(FULL, "alg"), c),
    "alg empty": lambda c: raw(FULL | {"alg": ""}, c),
    "alg a list": lambda c: raw(FULL | {"alg": ["HS256"]}, c),
    "alg HS384": lambda c: signed(c, algorithm="HS384", key=KEY),
    "alg HS512": lambda c: signed(c, algorithm="HS512", key=KEY * 2),
    "alg RS256": lambda c: raw(FULL | {"alg": "RS256"}, c),
    "another key": lambda c: signed(c, key=OTHER_KEY),
    "the secret key of the settings": lambda c: signed(c, key=settings.SECRET_KEY),
    "kid unknown": lambda c: signed(c, kid="unknown"),
    "kid missing": lambda c: raw(without(FULL, "kid"), c),
    "kid a path": lambda c: signed(c, kid="../../dev/null"),
    "kid a number": lambda c: raw(FULL | {"kid": 1}, c),
    "kid a list": lambda c: raw(FULL | {"kid": [KID]}, c),
    "typ JWT": lambda c: signed(c, typ="JWT"),
    "typ missing": lambda c: raw(without(FULL, "typ"), c),
    "typ a list": lambda c: raw(FULL | {"typ": ["at+jwt"]}, c),
    "a critical header that nobody knows": lambda c: raw(FULL | {"crit": ["exp"]}, c),
    "payload detached": lambda c: raw(FULL | {"b64": False, "crit": ["b64"]}, c),
    "a key in the header": lambda c: raw(FULL | {"jwk": {"kty": "oct", "k": "AAAA"}}, c, key=OTHER_KEY),
    "aud of somebody else": lambda c: signed(c | {"aud": "https://elsewhere.example/api"}),
    "aud among others": lambda c: signed(c | {"aud": [c["aud"], "https://elsewhere.example"]}),
    "aud empty": lambda c: signed(c | {"aud": ""}),
    "iss of somebody else": lambda c: signed(c | {"iss": "https://elsewhere.example"}),
    "iss a list": lambda c: raw(FULL, c | {"iss": [c["iss"]]}),
    "expired": lambda c: signed(c | {"exp": int(NOW) - LEEWAY_SECONDS - 1}),
    "expired long ago": lambda c: signed(c | {"exp": 1}),
    "exp a text": lambda c: signed(c | {"exp": "soon"}),
    "exp infinite": lambda c: raw(FULL, c | {"exp": float("inf")}),
    "exp null": lambda c: signed(c | {"exp": None}),
    "issued in the future": lambda c: signed(c | {"iat": int(NOW) + 3600}),
    "not yet valid": lambda c: signed(c | {"nbf": int(NOW) + 3600}),
    "sub of nobody": lambda c: signed(c | {"sub": "999999999"}),
    "sub a number": lambda c: signed(c | {"sub": 1}),
    "sub beyond numbers": lambda c: signed(c | {"sub": "9" * 500}),
    "sub a text": lambda c: signed(c | {"sub": "1 OR 1=1"}),
    "sub negative": lambda c: signed(c | {"sub": "-1"}),
    "ver of yesterday": lambda c: signed(c | {"ver": c["ver"] - 1}),
    "ver of tomorrow": lambda c: signed(c | {"ver": c["ver"] + 1}),
    "ver a text": lambda c: signed(c | {"ver": str(c["ver"])}),
    "ver true": lambda c: signed(c | {"ver": True}),
    "ver beyond numbers": lambda c: signed(c | {"ver": 10**40}),
    "sid of nobody": lambda c: signed(c | {"sid": "999999999"}),
    "sid a number": lambda c: signed(c | {"sid": int(c["sid"])}),
    "jti a number": lambda c: signed(c | {"jti": 1}),
    "header tampered with": lambda c: flipped(signed(c), 0),
    "payload tampered with": lambda c: flipped(signed(c), 1),
    "signature tampered with": lambda c: flipped(signed(c), 2),
    "signature cut off": lambda c: signed(c).rpartition(".")[0],
    "signature empty": lambda c: signed(c).rpartition(".")[0] + ".",
    "claims swapped under a signature": lambda c: ".".join(
        (signed(c).split(".")[0], encoded(c | {"is_staff": True}), signed(c).split(".")[2])
    ),
    "payload a list": lambda c: raw(FULL, [c]),
    "payload no JSON": lambda c: raw(FULL, b"\xff\xfe{"),
    "header no JSON": lambda c: raw(b"{", c),
    "header a list": lambda c: raw([FULL], c),
    "header nested deep": lambda c: raw(b"[" * 2000, c),
    "empty": lambda c: "",
    "dots": lambda c: "..",
    "no token at all": lambda c: "bearer",
    "not ASCII": lambda c: signed(c) + "é",
    "a lone surrogate": lambda c: signed(c) + "\ud800",
    "huge": lambda c: signed(c | {"padding": "x" * 100_000}),
    "two tokens": lambda c: signed(c) + " " + signed(c),
    **{f"{name} missing": partial(signed_without, name) for name in REQUIRED_CLAIMS},
}


def test_the_table_of_forged_tokens_is_long():
    assert len(FORGED) >= 70


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_forged_or_broken_token_is_refused(forge: Forge):
    claims = good_claims(make_user())
    with pytest.raises(NotAuthenticated) as refused:
        read_access_token(forge(claims))
    assert refused.value.code == "not_authenticated"


@pytest.mark.django_db
def test_the_same_claims_properly_signed_are_accepted():
    """The control of the table above: nothing but the forgery can be what was refused."""
    user = make_user()
    assert read_access_token(signed(good_claims(user))) == user
    assert read_access_token(raw(FULL, good_claims(user))) == user


@pytest.mark.django_db
def test_an_access_token_says_who_and_what_they_are():
    user = make_user("ada@example.com", role="Warehouse", name="Ada")
    token = issue_pair(user).access
    claims = jwt.decode(token, options={"verify_signature": False})
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "at+jwt", "kid": KID}
    assert claims["exp"] - claims["iat"] == 600
    assert {
        name: claims[name] for name in ("sub", "email", "name", "roles", "is_staff", "iss", "aud", "ver")
    } == {
        "sub": str(user.pk),
        "email": "ada@example.com",
        "name": "Ada",
        "roles": ["Warehouse"],
        "is_staff": True,
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "ver": 1,
    }


@pytest.mark.django_db
def test_two_tokens_have_two_ids():
    user = make_user()
    assert good_claims(user)["jti"] != good_claims(user)["jti"]


@pytest.mark.django_db
def test_reading_a_token_costs_one_query_and_brings_the_customer(django_assert_num_queries):
    user = make_shopper("ada@example.com")
    token = issue_pair(user).access
    with django_assert_num_queries(1):
        assert read_access_token(token).customer.email == "ada@example.com"


@pytest.mark.django_db
def test_a_token_of_the_previous_key_is_accepted_and_new_ones_use_the_current():
    user = make_user()
    before = issue_pair(user).access
    with override_settings(JWT_KEYS={"new": OTHER_KEY, KID: KEY}):
        assert read_access_token(before) == user
        after = issue_pair(user).access
        assert jwt.get_unverified_header(after)["kid"] == "new"
        assert read_access_token(after) == user
    with override_settings(JWT_KEYS={"new": OTHER_KEY}), pytest.raises(NotAuthenticated):
        read_access_token(before)


@pytest.mark.django_db
def test_clocks_may_differ_by_the_leeway_and_no_more():
    claims = good_claims(make_user())
    now = int(time.time())
    assert read_access_token(signed(claims | {"exp": now - LEEWAY_SECONDS + 5}))
    assert read_access_token(signed(claims | {"iat": now + LEEWAY_SECONDS - 5}))
    assert LEEWAY_SECONDS <= 30
