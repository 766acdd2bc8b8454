from __future__ import annotations

import datetime
import decimal
import json
import time
import uuid
from typing import Any

import jwt
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from ..tokens import build_claims, sign_claims
from .conftest import SECRET
from .users import expected_claims, make_user

pytestmark = pytest.mark.django_db(databases="__all__")

CLAIMS = ["iss", "aud", "sub", "email", "name", "payload", "iat", "exp", "jti"]


def verify(token: str) -> dict[str, Any]:
    """Verify a token as strictly as PyJWT can, and return its claims."""
    claims: dict[str, Any] = jwt.decode(
        token,
        SECRET,
        algorithms=["HS256"],
        issuer="acme",
        audience="jupid-embed",
        options={
            "require": CLAIMS,
            "strict_aud": True,
            "enforce_minimum_key_length": True,
        },
    )
    return claims


def claims_with(**changes: Any) -> dict[str, Any]:
    return build_claims(make_user()) | changes


def test_token_is_verified_with_all_claims_required() -> None:
    assert verify(sign_claims(build_claims(make_user())))


def test_header_is_exactly_that_of_the_protocol() -> None:
    token = sign_claims(build_claims(make_user()))

    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}


def test_claims_are_exactly_the_nine_of_the_protocol() -> None:
    assert list(verify(sign_claims(build_claims(make_user())))) == CLAIMS


def test_issuer_is_the_partner_id() -> None:
    assert build_claims(make_user())["iss"] == "acme"


def test_audience_is_the_setting() -> None:
    assert build_claims(make_user())["aud"] == "jupid-embed"


def test_claims_of_the_user_survive_signing() -> None:
    user = make_user()
    claims = verify(sign_claims(build_claims(user)))
    expected = json.loads(json.dumps(expected_claims(user), cls=DjangoJSONEncoder))

    assert {name: claims[name] for name in expected} == expected


def test_times_are_whole_seconds_of_now() -> None:
    before = int(time.time())
    claims = build_claims(make_user())

    assert type(claims["iat"]) is int
    assert type(claims["exp"]) is int
    assert before <= claims["iat"] <= time.time()


def test_token_lives_for_300_seconds() -> None:
    claims = build_claims(make_user(), issued_at=1_700_000_000)

    assert claims["iat"] == 1_700_000_000
    assert claims["exp"] == 1_700_000_300


def test_expired_token_is_refused() -> None:
    token = sign_claims(build_claims(make_user(), issued_at=int(time.time()) - 300))

    with pytest.raises(jwt.ExpiredSignatureError):
        verify(token)


def test_jti_is_a_new_uuid4_each_time() -> None:
    user = make_user()
    one, two = (uuid.UUID(build_claims(user)["jti"]) for _ in range(2))

    assert one.version == two.version == 4
    assert one != two


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (decimal.Decimal("12.50"), "12.50"),
        (datetime.date(2026, 2, 3), "2026-02-03"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (gettext_lazy("Yes"), "Yes"),
        (None, None),
        (3, 3),
        ("Zoë 🎉", "Zoë 🎉"),
    ],
)
def test_payload_values_are_written_as_json(value: object, written: object) -> None:
    token = sign_claims(claims_with(payload={"value": value}))

    assert verify(token)["payload"] == {"value": written}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_has_not_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="Out of range float values"):
        sign_claims(claims_with(payload={"value": value}))


def test_value_without_a_form_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="is not JSON serializable"):
        sign_claims(claims_with(payload={"value": object()}))


def test_missing_secret_is_refused_by_name(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = ""

    with pytest.raises(ImproperlyConfigured) as caught:
        sign_claims(claims_with())
    assert str(caught.value) == (
        "JUPID_EMBED_SECRET is not set: put the secret that Jupid sent you into this "
        "environment variable."
    )


def test_secret_that_is_no_text_is_refused_and_kept_by_no_error(
    settings: Settings,
) -> None:
    settings.JUPID_EMBED_SECRET = "a secret with a byte that is no UTF-8: \udce9"

    with pytest.raises(ImproperlyConfigured) as caught:
        sign_claims(claims_with())
    assert str(caught.value) == (
        "JUPID_EMBED_SECRET is no UTF-8 text: put the secret that Jupid sent you into "
        "this environment variable."
    )
    assert caught.value.__context__ is None


def test_secret_under_32_bytes_signs_nothing(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = "x" * 31

    with pytest.raises(jwt.InvalidKeyError):
        sign_claims(claims_with())


def test_secret_of_32_bytes_signs(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = "x" * 32

    assert sign_claims(claims_with()).count(".") == 2


def test_another_secret_does_not_verify(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = "another secret, long enough to be one"

    with pytest.raises(jwt.InvalidSignatureError):
        verify(sign_claims(claims_with()))
