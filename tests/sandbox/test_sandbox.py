"""The sandbox judges tokens as Jupid's docs say, and tells how to mend each failure.

The tokens are made by hand here, so that every rule can be broken.
"""

from __future__ import annotations

import base64
import dataclasses
import hmac
import html
import http.client
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jwt
import pytest

from sandbox.__main__ import main
from sandbox.app import Effects, Faults
from sandbox.partner import Partner, SettingError, tidy_origin
from sandbox.server import Sandbox
from sandbox.store import Users
from sandbox.verify import verify

ROOT = Path(__file__).resolve().parent.parent
SECRET = "conformance-" + "s" * 40
ORIGIN = "http://localhost:8000"
PARTNER = Partner(partner_id="acme", secret=SECRET, origins=(ORIGIN,))
NOW = int(time.time())
HEADER = {"alg": "HS256", "typ": "JWT"}
CHECKS = (
    "origin",
    "signature",
    "header",
    "issuer",
    "audience",
    "expiration",
    "claims",
)
MISSING = object()
Hints = dict[str, str]

UNREAD = "The claims cannot be read: mend them first, see the verdict on claims."
CLAIMS_UNREAD = dict.fromkeys(("issuer", "audience", "expiration"), UNREAD)
RESIGN = (
    "Sign with the same JUPID_EMBED_SECRET that the sandbox was started with, and"
    " change nothing after signing."
)
WHOLE = "Send the token whole: header, claims and signature, joined by dots."
SHORT = "Send the token whole: something cut it short."
EMPTY = "Send the segment: it must not be empty."
PADDED = "Cut the '=' at the end: a JWT has no padding."
ALPHABET = "Encode with base64url: letters, digits, '-' and '_' alone."
STRAY = "Send the segment as the encoder wrote it: its last character was changed."
NOT_JSON = "Write a JSON object, as a JWT library does."
FIELD = "Give mount() the text of the field 'token' that came as JSON."
SET_ISS = 'Set iss to "acme", the partner ID that Jupid sent.'
SET_AUD = 'Set aud to "jupid-embed".'
SET_EXP = "Set exp to a whole number of seconds since 1970: iat + 300."
SET_IAT = "Set iat to a whole number of seconds since 1970."
SET_SUB = "Set sub to the user's durable ID: it must not be blank."
SET_JTI = "Set jti to a new UUID4 for every token."
SET_PAYLOAD = "Set payload to an object; {} if there is nothing to tell."


def segment(part: bytes | dict[str, Any]) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes: object) -> dict[str, Any]:
    made = {
        "iss": "acme",
        "aud": "jupid-embed",
        "sub": "42",
        "email": "ada@example.com",
        "name": "Ada Lovelace",
        "payload": {"company_name": "Acme Studio"},
        "iat": NOW,
        "exp": NOW + 300,
        "jti": str(uuid.uuid4()),
        **changes,
    }
    return {name: value for name, value in made.items() if value is not MISSING}


def signed(signing_input: str, secret: str = SECRET, digest: str = "sha256") -> str:
    code = hmac.new(secret.encode(), signing_input.encode(), digest).digest()
    return f"{signing_input}.{segment(code)}"


def token(
    *,
    header: bytes | dict[str, Any] = HEADER,
    body: bytes | None = None,
    secret: str = SECRET,
    digest: str = "sha256",
    **changes: object,
) -> str:
    """A token whose signature is right, unless `secret` or `digest` say otherwise."""
    parts = f"{segment(header)}.{segment(body or claims(**changes))}"
    return signed(parts, secret, digest)


def part(number: int, change: Callable[[str], str]) -> str:
    """A good token with one segment changed after signing."""
    segments = token().split(".")
    segments[number] = change(segments[number])
    return ".".join(segments)


def resigned(number: int, change: Callable[[str], str]) -> str:
    """A good token with its header or claims changed as text, signed after that."""
    segments = token().split(".")[:2]
    segments[number] = change(segments[number])
    return signed(".".join(segments))


