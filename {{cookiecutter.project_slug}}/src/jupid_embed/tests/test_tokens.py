import time
import uuid
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from pytest_django import Settings

from .. import identity
from ..tokens import ClaimInvalid, TokenRefused, build_claims, issue_token, sign_claims
from . import rows
from .conftest import SECRET
from .users import expected_claims, make_user

NAMES = ["iss", "aud", "sub", "email", "name", "payload", "iat", "exp", "jti"]
CLAIMS: dict[str, Any] = {
    **{"iss": "acme", "aud": "jupid-embed", "sub": "7", "email": "ada@example.com"},
    **{"name": "Ada", "payload": {}, "iat": 0, "exp": 300},
    "jti": str(uuid.uuid4()),
}


def verify(token: str) -> dict[str, Any]:
    """Verify a token as strictly as PyJWT can, and return its claims."""
    strict: Any = {"require": NAMES, "strict_aud": True}
    of: Any = {"issuer": "acme", "audience": "jupid-embed", "options": strict}
    claims: dict[str, Any] = jwt.decode(token, SECRET, algorithms=["HS256"], **of)
    return claims


def issue(request: Any = None, who: dict[str, Any] | None = None, **claims: Any) -> Any:
    """Issue a token with these claims to somebody, and return what it says."""
    user = {"pk": 7, "is_authenticated": True, "is_active": True, **(who or {})}
    request = request or RequestFactory().get("/")
    request.user = SimpleNamespace(**user)
    with pytest.MonkeyPatch.context() as patch:
        for claim in ("sub", "email", "name", "payload"):
            value = claims.get(claim, CLAIMS[claim])
            patch.setattr(identity, f"build_jupid_{claim}", lambda _, v=value: v)
        return verify(issue_token(request))


def test_token_has_the_header_and_the_claims_of_the_protocol() -> None:
    now = int(time.time())
    claims = {**CLAIMS, "iat": now, "exp": now + 300}
    token = sign_claims(claims)

    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert verify(token) == claims
    assert token == jwt.encode(claims, SECRET, algorithm="HS256")


@rows.django_db
def test_claims_are_exactly_the_nine_of_the_protocol() -> None:
    user = make_user()
    claims = verify(sign_claims(build_claims(user)))
    expected = expected_claims(user)

    assert list(claims) == NAMES
    assert {name: claims[name] for name in expected} == expected
    assert (claims["iss"], claims["aud"]) == ("acme", "jupid-embed")


@rows.django_db
def test_token_lives_for_300_seconds_from_now_and_has_a_jti_of_its_own() -> None:
    user, before = make_user(), int(time.time())
    one, two = build_claims(user), build_claims(user)

    assert before <= one["iat"] <= time.time()
    assert one["exp"] == one["iat"] + 300
    assert uuid.UUID(one["jti"]).version == 4
    assert one["jti"] != two["jti"]


@pytest.mark.parametrize(
    ("claims", "fault"),
    [
        ({"payload": {"share": float("nan")}}, "payload.share: Out of range float"),
        ({"payload": {"a": 1, "b": object()}}, "payload.b: Object of type object is"),
        ({"name": "Ada\0"}, "name: holds NUL or half a surrogate pair"),
        ({"sub": 7}, "sub: must be str, not int"),
    ],
)
def test_claim_that_no_token_can_hold_is_named(
    claims: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ClaimInvalid, match=f"^{fault}"):
        sign_claims(CLAIMS | claims)


@pytest.mark.parametrize(
    ("secret", "fault"), [("", "is not set"), ("x" * 31, "is 31 bytes long")]
)
def test_secret_that_cannot_sign_is_refused(
    settings: Settings, secret: str, fault: str
) -> None:
    settings.JUPID_EMBED_SECRET = secret

    with pytest.raises(ImproperlyConfigured, match=f"^JUPID_EMBED_SECRET {fault}"):
        sign_claims(CLAIMS)


@pytest.mark.parametrize(
    ("claims", "who", "error", "status"),
    [
        ({}, {"is_authenticated": False}, "not_authenticated", 401),
        ({}, {"is_active": False}, "not_allowed", 403),
        ({"email": ""}, {}, "email_missing", 422),
        ({"email": "a@b.c\nBcc: x@y"}, {}, "email_invalid", 422),
        ({"sub": ""}, {}, "sub_missing", 422),
        ({"payload": []}, {}, "claim_invalid", 422),
    ],
)
def test_refusal_has_a_word_and_a_status(
    claims: dict[str, Any], who: dict[str, Any], error: str, status: int
) -> None:
    with pytest.raises(TokenRefused) as caught:
        issue(who=who, **claims)
    assert (caught.value.error, caught.value.status) == (error, status)
