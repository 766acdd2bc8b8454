"""Jupid's checks on a token, each with what came, what was expected and the mend.

The documented order is origin, signature, header, issuer, audience, expiration. A last
verdict, claims, covers what those six leave open of the nine claims. Nothing here
raises, whatever the token: every check is made and every failure is told.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, TypeGuard

from .advice import Advice, advise_on_claims, advise_on_setup
from .partner import Partner
from .reading import Unreadable, kind, moment, read_object, read_segment, show

HEADER = {"alg": "HS256", "typ": "JWT"}
TEXT_CLAIMS = ("sub", "email", "name", "jti")

# What a secret gathers on its way through files, shells and dashboards.
SECRET_ACCIDENTS = {
    "a newline at its end": "{}\n",
    "a Windows newline at its end": "{}\r\n",
    "a space at its end": "{} ",
    "a space at its start": " {}",
    "double quotes around it": '"{}"',
    "single quotes around it": "'{}'",
}


@dataclass(frozen=True)
class Verdict:
    """One check: its name, whether it passed, and how to mend it if it did not."""

    name: str
    passed: bool
    came: str
    expected: str
    hint: str = ""


@dataclass(frozen=True)
class Report:
    """All verdicts on one token, and its claims as far as they can be read.

    The claims are unverified unless `accepted` is true.
    """

    verdicts: tuple[Verdict, ...]
    advice: tuple[Advice, ...]
    claims: dict[str, Any] | None

    @property
    def accepted(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed, in Jupid's order."""
        return tuple(each.name for each in self.verdicts if not each.passed)


@dataclass(frozen=True)
class _Parts:
    """A token taken apart; a part that cannot be read is the reason why."""

    signed: bytes
    header: dict[str, Any] | Unreadable
    claims: dict[str, Any] | Unreadable
    signature: bytes | Unreadable


def verify(
    token: object, *, origin: str, partner_id: str, partner: Partner, now: float
) -> Report:
    """The report on a token.

    `origin` is the parent page's, as the browser told it; `partner_id` the one in the
    frame's path; `partner` what Jupid holds; `now` in seconds since 1970.
    """
    parts = _take_apart(token)
    claims = parts.claims
    verdicts = (
        judge_origin(origin, partner),
        _signature(parts, partner),
        _header(parts.header),
        _issuer(claims, partner_id, partner),
        _audience(claims, partner),
        _expiration(claims, now),
        _claims(claims),
    )
    advice = advise_on_setup(partner)
    if isinstance(claims, Unreadable):
        return Report(verdicts, advice, None)
    return Report(verdicts, advise_on_claims(claims, now) + advice, claims)


def _take_apart(token: object) -> _Parts:
    if not isinstance(token, str):
        problem = Unreadable(
            kind(token), "Give mount() the text of the field 'token' that came as JSON."
        )
        return _Parts(b"", problem, problem, problem)
    segments = token.split(".")
    if len(segments) != 3:
        problem = Unreadable(
            "an empty text" if not token else f"{len(segments)} segment(s)",
            "Send the token whole: header, claims and signature, joined by dots.",
        )
        return _Parts(b"", problem, problem, problem)
    header, claims, signature = segments
    return _Parts(
        f"{header}.{claims}".encode("utf-8", "backslashreplace"),
        _object_or_reason(header),
        _object_or_reason(claims),
        _bytes_or_reason(signature),
    )


def _bytes_or_reason(segment: str) -> bytes | Unreadable:
    try:
        return read_segment(segment)
    except Unreadable as reason:
        return reason


def _object_or_reason(segment: str) -> dict[str, Any] | Unreadable:
    try:
        return read_object(read_segment(segment))
    except Unreadable as reason:
        return reason


def _judge(name: str, hint: str, *, came: str, expected: str) -> Verdict:
    """A verdict that passes where there is nothing to mend."""
    return Verdict(name, not hint, came, expected, hint)


def judge_origin(origin: str, partner: Partner) -> Verdict:
    expected = " or ".join(partner.origins)
    hint = ""
    if origin not in partner.origins:
        hint = (
            "Open the site at an origin that is allowed, or start the sandbox with"
            " --origin and this one. Tell Jupid every origin that embeds: scheme, host"
            " and port count."
        )
    if origin == "null":
        hint = (
            "A page from a file or in a sandboxed frame has no origin: serve it from"
            " one that is allowed."
        )
    return _judge("origin", hint, came=origin or "none", expected=expected)


