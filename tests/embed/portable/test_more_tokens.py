from __future__ import annotations

import datetime
import decimal
import logging
import sys
import time
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.db.models import FileField
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from .. import identity, tokens
from ..identity import may_open_jupid
from ..tokens import (
    ClaimInvalid,
    TokenRefused,
    build_claims,
    is_email,
    issue_token,
    sign_claims,
    to_json,
)
from .conftest import SECRET
from .test_tokens import CLAIMS, issue, verify
from .users import make_user


@pytest.mark.django_db(databases="__all__")
def test_token_lives_for_300_seconds_from_now_and_has_a_jti_of_its_own() -> None:
    user, before = make_user(), int(time.time())
    one, two = build_claims(user), build_claims(user, issued_at=1_700_000_000)

    assert type(one["iat"]) is int
    assert before <= one["iat"] <= time.time()
    assert one["exp"] == one["iat"] + 300
    assert (two["iat"], two["exp"]) == (1_700_000_000, 1_700_000_300)
    assert uuid.UUID(one["jti"]).version == uuid.UUID(two["jti"]).version == 4
    assert one["jti"] != two["jti"]


def claims_of_now(**others: object) -> dict[str, Any]:
    now = int(time.time())
    return {**CLAIMS, "iat": now, "exp": now + 300, **others}


def deep(levels: int) -> list[Any]:
    return [deep(levels - 1)] if levels else []


def in_objects(levels: int, value: object) -> object:
    return {"in": in_objects(levels - 1, value)} if levels else value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (decimal.Decimal("12.50"), "12.50"),
        (datetime.date(2026, 2, 3), "2026-02-03"),
        (uuid.UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (gettext_lazy("Yes"), "Yes"),
        (None, None),
        ([True, 3, 0.5, {"deep": deep(95)}], [True, 3, 0.5, {"deep": deep(95)}]),
        ([[], {}] * 60, [[], {}] * 60),
        ([deep(60), deep(60)], [deep(60), deep(60)]),
        (in_objects(98, "a"), in_objects(98, "a")),
        ("Zoë 🎉 \x7f \\u0000 {[{[", "Zoë 🎉 \x7f \\u0000 {[{["),
        ({1: "{" * 40}, {"1": "{" * 40}),
        ("x" * 5800, "x" * 5800),
    ],
)
def test_payload_value_is_written_as_json(value: object, written: object) -> None:
    token = sign_claims(claims_of_now(payload={"value": value}))

    assert verify(token)["payload"] == {"value": written}


HOLDS_ITSELF: list[Any] = []
HOLDS_ITSELF.append(HOLDS_ITSELF)


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        ({"share": float("nan")}, "payload.share: Out of range float values are not"),
        ({"a": [1, {"b": float("inf")}]}, "payload.a: Out of range float values are"),
        ({"a": 1, "b": object()}, "payload.b: Object of type object is not JSON seri"),
        ({"n": 10**5000}, "payload.n: Exceeds the limit"),
        ({(1, 2): 3}, r"payload.\(1, 2\): keys must be str"),
        ({"a": ["\ud800"]}, "payload.a: holds NUL or half a surr"),
        ({"a": "\\\0"}, "payload.a: holds NUL or half a surr"),
        ({"\0\n": "a"}, r"payload.\\x00\\n: holds NUL or half a surr"),
        ({"me": HOLDS_ITSELF}, "payload.me: Circular reference detected"),
        ({"a": deep(100), "b": "]"}, "payload.a: is more than 100 levels deep"),
        ({"a": in_objects(99, "a"), "b": "x" * 900}, "payload.a: is more than 100 lev"),
        ({"a": deep(900)}, "payload.a: (is more than 100 levels|maximum recursion)"),
        ({"a": "x" * 6000, "b": "é"}, "payload.a: makes the token longer than 8192 by"),
        ([], "payload: must be dict, not list"),
    ],
)
def test_claim_that_no_token_can_hold_is_named(payload: object, fault: str) -> None:
    with pytest.raises(ClaimInvalid, match=f"^{fault}"):
        sign_claims(CLAIMS | {"payload": payload})


@pytest.mark.parametrize("claim", ["sub", "email", "name"])
@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (7, "must be str, not int"),
        (None, "must be str, not NoneType"),
        ("Ada\0", "holds NUL or half a surr"),
        ("é" * 1100, "makes the token longer than 8192 bytes"),
    ],
)
def test_claim_of_another_kind_is_named(claim: str, value: object, fault: str) -> None:
    with pytest.raises(ClaimInvalid, match=f"^{claim}: {fault}"):
        sign_claims(CLAIMS | {claim: value})