def with_stray_bits(text: str) -> str:
    """The same bytes by another text: the last character's unused bits are set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(text) % 4
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]


def twice(name: str, value: object) -> bytes:
    """Claims in which one name comes a second time."""
    added = f', "{name}": {json.dumps(value)}}}'
    return (json.dumps(claims())[:-1] + added).encode()


def once(name: str) -> str:
    return f'Write "{name}" once: readers differ in which value counts.'


# What is sent as the token; the hint of each check that must fail, no other failing.
TAMPERED: dict[str, tuple[object, Hints]] = {
    # The token's form
    "token missing": (
        None,
        {"signature": FIELD, "header": FIELD, **CLAIMS_UNREAD, "claims": FIELD},
    ),
    "token not text": (
        {"token": "x"},
        {"signature": FIELD, "header": FIELD, **CLAIMS_UNREAD, "claims": FIELD},
    ),
    "token empty": (
        "",
        {"signature": WHOLE, "header": WHOLE, **CLAIMS_UNREAD, "claims": WHOLE},
    ),
    "token without signature": (
        token().rpartition(".")[0],
        {"signature": WHOLE, "header": WHOLE, **CLAIMS_UNREAD, "claims": WHOLE},
    ),
    "token with a fourth segment": (
        token() + ".x",
        {"signature": WHOLE, "header": WHOLE, **CLAIMS_UNREAD, "claims": WHOLE},
    ),
    "signature empty": (part(2, lambda text: ""), {"signature": EMPTY}),
    "signature short of a byte": (
        part(2, lambda text: segment(b"s" * 31)),
        {"signature": RESIGN},
    ),
    "signature cut within a byte": (
        part(2, lambda text: text[:-2]),
        {"signature": SHORT},
    ),
    "signature padded": (part(2, lambda text: text + "="), {"signature": PADDED}),
    "signature re-encoded": (part(2, with_stray_bits), {"signature": STRAY}),
    "signature in plain base64": (
        part(2, lambda text: "+/" + text[2:]),
        {"signature": ALPHABET},
    ),
    "token with a newline": (token() + "\n", {"signature": ALPHABET}),
    "header padded": (resigned(0, lambda text: text + "="), {"header": PADDED}),
    "claims padded": (
        resigned(1, lambda text: text + "="),
        {**CLAIMS_UNREAD, "claims": PADDED},
    ),
    "claims empty": (
        resigned(1, lambda text: ""),
        {**CLAIMS_UNREAD, "claims": EMPTY},
    ),
    # The signature
    "claims changed after signing": (
        part(1, lambda text: segment(claims(sub="1"))),
        {"signature": RESIGN},
    ),
    "another secret": (token(secret="t" * 52), {"signature": RESIGN}),
    "secret with a newline": (
        token(secret=SECRET + "\n"),
        {
            "signature": "The site's secret has a newline at its end:"
            " cut it, and the token verifies."
        },
    ),
    "secret with a Windows newline": (
        token(secret=SECRET + "\r\n"),
        {
            "signature": "The site's secret has a Windows newline at its end:"
            " cut it, and the token verifies."
        },
    ),
    "secret with a space": (
        token(secret=SECRET + " "),
        {
            "signature": "The site's secret has a space at its end:"
            " cut it, and the token verifies."
        },
    ),
    "secret in quotes": (
        token(secret=f'"{SECRET}"'),
        {
            "signature": "The site's secret has double quotes around it:"
            " cut it, and the token verifies."
        },
    ),
    # The header
    "algorithm none": (
        f"{segment({'alg': 'none', 'typ': 'JWT'})}.{segment(claims())}.",
        {"signature": EMPTY, "header": 'Set alg to "HS256".'},
    ),
    "algorithm none, signed": (
        token(header={"alg": "none", "typ": "JWT"}),
        {"header": 'Set alg to "HS256".'},
    ),
    "algorithm HS384": (
        token(header={"alg": "HS384", "typ": "JWT"}, digest="sha384"),
        {
            "signature": 'Sign with HS256: the header says "HS384".',
            "header": 'Set alg to "HS256".',
        },
    ),
    "algorithm RS256": (
        f"{segment({'alg': 'RS256', 'typ': 'JWT'})}.{segment(claims())}"
        f".{segment(b'r' * 256)}",
        {
            "signature": 'Sign with HS256: the header says "RS256".',
            "header": 'Set alg to "HS256".',
        },
    ),
    "algorithm in lower case": (
        token(header={"alg": "hs256", "typ": "JWT"}),
        {"header": 'Set alg to "HS256".'},
    ),
    "algorithm a list": (
        token(header={"alg": ["HS256"], "typ": "JWT"}),
        {"header": 'Set alg to "HS256".'},
    ),
    "no algorithm": (token(header={"typ": "JWT"}), {"header": 'Set alg to "HS256".'}),
    "no type": (token(header={"alg": "HS256"}), {"header": 'Set typ to "JWT".'}),
    "type in lower case": (
        token(header={"alg": "HS256", "typ": "jwt"}),
        {"header": 'Set typ to "JWT".'},
    ),
    "key ID in the header": (
        token(header={**HEADER, "kid": "1"}),
        {"header": 'Leave out "kid".'},
    ),
    "algorithm twice": (
        token(header=b'{"alg":"none","alg":"HS256","typ":"JWT"}'),
        {"header": once("alg")},
    ),
    "header a list": (token(header=b'["HS256"]'), {"header": NOT_JSON}),
    "header no JSON": (token(header=b"HS256"), {"header": NOT_JSON}),
    # The issuer
    "no iss": (token(iss=MISSING), {"issuer": SET_ISS}),
    "iss a number": (token(iss=7), {"issuer": SET_ISS}),
    "iss of another partner": (token(iss="other"), {"issuer": SET_ISS}),
    "iss in capitals": (token(iss="ACME"), {"issuer": SET_ISS}),
    # The audience
    "no aud": (token(aud=MISSING), {"audience": SET_AUD}),
    "aud null": (token(aud=None), {"audience": SET_AUD}),
    "aud of something else": (token(aud="jupid"), {"audience": SET_AUD}),
    "aud a list": (
        token(aud=["jupid-embed"]),
        {"audience": 'Set aud to the text "jupid-embed", not to a list.'},
    ),
    # The expiration
    "no exp": (token(exp=MISSING), {"expiration": SET_EXP}),
    "exp text": (token(exp=str(NOW + 300)), {"expiration": SET_EXP}),
    "exp true": (token(exp=True), {"expiration": SET_EXP}),
    "exp null": (token(exp=None), {"expiration": SET_EXP}),
    "exp too long a number": (
        token(exp=10**400),
        {
            **CLAIMS_UNREAD,
            "claims": "Write so long a number as text: readers of JSON would round it.",
        },
    ),
    # The other claims
    "no sub": (token(sub=MISSING), {"claims": "Set sub to a text."}),
    "sub a number": (token(sub=42), {"claims": "Set sub to a text."}),
    "sub blank": (token(sub=" "), {"claims": SET_SUB}),
    "no email": (token(email=MISSING), {"claims": "Set email to a text."}),
    "email null": (token(email=None), {"claims": "Set email to a text."}),
    "no name": (token(name=MISSING), {"claims": "Set name to a text."}),
    "name an object": (token(name={}), {"claims": "Set name to a text."}),
    "no payload": (token(payload=MISSING), {"claims": SET_PAYLOAD}),
    "payload null": (token(payload=None), {"claims": SET_PAYLOAD}),
    "payload a list": (token(payload=["Acme"]), {"claims": SET_PAYLOAD}),
    "payload JSON in text": (token(payload="{}"), {"claims": SET_PAYLOAD}),
    "no iat": (token(iat=MISSING), {"claims": SET_IAT}),
    "iat text": (token(iat=str(NOW)), {"claims": SET_IAT}),
    "iat true": (token(iat=True), {"claims": SET_IAT}),
    "no jti": (token(jti=MISSING), {"claims": "Set jti to a text."}),
    "jti a number": (token(jti=1), {"claims": "Set jti to a text."}),
    "jti blank": (token(jti=""), {"claims": SET_JTI}),
    "sub twice": (
        token(body=twice("sub", "1")),
        {**CLAIMS_UNREAD, "claims": once("sub")},
    ),
    "a name twice in payload": (
        token(body=b'{"payload": {"plan": 1, "plan": 2}}'),
        {**CLAIMS_UNREAD, "claims": once("plan")},
    ),
    "NaN in payload": (
        token(payload={"rate": float("nan")}),
        {
            **CLAIMS_UNREAD,
            "claims": "Leave NaN out: it is not JSON and browsers refuse it.",
        },
    ),
    "Infinity in payload": (
        token(body=b'{"payload": {"rate": 1e999}}'),
        {
            **CLAIMS_UNREAD,
            "claims": "Leave Infinity out: it is not JSON and browsers refuse it.",
        },
    ),
    "claims a list": (
        token(body=b"[1]"),
        {**CLAIMS_UNREAD, "claims": NOT_JSON},
    ),
    "claims nested beyond reason": (
        token(body=b"[" * 20000),
        {**CLAIMS_UNREAD, "claims": NOT_JSON},
    ),
    "claims nested deep": (
        token(body=b'{"payload":' * 101 + b"{}" + b"}" * 101),
        {
            **CLAIMS_UNREAD,
            "claims": "Nest at most 100 levels: readers differ in how deep they go.",
        },
    ),
    "claims in Latin-1": (
        token(body='{"name": "Zoë"}'.encode("latin-1")),
        {
            **CLAIMS_UNREAD,
            "claims": "Write the JSON as UTF-8, without lone surrogates.",
        },
    ),
    "a lone surrogate in claims": (
        token(name="\ud800"),
        {
            **CLAIMS_UNREAD,
            "claims": "Write the JSON as UTF-8, without lone surrogates.",
        },
    ),
    # Many at once
    "everything": (
        token(header={}, secret="t" * 52, iss="b", aud="c", exp="d", sub=1, jti=2),
        {
            "signature": RESIGN,
            "header": 'Set alg to "HS256". Set typ to "JWT".',
            "issuer": SET_ISS,
            "audience": SET_AUD,
            "expiration": SET_EXP,
            "claims": "Set sub to a text. Set jti to a text.",
        },
    ),
}

# What is accepted, with the names and hints of the advice it gets.
ADVISED: dict[str, tuple[str, Hints]] = {
    "good": (token(), {}),
    "empty payload": (token(payload={}), {}),
    "letters of all the world": (token(name="Łukasz 李 <b>&"), {}),
    "lives ten minutes": (token(exp=NOW + 600), {"lifetime": "Set exp to iat + 300."}),
    "exp with a fraction": (
        token(exp=NOW + 300.5),
        {
            "number-type": "Write exp as a whole number of seconds, as int(time) does.",
            "lifetime": "Set exp to iat + 300.",
        },
    ),
    "iat with a fraction": (
        token(iat=float(NOW)),
        {"number-type": "Write iat as a whole number of seconds, as int(time) does."},
    ),
    "exp in milliseconds": (
        token(exp=(NOW + 300) * 1000),
        {"lifetime": "Set exp to iat + 300."},
    ),
    "iat in the future": (
        token(iat=NOW + 120, exp=NOW + 420),
        {"issued-in-future": "Set iat to the present, and the server's clock right."},
    ),
    "name blank": (
        token(name=" "),
        {
            "blank-name": "Set name to something to call the user by,"
            " such as the username."
        },
    ),
    "email empty": (
        token(email="", sub="no-email"),
        {"email": "Set email to the user's address: Jupid makes the user with it."},
    ),
    "email malformed": (
        token(email="ada at example.com", sub="bad-email"),
        {"email": "Set email to the user's address: Jupid makes the user with it."},
    ),
    "sub is an email": (
        token(sub="ada@example.com"),
        {
            "sub-is-email": "Set sub to an ID that never changes:"
            " an email does, and is then lost."
        },
    ),
    "sub is the email, which is malformed": (
        token(sub="ada", email="ada"),
        {
            "sub-is-email": "Set sub to an ID that never changes:"
            " an email does, and is then lost.",
            "email": "Set email to the user's address: Jupid makes the user with it.",
        },
    ),
    "jti no UUID": (token(jti="first"), {"jti-form": SET_JTI}),
    "jti a UUID1": (token(jti=str(uuid.uuid1())), {"jti-form": SET_JTI}),
    "a tenth claim": (
        token(plan="gold"),
        {"extra-claim": 'Put "plan" into payload: a token has nine claims.'},
    ),
}


class Answer:
    """What the sandbox answered to one request."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    def verdicts(self) -> dict[str, bool]:
        found = re.findall(r'data-check="(\w+)" data-verdict="(\w+)"', self.text)
        return {name: verdict == "passed" for name, verdict in found}

    def hints(self) -> Hints:
        found = {}
        for item in self.text.split("<li data-check=")[1:]:
            hint = re.search("<dt>Mend</dt><dd>(.*?)</dd>", item)
            if hint:
                found[item[1:].partition('"')[0]] = html.unescape(hint[1])
        return found

    def advice(self) -> Hints:
        pattern = r'<li data-advice="([\w-]+)"><p>.*?</p><p>(.*?)</p></li>'
        found = re.findall(pattern, self.text, re.DOTALL)
        return {name: html.unescape(hint) for name, hint in found}


