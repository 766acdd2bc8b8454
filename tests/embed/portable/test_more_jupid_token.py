from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO, TextIOWrapper
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import call_command
from pytest_django import Settings

from .. import identity
from ..management.commands import jupid_token
from ..management.commands.jupid_token import Command
from .test_jupid_token import fault_of, run
from .test_tokens import verify
from .users import expected_claims, make_user

pytestmark = pytest.mark.django_db(databases="__all__")

HOSTILE = [
    ("Zoë Ünïcode 🎉", "Zoë Ünïcode 🎉"),
    ("\x1b]52;c;ZXZpbA==\x07\x9b31m", "\\x1b]52;c;ZXZpbA==\\x07\\x9b31m"),
    ("Ada\nsub      1\u2028\u202e", "Ada\\nsub      1\\u2028\\u202e"),
]


@pytest.fixture
def ada() -> Any:
    return make_user("ada")


@pytest.fixture
def name(ada: Any) -> str:
    """How Ada logs in, which is a name, an email or a number, as the project has it."""
    return str(ada.get_username())


def test_user_is_found_by_email_and_by_primary_key(ada: Any) -> None:
    for name in {str(ada.pk), str(getattr(ada, "email", ada.pk))}:
        assert f"sub      {expected_claims(ada)['sub']}\n" in run(name)


def test_users_of_one_email_are_told_apart(ada: Any) -> None:
    field = getattr(ada, "EMAIL_FIELD", "email")
    model: Any = get_user_model()
    if field not in {f.name for f in model._meta.fields if not f.unique}:
        pytest.skip("No two users of this project have one email.")
    model._default_manager.filter(pk__in=[ada.pk, make_user("eve").pk]).update(
        **{field: "both@example.com"}
    )

    assert fault_of("both@example.com") == (
        f"Several have this {field}: give the primary key."
    )


def test_no_name_is_nobody_s(ada: Any) -> None:
    model: Any = get_user_model()
    field = getattr(ada, "EMAIL_FIELD", "email")
    if field in {f.name for f in model._meta.fields}:
        model._default_manager.filter(pk=ada.pk).update(**{field: ""})

    assert fault_of("") == 'No user has the username, email or primary key "".'


def test_terminal_that_lacks_a_letter_shows_its_number(
    ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "build_jupid_name", lambda user: "Zoë Ł 😀")
    written = BytesIO()
    terminal = TextIOWrapper(written, encoding="latin-1")
    call_command("jupid_token", str(ada.pk), stdout=terminal, no_color=True)
    terminal.flush()

    assert b"name     Zo\xeb \\u0141 \\U0001f600\n" in written.getvalue()