def test_longest_token_has_8192_bytes() -> None:
    bare = len(sign_claims(CLAIMS | {"name": ""}))
    lengths = set()
    for length in range((8192 - bare) * 3 // 4 - 3, 8192):
        try:
            lengths.add(len(sign_claims(CLAIMS | {"name": "x" * length})))
        except ClaimInvalid:
            break

    assert max(lengths) == 8192


def test_secret_of_32_bytes_signs(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = "0123456789abcdef" * 2

    assert jwt.decode(
        sign_claims(claims_of_now()),
        settings.JUPID_EMBED_SECRET,
        algorithms=["HS256"],
        audience=CLAIMS["aud"],
    )


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        (
            "",
            "JUPID_EMBED_SECRET is not set: put the secret that Jupid sent you into this "
            r"environment variable\.$",
        ),
        ("x" * 31, "JUPID_EMBED_SECRET is 31 bytes long, and HS256 needs 32: put the"),
        ("no UTF-8: \udce9" * 4, "JUPID_EMBED_SECRET is no UTF-8 text: put the secret"),
        (b"x" * 32, "JUPID_EMBED_SECRET in Django's settings must be a str, not bytes"),
    ],
)
def test_secret_that_cannot_sign_is_refused_and_kept_by_no_error(
    settings: Settings, secret: object, fault: str
) -> None:
    settings.JUPID_EMBED_SECRET = secret

    with pytest.raises(ImproperlyConfigured, match=f"^{fault}") as caught:
        sign_claims(CLAIMS)
    assert caught.value.__context__ is None
    kept = [text for text in variables_of(caught.value) if secret]
    assert not [text for text in kept if repr(secret) in text or str(secret) in text]


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("place", ["encode", "info"])
def test_no_error_keeps_the_frames_that_hold_the_key_or_the_token(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
    error: type[BaseException],
) -> None:
    def stop(*args: object, **kwargs: object) -> None:
        try:
            raise LookupError
        except LookupError:
            raise error("stopped") from None

    owner = tokens.signer if place == "encode" else tokens.logger
    monkeypatch.setattr(owner, place, stop)
    caplog.set_level("INFO", "jupid_embed")

    with pytest.raises(error) as caught:
        issue()
    assert caught.value.__context__ is None
    variables = variables_of(caught.value)
    assert not [text for text in variables if SECRET in text or "eyJ" in text]


def test_file_is_its_name() -> None:
    file = FieldFile(get_user_model()(), FileField(), "logo.png")

    assert to_json({"logo": file}) == '{"logo":"logo.png"}'


def test_cut_frames_change_nothing_else() -> None:
    @tokens.without_frames
    def quotient(number: int, *, by: int) -> float:
        try:
            return number / by
        except ZeroDivisionError:
            raise ValueError("by") from None

    assert quotient.__name__ == "quotient"
    assert quotient(6, by=3) == 2
    with pytest.raises(ValueError, match=r"\Aby\Z") as caught:
        quotient(6, by=0)
    assert caught.value.__context__ is None
    frames = [entry.name for entry in caught.traceback]
    assert frames[1:] == ["cut"]


def variables_of(error: BaseException) -> list[str]:
    """What a report of this error prints of the frames in jupid_embed, as text."""
    frame, found = error.__traceback__, [""]
    while frame:
        if frame.tb_frame.f_code.co_filename != __file__:
            found += map(repr, frame.tb_frame.f_locals.values())
        frame = frame.tb_next
    assert len(found) > 1
    return found


def test_no_frame_shows_the_token_to_a_handler_of_its_log_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []

    def walk(*args: object) -> None:
        frame = sys._getframe(1)
        while frame.f_code is not issue.__code__:
            shown.append(repr(frame.f_locals))
            assert frame.f_back
            frame = frame.f_back

    monkeypatch.setattr(tokens.logger, "info", walk)
    caplog.set_level("INFO", "jupid_embed")
    issue()

    assert "'jti'" in shown[0]
    assert not [text for text in shown if "eyJ" in text or SECRET in text]


def test_another_secret_does_not_verify(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = "another secret, long enough to be one"

    with pytest.raises(jwt.InvalidSignatureError):
        verify(sign_claims(CLAIMS))


@pytest.mark.parametrize(
    ("claims", "user_is", "error", "status", "why"),
    [
        ({}, {"is_active": False}, "not_allowed", 403, "may_open_jupid refuses"),
        ({"email": ""}, {}, "email_missing", 422, "email is empty"),
        ({"email": None}, {}, "email_missing", 422, "email is empty"),
        ({"email": "ada"}, {}, "email_invalid", 422, "email is malformed"),
        ({"email": "a@b.c\nBcc: x@y"}, {}, "email_invalid", 422, "email is malformed"),
        ({"email": 7}, {}, "email_invalid", 422, "email is malformed"),
        ({"sub": ""}, {}, "sub_missing", 422, "sub is empty"),
        ({"sub": None}, {}, "sub_missing", 422, "sub is empty"),
        ({"sub": " \t\xa0"}, {}, "sub_missing", 422, "sub is empty"),
        ({"sub": 7}, {}, "claim_invalid", 422, "sub: must be str, not int"),
    ],
)
def test_refusal_has_a_word_a_status_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
    claims: dict[str, Any],
    user_is: dict[str, Any],
    error: str,
    status: int,
    why: str,
) -> None:
    with pytest.raises(TokenRefused) as caught:
        issue(who=user_is, **claims)
    assert (caught.value.error, caught.value.status) == (error, status)
    assert caught.value.args == (error, status, why)
    level = logging.ERROR if error == "claim_invalid" else logging.WARNING
    line = f"No token for user 7: {why}"
    assert caplog.record_tuples == [("jupid_embed", level, line)]


