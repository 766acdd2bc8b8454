from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from .. import tokens
from ..management.commands.jupid_token import Command
from .test_tokens import verify
from .users import expected_claims, make_user, make_user_without_email

pytestmark = pytest.mark.django_db(databases="__all__")


def run(user: Any, *options: str) -> str:
    name = user if isinstance(user, str) else user.get_username()
    output = StringIO()
    call_command("jupid_token", name, *options, stdout=output, no_color=True)
    return output.getvalue()


def test_claims_are_shown_field_by_field() -> None:
    user = make_user()
    lines = run(user).splitlines()

    assert [line.split()[0] for line in lines[:9]] == [
        "iss",
        "aud",
        "sub",
        "email",
        "name",
        "payload",
        "iat",
        "exp",
        "jti",
    ]
    assert lines[0] == "iss      acme"
    assert lines[2] == f"sub      {expected_claims(user)['sub']}"
    assert lines[4] == f"name     {expected_claims(user)['name']}"
    assert lines[9:] == ["All nine claims satisfy the protocol."]


def test_payload_is_shown_as_json() -> None:
    user = make_user()
    payload = run(user).splitlines()[5].removeprefix("payload  ")

    assert json.loads(payload).keys() == expected_claims(user)["payload"].keys()


def test_token_itself_is_not_shown() -> None:
    user = make_user()

    assert "eyJ" not in run(user)


def test_raw_prints_the_token_alone() -> None:
    user = make_user()

    assert verify(run(user, "--raw").strip())["sub"] == expected_claims(user)["sub"]


def test_user_is_found_by_primary_key() -> None:
    user = make_user()

    assert (
        verify(run(str(user.pk), "--raw").strip())["sub"]
        == (expected_claims(user)["sub"])
    )


HOSTILE = [
    ("Zoë Ünïcode 🎉", "Zoë Ünïcode 🎉"),
    ("\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"),
    ("\x9b31m", "\\x9b31m"),
    ("Ada\nsub      1", "Ada\\nsub      1"),
    ("Ada\u2028\u202e", "Ada\\u2028\\u202e"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_claim_is_shown_as_text_that_no_terminal_obeys(
    monkeypatch: pytest.MonkeyPatch, text: str, shown: str
) -> None:
    user = make_user()
    monkeypatch.setattr(tokens, "build_jupid_name", lambda user: text)

    lines = run(user).splitlines()
    assert lines[4] == f"name     {shown}"
    assert lines[5].startswith("payload  ")


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_email_and_username_that_are_refused_are_shown_so_too(
    monkeypatch: pytest.MonkeyPatch, text: str, shown: str
) -> None:
    user = make_user()
    monkeypatch.setattr(tokens, "build_jupid_email", lambda user: text)

    with pytest.raises(CommandError) as email:
        run(user)
    with pytest.raises(CommandError) as username:
        run(text)
    assert str(email.value) == f'email: "{shown}" is no email address.'
    assert str(username.value) == (
        f'No user has the username or primary key "{shown}".'
    )


@pytest.mark.parametrize("name", ["nobody", "0"])
def test_unknown_user_is_named(name: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(name)
    assert str(caught.value) == f'No user has the username or primary key "{name}".'


def test_user_without_email_does_not_satisfy_the_protocol() -> None:
    user = make_user_without_email()

    with pytest.raises(CommandError, match='(?m)^email: "" is no email address.$'):
        run(user)


@pytest.mark.parametrize(
    ("claim", "value", "fault"),
    [
        ("sub", "", "sub: this user has no ID; see build_jupid_sub in identity.py."),
        (
            "sub",
            "ada@example.com",
            "sub: this looks like an email, which can change; use the primary key.",
        ),
        ("name", " ", "name: this is blank; see build_jupid_name in identity.py."),
    ],
)
def test_claim_against_the_protocol_is_named(
    monkeypatch: pytest.MonkeyPatch, claim: str, value: str, fault: str
) -> None:
    user = make_user()
    monkeypatch.setattr(tokens, f"build_jupid_{claim}", lambda user: value)

    with pytest.raises(CommandError) as caught:
        run(user)
    assert str(caught.value) == fault


def test_every_fault_is_named_on_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = make_user()
    for claim in ("sub", "email", "name"):
        monkeypatch.setattr(tokens, f"build_jupid_{claim}", lambda user: "")

    with pytest.raises(CommandError) as caught:
        run(user)
    assert str(caught.value).splitlines() == [
        "sub: this user has no ID; see build_jupid_sub in identity.py.",
        'email: "" is no email address.',
        "name: this is blank; see build_jupid_name in identity.py.",
    ]


def test_payload_is_shown_as_it_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    payload = {"since": date(2026, 1, 31), "share": Decimal("0.10")}
    monkeypatch.setattr(tokens, "build_jupid_payload", lambda user: payload)

    assert 'payload  {"since": "2026-01-31", "share": "0.10"}\n' in run(user)


def test_help_tells_what_to_give_and_what_to_keep_to_oneself() -> None:
    parser = Command().create_parser("manage.py", "jupid_token")
    text = " ".join(parser.format_help().split())

    assert " user a username, or else a primary key" in text
    assert "--raw print the signed token and nothing else; treat it like a pass" in text


def test_wrong_name_in_identity_py_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    model = type(user).__name__
    monkeypatch.setattr(tokens, "build_jupid_payload", lambda user: user.acount)

    with pytest.raises(CommandError) as caught:
        run(user)
    assert str(caught.value) == (
        f"identity.py: '{model}' object has no attribute 'acount'"
    )


@pytest.mark.parametrize("partner_id", ["your-partner-id", "acme inc"])
def test_partner_id_that_jupid_rejects_is_named(
    settings: Settings, partner_id: str
) -> None:
    user = make_user()
    settings.JUPID_EMBED_PARTNER_ID = partner_id

    with pytest.raises(CommandError) as caught:
        run(user)
    assert str(caught.value) == (
        "iss: set JUPID_EMBED_PARTNER_ID to the partner ID that Jupid sent you."
    )


@pytest.mark.parametrize(
    ("secret", "payload", "reason"),
    [
        ("", {}, "JUPID_EMBED_SECRET is not set"),
        ("short", {}, "JUPID_EMBED_SECRET is 5 bytes long"),
        ("no text \udce9", {}, "JUPID_EMBED_SECRET is no UTF-8 text"),
        (None, {"share": float("nan")}, "payload.share: Out of range"),
        (None, {"share": object()}, "payload.share: Object of type object is not"),
    ],
)
def test_token_that_cannot_be_signed_says_why(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    secret: str | None,
    payload: dict[str, Any],
    reason: str,
) -> None:
    user = make_user()
    if secret is not None:
        settings.JUPID_EMBED_SECRET = secret
    monkeypatch.setattr(tokens, "build_jupid_payload", lambda user: payload)

    with pytest.raises(CommandError, match=f"^No token can be signed: {reason}"):
        run(user)