def ask(
    sandbox: Sandbox,
    method: str,
    path: str,
    body: bytes | str | None = None,
    **headers: str,
) -> Answer:
    connection = http.client.HTTPConnection(sandbox.origin.removeprefix("http://"))
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, sent)
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def post_session(sandbox: Sandbox, sent: object, **changes: object) -> Answer:
    body = {"token": sent, "origin": ORIGIN, "partnerId": "acme", **changes}
    return ask(
        sandbox,
        "POST",
        "/session",
        json.dumps(body),
        Content_Type="application/json",
        Origin=sandbox.origin,
    )


def session(sandbox: Sandbox, sent: object, **changes: object) -> Answer:
    """The page that the frame ends on, by the way that the frame takes."""
    answer = post_session(sandbox, sent, **changes)
    assert answer.status == 201, answer.text
    assert not isinstance(sent, str) or not sent or sent not in answer.text
    page = ask(sandbox, "GET", answer.json["location"])
    assert page.status == 200
    assert not isinstance(sent, str) or not sent or html.escape(sent) not in page.text
    return page


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be NOW in the sandbox, however late these tests run."""
    monkeypatch.setattr("sandbox.app.time.time", lambda: NOW)


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(PARTNER) as running:
        yield running


@pytest.fixture
def sandbox(shared: Sandbox) -> Iterator[Sandbox]:
    yield shared
    shared.partner = PARTNER
    shared.faults = Faults()
    shared.effects = Effects()


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """A sandbox that has met nobody."""
    with Sandbox(PARTNER) as running:
        yield running


@pytest.mark.parametrize(
    ("sent", "hints"), TAMPERED.values(), ids=[name for name in TAMPERED]
)
def test_tampered_token_fails_these_checks_with_these_hints(
    sandbox: Sandbox, sent: object, hints: Hints
) -> None:
    page = session(sandbox, sent)
    assert page.hints() == hints
    assert page.verdicts() == {name: name not in hints for name in CHECKS}
    assert "No user was made." in page.text
    assert sandbox.sessions[0].user is None


@pytest.mark.parametrize(
    ("sent", "advice"), ADVISED.values(), ids=[name for name in ADVISED]
)
def test_accepted_token_gets_this_advice(
    sandbox: Sandbox, sent: str, advice: Hints
) -> None:
    page = session(sandbox, sent)
    assert page.verdicts() == dict.fromkeys(CHECKS, True)
    assert page.hints() == {}
    assert page.advice() == advice


def test_token_made_by_a_library_passes(sandbox: Sandbox) -> None:
    page = session(sandbox, jwt.encode(claims(), SECRET))
    assert page.verdicts() == dict.fromkeys(CHECKS, True)
    assert "Signed in as Ada Lovelace" in page.text
    assert "company_name" in page.text


def test_expired_token_says_for_how_long(sandbox: Sandbox) -> None:
    page = session(sandbox, token(iat=NOW - 400, exp=NOW - 100))
    assert list(page.hints()) == ["expiration"]
    assert page.hints()["expiration"] == (
        "The token expired 100 s ago. Make a new token for every mount with exp at"
        " iat + 300, and set the server's clock right."
    )


@pytest.mark.parametrize(
    ("origin", "hint"),
    [
        *[
            (
                origin,
                "Open the site at an origin that is allowed, or start the sandbox with"
                " --origin and this one. Tell Jupid every origin that embeds: scheme,"
                " host and port count.",
            )
            for origin in [
                "http://127.0.0.1:8000",
                "https://localhost:8000",
                "http://localhost:8001",
                "http://localhost:8000/",
                "",
                "x; script-src *",
            ]
        ],
        (
            "null",
            "A page from a file or in a sandboxed frame has no origin: serve it from"
            " one that is allowed.",
        ),
    ],
)
def test_wrong_origin_is_told(sandbox: Sandbox, origin: str, hint: str) -> None:
    page = session(sandbox, token(), origin=origin)
    assert page.hints() == {"origin": hint}
    assert "script-src *" not in page.headers["Content-Security-Policy"]


def test_wrong_partner_in_the_path_is_told(sandbox: Sandbox) -> None:
    page = session(sandbox, token(), partnerId="other")
    assert page.hints() == {"issuer": 'Give mount() the partnerId "acme".'}


def test_replayed_token_gets_advice_by_its_jti(fresh: Sandbox) -> None:
    hint = "Fetch a new token for every mount, and make a new jti for every token."
    first, second = token(jti="same"), token(jti="same", name="Ada")
    assert "replay" not in session(fresh, token(jti="same", secret="f" * 40)).advice()
    assert "replay" not in session(fresh, first).advice()
    assert session(fresh, first).advice()["replay"] == hint
    assert session(fresh, second).advice()["replay"] == hint


def test_advice_on_a_setup_that_production_refuses() -> None:
    secret = "dev-" + "s" * 40
    partner = Partner(partner_id="your-partner-id", secret=secret, origins=(ORIGIN,))
    with Sandbox(partner) as sandbox:
        sent = token(iss="your-partner-id", secret=secret)
        page = session(sandbox, sent, partnerId="your-partner-id")
    assert page.hints() == {}
    assert page.advice() == {
        "placeholder-partner": "Fine here. Jupid refuses it: set the partner ID that"
        " Jupid sends.",
        "development-secret": "Fine here. For staging and production, set the secret"
        " that Jupid sends.",
    }


def test_first_visit_goes_to_account_connection_and_return_to_the_initial_path(
    fresh: Sandbox,
) -> None:
    first = session(fresh, token(), initialPath="/invoices")
    again = session(fresh, token(), initialPath="/invoices")
    other = session(fresh, token(sub="43"))
    assert 'data-landing="connect"' in first.text
    assert 'data-landing="/invoices"' in again.text
    assert 'data-landing="connect"' in other.text


def test_mapping_keeps_its_first_email_and_takes_the_new_name(fresh: Sandbox) -> None:
    session(fresh, token())
    page = session(fresh, token(email="countess@example.com", name="Countess"))
    user = fresh.sessions[0].user
    assert user and (user.email, user.name, user.visits) == (
        "ada@example.com",
        "Countess",
        2,
    )
    assert page.advice() == {
        "email-changed": 'Jupid keeps the first email, "ada@example.com". If this is'
        " another person, their sub must differ."
    }


def test_users_outlive_a_restart_in_their_file(tmp_path: Path) -> None:
    file = tmp_path / "users.sqlite3"
    for landing in ("connect", "/"):
        with Sandbox(PARTNER, database=file) as sandbox:
            assert f'data-landing="{landing}"' in session(sandbox, token()).text


def test_what_comes_is_escaped(sandbox: Sandbox) -> None:
    page = session(sandbox, token(name="<script>alert(1)</script>", sub='"><img>'))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<img>" not in page.text


def test_session_address_serves_once(sandbox: Sandbox) -> None:
    location = post_session(sandbox, token()).json["location"]
    assert ask(sandbox, "GET", location).status == 200
    again = ask(sandbox, "GET", location)
    assert again.status == 410
    assert "Mount the embed again." in again.text
    assert "Ada" not in again.text


# Method, path, headers, body; the status, the error's name and its hint.
JSON = {"Content_Type": "application/json"}
OWN = "The sandbox's own origin"
REQUESTS: dict[str, tuple[str, str, dict[str, str], str, int, str, str]] = {
    "session by PUT": (
        "PUT", "/session", {}, "", 405, "wrong_method", "Send it by POST.",
    ),
    "frame by POST": (
        "POST", "/embed/acme", {}, "", 405, "wrong_method", "Send it by GET.",
    ),
    "no such page": (
        "POST", "/login", {}, "", 404, "not_found", "The sandbox has no such page.",
    ),
    "session from another origin": (
        "POST", "/session", {**JSON, "Origin": ORIGIN}, "{}", 403, "foreign_origin",
        "Only the sandbox's own pages may post here: hand the token to mount().",
    ),
    "session from no origin": (
        "POST", "/session", JSON, "{}", 403, "foreign_origin",
        "Only the sandbox's own pages may post here: hand the token to mount().",
    ),
    "faults from another origin": (
        "POST", "/faults", {"Origin": ORIGIN}, "", 403, "foreign_origin",
        "Only the sandbox's own pages may post here: hand the token to mount().",
    ),
    "session as a form": (
        "POST", "/session", {"Origin": OWN, "Content_Type": "text/plain"}, "{}", 415,
        "not_json", "Send the token in a body of type application/json.",
    ),
    "session without JSON": (
        "POST", "/session", {**JSON, "Origin": OWN}, "token=x", 400, "not_json",
        "Send a JSON object; this is text that is not JSON.",
    ),
    "token with a lone surrogate": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"token": "\\ud800"}', 400,
        "not_json", "Send a JSON object; this is text that is not UTF-8.",
    ),
    "token twice in the body": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"token": "a", "token": "b"}',
        400, "not_json", 'Send a JSON object; this is the name "token" twice.',
    ),
    "session with a list": (
        "POST", "/session", {**JSON, "Origin": OWN}, "[]", 400, "not_json",
        "Send a JSON object; this is a list.",
    ),
    "session with a huge body": (
        "POST", "/session", {**JSON, "Origin": OWN}, " " * 70000, 413, "too_large",
        "Send at most 65536 bytes: keep payload small.",
    ),
    "session with a false length": (
        "POST", "/session", {**JSON, "Origin": OWN, "Content_Length": "-1"}, "", 400,
        "bad_length", "Send a Content-Length in bytes.",
    ),
    "session with a length beyond reason": (
        "POST", "/session", {**JSON, "Origin": OWN, "Content_Length": "9" * 5000}, "",
        400, "bad_length", "Send a Content-Length in bytes.",
    ),
    "initial path of another site": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"initialPath": "//evil.test"}',
        400, "bad_option",
        "initialPath is a path from the root: it starts with one '/'.",
    ),
    "no such shell": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"shell": "none"}', 400,
        "bad_option", "shell is topbar or sidebar.",
    ),
    "no such chat": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"chat": "on"}', 400,
        "bad_option", "chat is enabled or disabled.",
    ),
    "origin no text": (
        "POST", "/session", {**JSON, "Origin": OWN}, '{"origin": 1}', 400,
        "bad_option", "Send partnerId, origin, initialPath, shell, chat as text.",
    ),
    "script fault unknown": (
        "POST", "/faults", {"Origin": OWN}, "script=gone", 400, "bad_fault",
        "script is one of served, missing, empty, broken.",
    ),
    "delay too long": (
        "POST", "/faults", {"Origin": OWN}, "script_delay=61", 400, "bad_fault",
        "The delay of embed.js is 0 to 60 seconds.",
    ),
    "skew too large": (
        "POST", "/faults", {"Origin": OWN}, "clock_skew=90000", 400, "bad_fault",
        "The clock is off by at most 86400 seconds.",
    ),
    "by a malformed name": (
        "POST", "/session", {"Host": "[::1"}, "", 421, "foreign_host",
        "Open the sandbox by 127.0.0.1, localhost or [::1].",
    ),
    "by a name of somebody else's": (
        "POST", "/session", {"Host": "evil.test"}, "", 421, "foreign_host",
        "Open the sandbox by 127.0.0.1, localhost or [::1].",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "error", "hint"),
    REQUESTS.values(),
    ids=[name for name in REQUESTS],
)
def test_wrong_request_is_refused_with_this_hint(
    sandbox: Sandbox,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str,
    status: int,
    error: str,
    hint: str,
) -> None:
    sent = {k: sandbox.origin if v == OWN else v for k, v in headers.items()}
    answer = ask(sandbox, method, path, body, **sent)
    assert answer.status == status
    assert answer.json == {"error": error, "hint": hint}
    assert sandbox.effects == Effects()


def test_session_by_get_is_refused_on_a_page(sandbox: Sandbox) -> None:
    answer = ask(sandbox, "GET", f"/session?token={token()}")
    assert answer.status == 405
    assert "Send it by POST." in answer.text


@pytest.mark.parametrize("path", ["/embed/acme", "/"])
def test_pages_carry_a_strict_policy(sandbox: Sandbox, path: str) -> None:
    answer = ask(sandbox, "GET", path)
    policy = answer.headers["Content-Security-Policy"]
    ancestors = ORIGIN if path.startswith("/embed") else "'none'"
    nonce = re.search(r'nonce="([\w-]+)"', answer.text)
    assert nonce
    assert policy == (
        "default-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self';"
        f" connect-src 'self'; script-src 'nonce-{nonce[1]}';"
        f" style-src 'nonce-{nonce[1]}'; frame-ancestors {ancestors}"
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("referrer", "added"),
    [
        ("http://127.0.0.1:8000/page?x=1", " http://127.0.0.1:8000"),
        (f"{ORIGIN}/page", ""),
        ("http://a;script-src:80/", ""),
        ("about:client", ""),
        ("http://[::1", ""),
    ],
)
def test_refused_page_may_frame_so_that_it_is_told_why(
    sandbox: Sandbox, referrer: str, added: str
) -> None:
    answer = ask(sandbox, "GET", "/embed/acme", Referer=referrer)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {ORIGIN}{added}")


def test_frame_passes_the_options_on_and_never_a_token(sandbox: Sandbox) -> None:
    query = "initialPath=%2Fa%22b&shell=topbar&chat=disabled"
    answer = ask(sandbox, "GET", f"/embed/%C3%A9?{query}")
    assert 'data-partner-id="é"' in answer.text
    assert 'data-initial-path="/a&quot;b"' in answer.text
    assert 'data-shell="topbar"' in answer.text
    assert 'data-chat="disabled"' in answer.text


@pytest.mark.parametrize(
    ("fault", "failed", "told"),
    [
        (Faults(deny_origin=True), ("origin",), "every origin is denied"),
        (Faults(clock_skew=400), ("expiration",), "the clock is +400 s off"),
        (
            Faults(wrong_secret=True),
            ("signature",),
            "tokens are checked with another secret",
        ),
    ],
)
def test_fault_switch_fails_its_check_and_is_named(
    sandbox: Sandbox, fault: Faults, failed: tuple[str, ...], told: str
) -> None:
    sandbox.faults = fault
    page = session(sandbox, token())
    assert tuple(page.hints()) == failed
    assert f"<strong>Fault switches are on:</strong> {told}." in page.text


@pytest.mark.parametrize(
    ("script", "status", "holds"),
    [
        ("served", 200, "window.JupidEmbed = Object.freeze({ mount })"),
        ("missing", 404, "A fault switch"),
        ("empty", 200, "// A fault switch."),
        ("broken", 200, "window.JupidEmbed = {;"),
    ],
)
def test_script_fault(sandbox: Sandbox, script: str, status: int, holds: str) -> None:
    sandbox.faults.script = script
    answer = ask(sandbox, "GET", "/embed.js")
    assert answer.status == status
    assert holds in answer.text
    assert sandbox.effects.scripts == 1


def test_slow_script_is_slow_and_does_not_hold_up_the_end(sandbox: Sandbox) -> None:
    sandbox.faults.script_delay = 0.05
    started = time.monotonic()
    ask(sandbox, "GET", "/embed.js")
    assert time.monotonic() - started >= 0.05


def test_control_page_sets_and_clears_faults(sandbox: Sandbox) -> None:
    form = "script=missing&script_delay=1.5&clock_skew=-60&deny_origin=on"
    answer = ask(sandbox, "POST", "/faults", form, Origin=sandbox.origin)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert sandbox.faults == Faults("missing", 1.5, deny_origin=True, clock_skew=-60)
    page = html.unescape(ask(sandbox, "GET", "/").text)
    assert (
        "embed.js: missing (404); embed.js: 1.5 s late; every origin is denied;"
        " the clock is -60 s off."
    ) in page
    ask(sandbox, "POST", "/faults", "", Origin=sandbox.origin)
    assert sandbox.faults == Faults()


def test_control_page_shows_the_last_sessions(fresh: Sandbox) -> None:
    session(fresh, token())
    session(fresh, token(iss="other", aud="x"))
    page = ask(fresh, "GET", "/").text
    assert "first visit from http://localhost:8000" in page
    assert "issuer, audience" in page
    assert fresh.effects == Effects(sessions=2, accepted=1, refused=1)


def test_log_holds_no_token(capsys: pytest.CaptureFixture[str]) -> None:
    sent = token()
    with Sandbox(PARTNER, log=True) as sandbox:
        session(sandbox, sent)
        ask(sandbox, "GET", f"/embed/acme?token={sent}")
        ask(sandbox, "GET", f"/{sent}")
        address = sandbox.origin.removeprefix("http://").split(":")
        with socket.create_connection((address[0], int(address[1]))) as raw:
            raw.sendall(f"{sent} {sent}\r\n\r\n".encode())
            raw.recv(65536)
        with socket.create_connection((address[0], int(address[1]))) as raw:
            raw.sendall(b"\x1b[31mGET / HTTP/1.0\r\n\r\n")
            raw.recv(65536)
    log = capsys.readouterr().err
    assert "POST /session 201\nGET /session/... 200\n" in log
    assert "GET /embed/acme 200\nGET /... 404\n" in log
    assert not any(word in log for word in sent.split("."))
    assert "\\x1b[31mGET / " in log
    assert "\x1b" not in log


def test_token_expires_at_its_exp() -> None:
    sent = token(exp=NOW)
    for now, failed in ((NOW - 1, ()), (NOW, ("expiration",))):
        report = verify(
            sent, origin=ORIGIN, partner_id="acme", partner=PARTNER, now=now
        )
        assert report.failed == failed


def test_token_of_this_second_is_not_from_the_future() -> None:
    report = verify(
        token(iat=NOW), origin=ORIGIN, partner_id="acme", partner=PARTNER, now=NOW
    )
    assert report.advice == ()


@pytest.mark.parametrize(
    ("check", "sent", "origin", "came"),
    [
        ("origin", token(), ORIGIN, ORIGIN),
        ("origin", token(), "", "none"),
        ("signature", "", ORIGIN, "an empty text"),
        ("signature", "a.b", ORIGIN, "2 segment(s)"),
        ("signature", 7, ORIGIN, "a whole number"),
        ("signature", True, ORIGIN, "true or false"),
        ("signature", [], ORIGIN, "a list"),
        ("header", token(header={"typ": "J"}), ORIGIN, '{"typ": "J"}'),
        ("header", token(header=b"1.5"), ORIGIN, "a number with a fraction"),
        ("issuer", token(iss="x" * 400), ORIGIN, f'"{"x" * 299}… (402 characters)'),
        ("audience", token(aud=MISSING), ORIGIN, "no such claim"),
        ("expiration", token(exp=0), ORIGIN, "0, 1970-01-01 00:00:00 UTC"),
        ("expiration", token(exp=10**18), ORIGIN, f"{10**18}, beyond the calendar"),
        ("expiration", token(exp="1"), ORIGIN, '"1" (text)'),
        ("claims", token(), ORIGIN, "all six so"),
        (
            "claims",
            token(sub=1, payload=None, jti=MISSING),
            ORIGIN,
            "sub: 1 (a whole number), jti: no such claim, payload: null (null)",
        ),
        ("claims", token(body=b"{"), ORIGIN, "text that is not JSON"),
    ],
)
def test_verdict_shows_what_came_and_what_was_expected(
    sandbox: Sandbox, check: str, sent: object, origin: str, came: str
) -> None:
    expected = {
        "origin": ORIGIN,
        "signature": "HMAC-SHA256 with the secret shared with Jupid",
        "header": '{"alg": "HS256", "typ": "JWT"}',
        "issuer": '"acme"',
        "audience": '"jupid-embed"',
        "expiration": "exp later than ",
        "claims": "sub, email, name and jti as text, payload an object, iat in seconds",
    }[check]
    page = html.unescape(session(sandbox, sent, origin=origin).text)
    item = page.partition(f'<li data-check="{check}"')[2].partition("</li>")[0]
    assert f"<dt>Came</dt><dd>{came}</dd>" in item
    assert f"<dt>Expected</dt><dd>{expected}" in item


def test_nothing_makes_the_checks_raise() -> None:
    chance = random.Random(3)
    good = token()
    for _ in range(300):
        at = chance.randrange(len(good))
        wild = good[:at] + chance.choice(".=+é\0\ud800A_") + good[at + 1 :]
        report = verify(
            wild, origin=ORIGIN, partner_id="acme", partner=PARTNER, now=NOW
        )
        assert report.accepted == (wild == good)


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("http://localhost:8000/", "http://localhost:8000"),
        ("HTTPS://App.Example.com:443", "https://app.example.com"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://a.test:80", "http://a.test"),
    ],
)
def test_origin_is_tidied(given: str, tidy: str) -> None:
    assert tidy_origin(given) == tidy


@pytest.mark.parametrize(
    "given",
    [
        "",
        "*",
        "null",
        "localhost:8000",
        "ftp://a.test",
        "http://a.test/path",
        "http://a.test?x",
        "http://u@a.test",
        "http://a.test:x",
        "http://a.test:",
        "http://a b",
        "http://[::1",
        "http://*.a.test",
    ],
)
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(SettingError) as problem:
        tidy_origin(given)
    assert str(problem.value) == (
        f"--origin {given!r} is not an origin: write scheme, host and port alone, such"
        " as http://localhost:8000."
    )


GOOD = ["--origin", ORIGIN, "--partner-id", "acme", "--database", ":memory:"]


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (
            GOOD,
            {"JUPID_EMBED_SECRET": ""},
            "JUPID_EMBED_SECRET is missing: set it in the environment or in .env, to"
            " the secret that the site signs with.",
        ),
        (
            GOOD,
            {"JUPID_EMBED_SECRET": SECRET + "\n"},
            "JUPID_EMBED_SECRET has spaces or a newline around it: cut them.",
        ),
        (
            GOOD,
            {"JUPID_EMBED_SECRET": "short"},
            "JUPID_EMBED_SECRET is 5 bytes long: HS256 needs 32 or more.",
        ),
        (
            ["--origin", ORIGIN],
            {},
            "JUPID_EMBED_PARTNER_ID is missing: set it in the environment, or give"
            " --partner-id.",
        ),
        (
            ["--origin", ORIGIN, "--partner-id", "a b"],
            {},
            "The partner ID 'a b' (--partner-id or JUPID_EMBED_PARTNER_ID) is"
            " malformed: 1 to 128 letters, digits, '.', '_', '-', starting with a"
            " letter or digit.",
        ),
        (
            [*GOOD, "--audience", "a b"],
            {},
            "--audience 'a b' is malformed: 1 to 128 letters, digits, '.', '_', '-',"
            " ':', '/', starting with a letter or digit.",
        ),
        (
            ["--partner-id", "acme"],
            {},
            "--origin is missing: name the site that embeds, such as --origin"
            " http://localhost:8000.",
        ),
        (
            [*GOOD, "--origin", "*"],
            {},
            "--origin '*' is not an origin: write scheme, host and port alone, such as"
            " http://localhost:8000.",
        ),
        (
            [*GOOD, "--host", "0.0.0.0"],
            {},
            "--host '0.0.0.0' is not this machine alone: the sandbox listens on"
            " 127.0.0.1, localhost or ::1.",
        ),
        *(
            (
                GOOD,
                {"DEBUG": debug},
                "DEBUG is off: the sandbox is for development and never for production.",
            )
            for debug in ("0", "", "false", "n", "0 ")
        ),
        (
            GOOD,
            {"JUPID_EMBED_SECRET": SECRET + "\udce9"},
            "JUPID_EMBED_SECRET is no UTF-8 text: write it as Jupid sent it.",
        ),
        (
            [*GOOD, "--port", "70000"],
            {},
            "--port 70000 is no port: give 0 to 65535.",
        ),
        (
            [*GOOD, "--port", "x"],
            {},
            "Argument --port: invalid int value: 'x'. See --help.",
        ),
        (
            [*GOOD, "--colour"],
            {},
            "Unrecognized arguments: --colour. See --help.",
        ),
        (
            [*GOOD, "--port", "0", "--database", "no/such/folder"],
            {},
            "--database 'no/such/folder' cannot be used: unable to open database file.",
        ),
    ],
)
def test_start_is_refused_in_one_line(
    arguments: list[str],
    environment: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JUPID_EMBED_PARTNER_ID", raising=False)
    monkeypatch.delenv("DEBUG", raising=False)
    for name, value in {"JUPID_EMBED_SECRET": SECRET, **environment}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    # A text makes Python print it on standard error and exit with 1.
    assert ended.value.code == message


def test_taken_port_is_told(sandbox: Sandbox) -> None:
    port = int(sandbox.origin.rpartition(":")[2])
    with pytest.raises(SettingError) as problem:
        Sandbox(PARTNER, port=port)
    assert str(problem.value) == (
        f"--port {port} is taken: give another, or 0 for any free one."
    )


@pytest.mark.parametrize("depth", [900, 975, 985, 990, 3000])
def test_claims_nested_about_as_deep_as_python_reads_are_refused(
    sandbox: Sandbox, depth: int
) -> None:
    deep = b'{"payload":' * depth + b"{}" + b"}" * depth
    assert "claims" in session(sandbox, token(body=deep)).hints()


def test_debug_off_in_the_env_file_is_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DEBUG", raising=False)
    (tmp_path / ".env").write_text(f"DEBUG=0\nJUPID_EMBED_SECRET={SECRET}\n")
    with pytest.raises(SystemExit) as ended:
        main(GOOD)
    assert ended.value.code == (
        "DEBUG is off: the sandbox is for development and never for production."
    )


def test_secret_is_not_in_the_partners_text() -> None:
    assert SECRET not in repr(PARTNER)
    assert dataclasses.replace(PARTNER, audience="other").secret == SECRET


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_command_reads_env_file_names_its_address_and_ends_quietly(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text(f"JUPID_EMBED_SECRET={SECRET}\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DEBUG": "1"}
    environment.pop("JUPID_EMBED_SECRET", None)
    environment["JUPID_EMBED_PARTNER_ID"] = "acme"
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--origin", ORIGIN, "--port", "0"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    address = re.fullmatch(
        r"Sandbox, not Jupid: http://(127\.0\.0\.1:\d+)/ \(Ctrl-C ends it\)\n",
        process.stdout.readline(),
    )
    assert address
    connection = http.client.HTTPConnection(address[1])
    connection.request("GET", "/")
    assert "A stand-in for Jupid" in connection.getresponse().read().decode()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == "GET / 200\n"
    assert (tmp_path / "sandbox.sqlite3").exists()


def test_users_may_be_closed_while_somebody_visits() -> None:
    users = Users(":memory:")

    def visit() -> None:
        with suppress(sqlite3.ProgrammingError):  # it is closed now
            while True:
                users.visit(claims())

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    users.close()
    for visitor in visitors:
        visitor.join()