def _sign(secret: str, signed: bytes) -> bytes:
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def _signature(parts: _Parts, partner: Partner) -> Verdict:
    expected = "HMAC-SHA256 with the secret shared with Jupid"
    if isinstance(parts.signature, Unreadable):
        came, hint = parts.signature.came, parts.signature.hint
        return _judge("signature", hint, came=came, expected=expected)
    if hmac.compare_digest(_sign(partner.secret, parts.signed), parts.signature):
        return _judge("signature", "", came=expected, expected=expected)
    hint = (
        "Sign with the same JUPID_EMBED_SECRET that the sandbox was started with, and"
        " change nothing after signing."
    )
    algorithm = "HS256"
    if isinstance(parts.header, dict):
        algorithm = parts.header.get("alg", "HS256")
    if algorithm != "HS256":
        hint = f"Sign with HS256: the header says {show(algorithm)}."
    for accident, pattern in SECRET_ACCIDENTS.items():
        candidate = _sign(pattern.format(partner.secret), parts.signed)
        if hmac.compare_digest(candidate, parts.signature):
            hint = f"The site's secret has {accident}: cut it, and the token verifies."
    came = f"{len(parts.signature)} bytes that this secret does not make"
    return _judge("signature", hint, came=came, expected=expected)


def _header(header: dict[str, Any] | Unreadable) -> Verdict:
    expected = show(HEADER)
    if isinstance(header, Unreadable):
        came, hint = header.came, header.hint
        return _judge("header", hint, came=came, expected=expected)
    hints = [
        f"Set {name} to {show(value)}."
        for name, value in HEADER.items()
        if header.get(name) != value
    ]
    hints += [f"Leave out {show(name)}." for name in header if name not in HEADER]
    return _judge("header", " ".join(hints), came=show(header), expected=expected)


def _issuer(
    claims: dict[str, Any] | Unreadable, path_id: str, partner: Partner
) -> Verdict:
    expected = show(partner.partner_id)
    if isinstance(claims, Unreadable):
        return _unread("issuer", claims, expected)
    hints = []
    came = _came(claims, "iss")
    if claims.get("iss") != partner.partner_id:
        hints.append(f"Set iss to {expected}, the partner ID that Jupid sent.")
    if path_id != partner.partner_id:
        came += f", and {show(path_id)} in the frame's path"
        hints.append(f"Give mount() the partnerId {expected}.")
    return _judge("issuer", " ".join(hints), came=came, expected=expected)


def _audience(claims: dict[str, Any] | Unreadable, partner: Partner) -> Verdict:
    expected = show(partner.audience)
    if isinstance(claims, Unreadable):
        return _unread("audience", claims, expected)
    hint = ""
    if claims.get("aud") != partner.audience:
        hint = f"Set aud to {expected}."
    if isinstance(claims.get("aud"), list):
        hint = f"Set aud to the text {expected}, not to a list."
    return _judge("audience", hint, came=_came(claims, "aud"), expected=expected)


def _expiration(claims: dict[str, Any] | Unreadable, now: float) -> Verdict:
    expected = f"exp later than {moment(now)}"
    if isinstance(claims, Unreadable):
        return _unread("expiration", claims, expected)
    exp = claims.get("exp")
    if not _is_time(exp):
        hint = "Set exp to a whole number of seconds since 1970: iat + 300."
        came = _came(claims, "exp", typed=True)
        return _judge("expiration", hint, came=came, expected=expected)
    hint = ""
    if exp <= now:
        hint = (
            f"The token expired {now - exp:.0f} s ago. Make a new token for every mount"
            " with exp at iat + 300, and set the server's clock right."
        )
    came = f"{show(exp)}, {moment(exp)}"
    return _judge("expiration", hint, came=came, expected=expected)


def _claims(claims: dict[str, Any] | Unreadable) -> Verdict:
    expected = "sub, email, name and jti as text, payload an object, iat in seconds"
    if isinstance(claims, Unreadable):
        return _judge("claims", claims.hint, came=claims.came, expected=expected)
    wrong = {
        name: f"Set {name} to a text."
        for name in TEXT_CLAIMS
        if not isinstance(claims.get(name), str)
    }
    if "sub" not in wrong and not claims["sub"].strip():
        wrong["sub"] = "Set sub to the user's durable ID: it must not be blank."
    if "jti" not in wrong and not claims["jti"].strip():
        wrong["jti"] = "Set jti to a new UUID4 for every token."
    if not isinstance(claims.get("payload"), dict):
        wrong["payload"] = "Set payload to an object; {} if there is nothing to tell."
    if not _is_time(claims.get("iat")):
        wrong["iat"] = "Set iat to a whole number of seconds since 1970."
    came = ", ".join(f"{name}: {_came(claims, name, typed=True)}" for name in wrong)
    hint = " ".join(wrong.values())
    return _judge("claims", hint, came=came or "all six so", expected=expected)


def _unread(name: str, reason: Unreadable, expected: str) -> Verdict:
    hint = "The claims cannot be read: mend them first, see the verdict on claims."
    return _judge(name, hint, came=reason.came, expected=expected)


def _came(claims: dict[str, Any], name: str, *, typed: bool = False) -> str:
    if name not in claims:
        return "no such claim"
    value = claims[name]
    return f"{show(value)} ({kind(value)})" if typed else show(value)


def _is_time(value: object) -> TypeGuard[float]:
    # A bool is an int to Python; to JSON it is no number.
    return isinstance(value, (int, float)) and not isinstance(value, bool)