def test_relation_that_a_property_misses_is_told(
    ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(user: Any) -> str:
        raise ObjectDoesNotExist("User has no profile.")

    monkeypatch.setattr(identity, "build_jupid_name", read)

    assert fault_of(str(ada.pk)) == "identity.py: User has no profile."


def test_help_says_what_to_give() -> None:
    parser = Command().create_parser("manage.py", "jupid_token")
    told = " ".join(parser.format_help().split())

    assert "user a username, an email or a primary key" in told
    assert (
        "--raw print the signed token and nothing else; treat it like a password"
        in told
    )


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_raw_says_whose_it_is_and_no_error(name: str) -> None:
    said = Terminal()
    call_command(
        Command(stdout=StringIO(), stderr=said, force_color=True), name, raw=True
    )

    assert said.getvalue().startswith("Token ")
    assert "\x1b" not in said.getvalue()


def test_email_field_is_the_model_s_own(
    ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "first_name" not in {field.name for field in ada._meta.fields}:
        pytest.skip("Users of this project have no second name to be found by.")
    type(ada)._default_manager.filter(pk=ada.pk).update(first_name="a@work.example")
    monkeypatch.setattr(type(ada), "EMAIL_FIELD", "first_name", raising=False)

    assert f"sub      {expected_claims(ada)['sub']}\n" in run("a@work.example")


def test_a_model_that_names_no_email_field_may_have_one(
    ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(ada, "email"):
        pytest.skip("Users of this project have an email of another name.")
    plain = SimpleNamespace(
        USERNAME_FIELD="pk", _default_manager=type(ada)._default_manager
    )
    monkeypatch.setattr(jupid_token, "get_user_model", lambda: plain)

    assert f"sub      {expected_claims(ada)['sub']}\n" in run(ada.email)


@pytest.mark.parametrize("field", ["last_login", "no_such_field"])
def test_email_field_that_cannot_hold_the_name_is_passed_by(
    ada: Any, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(type(ada), "EMAIL_FIELD", field, raising=False)

    assert fault_of("nobody").startswith("No user has the username, email or primary")
    assert f"sub      {expected_claims(ada)['sub']}\n" in run(str(ada.pk))


@pytest.mark.parametrize("name", ["nobody", "0", "9" * 40, "a\0b", "\udce9"])
def test_unknown_user_is_named(name: str) -> None:
    shown = ascii(name)[1:-1]

    assert fault_of(name) == (
        f'No user has the username, email or primary key "{shown}".'
    )


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_nothing_that_is_shown_is_obeyed_by_a_terminal(
    name: str, monkeypatch: pytest.MonkeyPatch, text: str, shown: str
) -> None:
    monkeypatch.setattr(identity, "build_jupid_name", lambda user: text)
    assert f"\nname     {shown}\npayload  " in run(name)

    monkeypatch.setattr(identity, "build_jupid_email", lambda user: text)
    assert fault_of(name) == f'email: "{shown}" is no email address.'
    assert fault_of(text) == (
        f'No user has the username, email or primary key "{shown}".'
    )


def test_every_fault_is_named_on_a_line_of_its_own(
    settings: Settings, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JUPID_EMBED_PARTNER_ID = "your-partner-id"
    for claim, value in {"sub": "a@b.c", "email": "", "name": " "}.items():
        monkeypatch.setattr(
            identity, f"build_jupid_{claim}", lambda user, value=value: value
        )
    monkeypatch.setattr(identity, "may_open_jupid", lambda request: not request.user)

    assert fault_of(name).splitlines() == [
        "iss: set JUPID_EMBED_PARTNER_ID to the partner ID that Jupid sent you.",
        "sub: this looks like an email, which can change; use the primary key.",
        'email: "" is no email address.',
        "name: this is blank; see build_jupid_name in identity.py.",
        "may_open_jupid in identity.py refuses this user.",
    ]

    settings.JUPID_EMBED_PARTNER_ID = "acme inc"
    monkeypatch.setattr(identity, "build_jupid_sub", lambda user: " ")
    monkeypatch.setattr(identity, "may_open_jupid", lambda request: request.session)
    faults = fault_of(name).splitlines()
    assert faults[0].startswith("iss: set JUPID_EMBED_PARTNER_ID to the partner ID")
    assert faults[1] == "sub: this user has no ID; see build_jupid_sub in identity.py."
    assert len(faults) == 4


def test_payload_is_shown_as_it_is_signed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = {"since": date(2026, 1, 31), "share": Decimal("0.10")}
    monkeypatch.setattr(identity, "build_jupid_payload", lambda user: payload)

    assert 'payload  {"since": "2026-01-31", "share": "0.10"}\n' in run(name)


def test_wrong_name_in_identity_py_is_named(
    ada: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "build_jupid_payload", lambda user: user.acount)

    assert fault_of(name) == (
        f"identity.py: '{type(ada).__name__}' object has no attribute 'acount'"
    )


@pytest.mark.parametrize(
    ("secret", "payload", "reason"),
    [
        ("", {}, "JUPID_EMBED_SECRET is not set: put the secret"),
        ("x" * 32, {"share": float("nan")}, "payload.share: Out of range float values"),
    ],
)
def test_token_that_cannot_be_signed_says_why(
    settings: Settings,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    secret: str,
    payload: dict[str, Any],
    reason: str,
) -> None:
    settings.JUPID_EMBED_SECRET = secret
    monkeypatch.setattr(identity, "build_jupid_payload", lambda user: payload)

    assert fault_of(name).startswith(f"No token can be signed: {reason}")


def test_raw_prints_the_token_alone_and_its_jti_as_an_aside() -> None:
    ada, aside = make_user(), StringIO()
    claims = verify(run(str(ada.pk), "--raw", stderr=aside).strip())

    assert claims["sub"] == expected_claims(ada)["sub"]
    assert aside.getvalue() == f"Token {claims['jti']} issued to user {ada.pk!r}\n"