@pytest.mark.parametrize(
    ("who", "expected"),
    [({"is_active": True}, True), ({"is_active": False}, False), ({}, True)],
)
def test_whoever_is_active_may_open_it(who: dict[str, bool], expected: bool) -> None:
    request = RequestFactory().get("/")
    vars(request)["user"] = SimpleNamespace(**who)

    assert may_open_jupid(request) is expected


@pytest.mark.parametrize("answer", [1, "yes", SimpleNamespace()])
def test_only_true_lets_in(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    # Such as the coroutine of an async function, which is neither yes nor no.
    monkeypatch.setattr(identity, "may_open_jupid", lambda request: answer)
    with pytest.raises(TokenRefused, match="not_allowed"):
        issue()


def test_nobody_is_refused_without_a_word_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(TokenRefused) as caught:
        issue(who={"is_authenticated": False})
    assert caught.value.args == ("not_authenticated", 401, "nobody is signed in")
    assert caplog.text == ""


def test_request_that_has_no_user_at_all_is_refused() -> None:
    request = RequestFactory().get("/")
    vars(request)["user"] = None

    with pytest.raises(TokenRefused) as caught:
        issue_token(request)
    assert caught.value.args == ("not_authenticated", 401, "nobody is signed in")


def test_relation_that_a_property_misses_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read(user: Any) -> dict[str, Any]:
        raise ObjectDoesNotExist("User has no\nprofile.")

    monkeypatch.setattr(tokens, "build_claims", read)
    request = RequestFactory().get("/")
    vars(request)["user"] = SimpleNamespace(pk=7, is_authenticated=True)

    with pytest.raises(TokenRefused) as caught:
        issue_token(request)
    assert (caught.value.error, caught.value.status) == ("claim_invalid", 422)
    assert caplog.messages == ["No token for user 7: User has no\\nprofile."]


def test_missing_secret_is_an_error_of_ours(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.JUPID_EMBED_SECRET = ""

    with pytest.raises(TokenRefused) as caught:
        issue()
    assert (caught.value.error, caught.value.status) == ("not_configured", 500)
    [(_, level, line)] = caplog.record_tuples
    assert level == logging.ERROR
    assert line.startswith("No token for user 7: JUPID_EMBED_SECRET is not set: put")


@pytest.mark.parametrize(
    ("email", "good"),
    [
        ("ada@example.com", True),
        ("zoë@exämple.com", False),
        ("ada@exämple.com", True),
        ("ada", False),
        ("a@b.c\nBcc: x@y", False),
        ("ada@example.com\n", False),
        ('"\x01"@example.com', False),
        ("ada@example.com\ud800", False),
        ("", False),
    ],
)
def test_email_is_what_django_takes_for_one(email: str, good: bool) -> None:
    assert is_email(email) is good


def hijacked(who: dict[str, Any], request: HttpRequest) -> None:
    who["is_hijacked"] = True
    vars(request)["session"] = {"hijack_history": ["1", "4"]}


def hijacked_by_nobody(who: dict[str, Any], request: HttpRequest) -> None:
    who["is_hijacked"] = True
    vars(request)["session"] = {"hijack_history": []}


def hijacked_by_whom(who: dict[str, Any], request: HttpRequest) -> None:
    who["is_hijacked"] = True


def impersonated(who: dict[str, Any], request: HttpRequest) -> None:
    vars(request)["impersonator"] = SimpleNamespace(pk="1")


def impersonated_by_name(who: dict[str, Any], request: HttpRequest) -> None:
    vars(request)["impersonator"] = "root\nINFO"


class Key:
    def __repr__(self) -> str:
        return "eve\nINFO Token issued to user 1"


@pytest.mark.parametrize("pk", [7, repr(Key()), "\x1b[31m", Key()])
@pytest.mark.parametrize(
    ("by", "whom"),
    [
        *[(None, ""), (hijacked, "1"), (hijacked_by_whom, "?")],
        *[(hijacked_by_nobody, "?"), (impersonated, "1")],
        (impersonated_by_name, r"root\nINFO"),
    ],
)
def test_log_names_jti_user_and_impersonator_and_cannot_be_forged(
    caplog: pytest.LogCaptureFixture,
    pk: object,
    by: Callable[[Any, HttpRequest], None] | None,
    whom: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    user, request = {"pk": pk}, RequestFactory().get("/")
    if by:
        by(user, request)
    jti = issue(request, user)["jti"]

    key = repr(pk).replace("\n", r"\n")
    named = f"{key}, impersonated by user '{whom}'" if by else key
    line = f"Token {jti} issued to user {named}"
    assert caplog.record_tuples == [("jupid_embed", logging.INFO, line)]
    assert line.isprintable()
