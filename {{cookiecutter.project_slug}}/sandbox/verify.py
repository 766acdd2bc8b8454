"""Jupid's checks on a token, each with what came, what was expected and the mend.

The documented order is origin, signature, header, issuer, audience, expiration. A last
verdict, claims, covers what those six leave open of the nine claims. Nothing here
raises, whatever the token: every check is made and every failure is told.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .advice import advise_on_claims, advise_on_setup
from .partner import Partner
from .reading import Unreadable, kind, moment, read_object, read_segment, show

HEADER = {"alg": "HS256", "typ": "JWT"}
SIGNATURE = "HMAC-SHA256 with the secret shared with Jupid"
UNREAD = "The claims cannot be read: mend them first, see the verdict on claims."
# What a secret gathers on its way through files, shells and dashboards.
SECRET_ACCIDENTS = {
    "a newline at its end": "{}\n",
    "a Windows newline at its end": "{}\r\n",
    "a space at its end": "{} ",
    "a space at its start": " {}",
    "double quotes around it": '"{}"',
    "single quotes around it": "'{}'",
}
# What came, and how to mend it; no hint where there is nothing to mend.
Found = tuple[str, str]


@dataclass(frozen=True)
class Report:
    """All verdicts on one token, and its claims: unverified unless it is accepted."""

    accepted: bool
    failed: list[str]
    verdicts: list[dict[str, Any]]
    advice: list[dict[str, str]]
    claims: dict[str, Any] | None


def verify(
    token: object, *, origin: str, partner_id: str, partner: Partner, now: float
) -> Report:
    """The report on a token.

    `origin` is the parent page's, as the browser told it; `partner_id` the one in the
    frame's path; `partner` what Jupid holds; `now` in seconds since 1970.
    """
    claims: dict[str, Any] | None = None
    advice = advise_on_setup(partner)
    found = [_try(_signature, token, partner), _try(_header, token)]
    try:
        claims = read_object(_part(token, 1))
        found += [_issuer(claims, partner_id, partner), _audience(claims, partner)]
        found += [_expiration(claims, now), _others(claims)]
        advice = advise_on_claims(claims, now) + advice
    except Unreadable as reason:
        came, hint = reason.args
        found += [(came, UNREAD)] * 3 + [(came, hint)]
    expected = {
        "signature": SIGNATURE,
        "header": show(HEADER),
        "issuer": show(partner.partner_id),
        "audience": show(partner.audience),
        "expiration": f"exp later than {moment(now)}",
        "claims": "sub, email, name and jti as text, payload an object, iat in seconds",
    }
    verdicts = [judge_origin(origin, partner)]
    for (name, right), (came, hint) in zip(expected.items(), found, strict=True):
        verdicts.append(_verdict(name, right, came, hint))
    failed = [verdict["name"] for verdict in verdicts if verdict["hint"]]
    return Report(not failed, failed, verdicts, advice, claims)


def _verdict(name: str, expected: str, came: str, hint: str) -> dict[str, Any]:
    told = {"name": name, "expected": expected, "came": came, "hint": hint}
    return {**told, "passed": not hint}


def _try(check: Callable[..., Found], *arguments: object) -> Found:
    try:
        return check(*arguments)
    except Unreadable as reason:
        came, hint = reason.args
        return came, hint


def _part(token: object, number: int) -> bytes:
    """What one of the three segments holds."""
    if not isinstance(token, str):
        hint = "Give mount() the text of the field 'token' that came as JSON."
        raise Unreadable(kind(token), hint)
    segments = token.split(".")
    if len(segments) != 3:
        came = f"{len(segments)} segment(s)" if token else "an empty text"
        hint = "Send the token whole: header, claims and signature, joined by dots."
        raise Unreadable(came, hint)
    return read_segment(segments[number])


def judge_origin(origin: str, partner: Partner) -> dict[str, Any]:
    hint = ""
    if origin not in partner.origins:
        hint = "Open the site at an origin that is allowed, or start the sandbox with"
        hint += " --origin and this one. Tell Jupid every origin that embeds: scheme,"
        hint += " host and port count."
    if origin == "null":
        hint = "A page from a file or in a sandboxed frame has no origin: serve it from"
        hint += " one that is allowed."
    return _verdict("origin", " or ".join(partner.origins), origin or "none", hint)


def _signature(token: str, partner: Partner) -> Found:
    signature = _part(token, 2)
    signed = token.rpartition(".")[0].encode("utf-8", "backslashreplace")

    def is_by(secret: str) -> bool:
        made = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
        return hmac.compare_digest(made, signature)

    if is_by(partner.secret):
        return SIGNATURE, ""
    hint = (
        "Sign with the same JUPID_EMBED_SECRET that the sandbox was started with, and"
    )
    hint += " change nothing after signing."
    try:
        algorithm = read_object(_part(token, 0)).get("alg", "HS256")
    except Unreadable:
        algorithm = "HS256"
    if algorithm != "HS256":
        hint = f"Sign with HS256: the header says {show(algorithm)}."
    for accident, pattern in SECRET_ACCIDENTS.items():
        if is_by(pattern.format(partner.secret)):
            hint = f"The site's secret has {accident}: cut it, and the token verifies."
    return f"{len(signature)} bytes that this secret does not make", hint


def _header(token: object) -> Found:
    header = read_object(_part(token, 0))
    wrong = [name for name, value in HEADER.items() if header.get(name) != value]
    hints = [f"Set {name} to {show(HEADER[name])}." for name in wrong]
    hints += [f"Leave out {show(name)}." for name in header if name not in HEADER]
    return show(header), " ".join(hints)


def _issuer(claims: dict[str, Any], path_id: str, partner: Partner) -> Found:
    expected, came, hints = show(partner.partner_id), _came(claims, "iss"), []
    if claims.get("iss") != partner.partner_id:
        hints.append(f"Set iss to {expected}, the partner ID that Jupid sent.")
    if path_id != partner.partner_id:
        came += f", and {show(path_id)} in the frame's path"
        hints.append(f"Give mount() the partnerId {expected}.")
    return came, " ".join(hints)


def _audience(claims: dict[str, Any], partner: Partner) -> Found:
    expected, aud = show(partner.audience), claims.get("aud")
    hint = "" if aud == partner.audience else f"Set aud to {expected}."
    if isinstance(aud, list):
        hint = f"Set aud to the text {expected}, not to a list."
    return _came(claims, "aud"), hint


def _expiration(claims: dict[str, Any], now: float) -> Found:
    exp: Any = claims.get("exp")
    if type(exp) not in (int, float):
        hint = "Set exp to a whole number of seconds since 1970: iat + 300."
        return _came(claims, "exp", typed=True), hint
    hint = f"The token expired {now - exp:.0f} s ago. Make a new token for every mount"
    hint += " with exp at iat + 300, and set the server's clock right."
    return f"{show(exp)}, {moment(exp)}", hint if exp <= now else ""


def _others(claims: dict[str, Any]) -> Found:
    wrong = {
        name: f"Set {name} to a text."
        for name in ("sub", "email", "name", "jti")
        if not isinstance(claims.get(name), str)
    }
    if "sub" not in wrong and not claims["sub"].strip():
        wrong["sub"] = "Set sub to the user's durable ID: it must not be blank."
    if "jti" not in wrong and not claims["jti"].strip():
        wrong["jti"] = "Set jti to a new UUID4 for every token."
    if not isinstance(claims.get("payload"), dict):
        wrong["payload"] = "Set payload to an object; {} if there is nothing to tell."
    if type(claims.get("iat")) not in (int, float):
        wrong["iat"] = "Set iat to a whole number of seconds since 1970."
    came = ", ".join(f"{name}: {_came(claims, name, typed=True)}" for name in wrong)
    return came or "all six so", " ".join(wrong.values())


def _came(claims: dict[str, Any], name: str, *, typed: bool = False) -> str:
    if name not in claims:
        return "no such claim"
    return show(claims[name]) + (f" ({kind(claims[name])})" if typed else "")
