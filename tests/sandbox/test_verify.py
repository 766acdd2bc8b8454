"""The sandbox's verdicts on tokens: each check, with what came and how to mend it."""

from __future__ import annotations

import html
import random
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from .client import ORIGIN
from .forge import (
    HEADER,
    MISSING,
    NOW,
    SECRET,
    claims,
    part,
    resigned,
    segment,
    token,
    twice,
    with_stray_bits,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import Hints, Sandbox

CHECKS = (
    "origin",
    "signature",
    "header",
    "issuer",
    "audience",
    "expiration",
    "claims",
)

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
OTHER_ORIGIN = (
    "Open the site at an origin that is allowed, or start the sandbox with --origin and"
    " this one. Tell Jupid every origin that embeds: scheme, host and port count."
)
SET_ISS = 'Set iss to "acme", the partner ID that Jupid sent.'
SET_AUD = 'Set aud to "jupid-embed".'
SET_EXP = "Set exp to a whole number of seconds since 1970: iat + 300."
SET_IAT = "Set iat to a whole number of seconds since 1970."
SET_SUB = "Set sub to the user's durable ID: it must not be blank."
SET_JTI = "Set jti to a new UUID4 for every token."
SET_PAYLOAD = "Set payload to an object; {} if there is nothing to tell."


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


@pytest.mark.parametrize(
    ("sent", "hints"), TAMPERED.values(), ids=[name for name in TAMPERED]
)
def test_tampered_token_fails_these_checks_with_these_hints(
    sandbox: Sandbox, sent: object, hints: Hints
) -> None:
    page = sandbox.session(sent)
    assert page.hints() == hints
    assert page.verdicts() == {name: name not in hints for name in CHECKS}
    assert "No user was made." in page.text
    assert sandbox.state()["sessions"][0]["user"] is None


def test_token_made_by_a_library_passes(sandbox: Sandbox) -> None:
    page = sandbox.session(jwt.encode(claims(), SECRET))
    assert page.verdicts() == dict.fromkeys(CHECKS, True)
    assert "Signed in as Ada Lovelace" in page.text
    assert "company_name" in page.text


def test_expired_token_says_for_how_long(verify: Callable[..., Any]) -> None:
    report = verify(token(iat=NOW - 400, exp=NOW - 100), now=NOW)
    assert {each["name"]: each["hint"] for each in report.verdicts if each["hint"]} == {
        "expiration": "The token expired 100 s ago. Make a new token for every mount"
        " with exp at iat + 300, and set the server's clock right."
    }


@pytest.mark.parametrize(
    ("origin", "hint"),
    [
        *[
            (
                origin,
                OTHER_ORIGIN,
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
    page = sandbox.session(token(), origin=origin)
    assert page.hints() == {"origin": hint}
    assert "script-src *" not in page.policy


def test_wrong_partner_in_the_path_is_told(sandbox: Sandbox) -> None:
    page = sandbox.session(token(), partner_id="other")
    assert page.hints() == {"issuer": 'Give mount() the partnerId "acme".'}


def test_token_expires_at_its_exp(verify: Callable[..., Any]) -> None:
    for now, failed in ((NOW - 1, []), (NOW, ["expiration"])):
        assert verify(token(exp=NOW), now=now).failed == failed


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
    # A token is another one each second, and so is no name.
    ids=lambda value: "token" if len(str(value)) > 99 else None,
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
    page = html.unescape(sandbox.session(sent, origin=origin).text)
    item = page.partition(f'<li data-check="{check}"')[2].partition("</li>")[0]
    assert f"<dt>Came</dt><dd>{came}</dd>" in item
    assert f"<dt>Expected</dt><dd>{expected}" in item


def test_nothing_makes_the_checks_raise(verify: Callable[..., Any]) -> None:
    chance = random.Random(3)
    good = token()
    for _ in range(300):
        at = chance.randrange(len(good))
        wild = good[:at] + chance.choice(".=+é\0\ud800A_") + good[at + 1 :]
        assert verify(wild, now=NOW).accepted == (wild == good)


@pytest.mark.parametrize("depth", [900, 975, 985, 990, 3000])
def test_claims_nested_about_as_deep_as_python_reads_are_refused(
    sandbox: Sandbox, depth: int
) -> None:
    deep = b'{"payload":' * depth + b"{}" + b"}" * depth
    assert "claims" in sandbox.session(token(body=deep)).hints()


@pytest.mark.parametrize("depth", [101, 800])
@pytest.mark.parametrize(("start", "end"), [(b'{"payload":', b"}"), (b"[", b"]")])
def test_claims_of_too_many_levels_are_told_so(
    sandbox: Sandbox, depth: int, start: bytes, end: bytes
) -> None:
    deep = b'{"payload":' + start * (depth - 2) + b"{}" + end * (depth - 2) + b"}"
    hint = "Nest at most 100 levels: readers differ in how deep they go."
    assert sandbox.session(token(body=deep)).hints()["claims"] == hint
    level = b'{"payload":' + start * 98 + b"{}" + end * 98 + b"}"
    assert sandbox.session(token(body=level)).hints()["claims"] != hint
