"""What Jupid's docs ask for and its documented checks do not refuse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from .partner import DEVELOPMENT_PREFIX, PLACEHOLDER_PARTNER_ID, Partner
from .reading import kind, show

CLAIMS = ("iss", "aud", "sub", "email", "name", "payload", "iat", "exp", "jti")
LIFETIME_SECONDS = 300
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")


@dataclass(frozen=True)
class Advice:
    """Something to mend that does not refuse the session."""

    name: str
    came: str
    hint: str


def advise_on_claims(claims: dict[str, Any], now: float) -> tuple[Advice, ...]:
    """Advice on one token's claims, whether or not it is accepted."""
    found = _on_times(claims, now) + _on_texts(claims)
    for name in claims:
        if name not in CLAIMS:
            hint = f"Put {show(name)} into payload: a token has nine claims."
            found.append(Advice("extra-claim", show(name), hint))
    return tuple(found)


def _on_times(claims: dict[str, Any], now: float) -> list[Advice]:
    found = []
    times = {name: claims.get(name) for name in ("iat", "exp")}
    for name, value in times.items():
        if not isinstance(value, int) or isinstance(value, bool):
            came = f"{name}: {kind(value)}" if name in claims else f"no {name}"
            hint = f"Write {name} as a whole number of seconds, as int(time) does."
            found.append(Advice("number-type", came, hint))
    numbers = [
        value
        for value in times.values()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    if len(numbers) == 2 and numbers[1] - numbers[0] != LIFETIME_SECONDS:
        came = f"{show(numbers[1] - numbers[0])} s from iat to exp"
        hint = f"Set exp to iat + {LIFETIME_SECONDS}."
        found.append(Advice("lifetime", came, hint))
    if numbers and numbers[0] is times["iat"] and numbers[0] > now:
        came = f"iat: {show(numbers[0])}, which is in the future"
        hint = "Set iat to the present, and the server's clock right."
        found.append(Advice("issued-in-future", came, hint))
    return found


def _on_texts(claims: dict[str, Any]) -> list[Advice]:
    found = []
    sub, email, name, jti = map(claims.get, ("sub", "email", "name", "jti"))
    if isinstance(sub, str) and (EMAIL.fullmatch(sub) or sub == email):
        hint = "Set sub to an ID that never changes: an email does, and is then lost."
        found.append(Advice("sub-is-email", f"sub: {show(sub)}", hint))
    if isinstance(email, str) and not EMAIL.fullmatch(email):
        hint = "Set email to the user's address: Jupid makes the user with it."
        found.append(Advice("email", f"email: {show(email)}", hint))
    if isinstance(name, str) and not name.strip():
        hint = "Set name to something to call the user by, such as the username."
        found.append(Advice("blank-name", f"name: {show(name)}", hint))
    if isinstance(jti, str) and jti.strip() and not _is_uuid4(jti):
        hint = "Set jti to a new UUID4 for every token."
        found.append(Advice("jti-form", f"jti: {show(jti)}", hint))
    return found


def _is_uuid4(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower() and UUID(text).version == 4
    except ValueError:
        return False


def advise_on_setup(partner: Partner) -> tuple[Advice, ...]:
    """Advice on settings that work here and are refused in production."""
    found = []
    if partner.partner_id == PLACEHOLDER_PARTNER_ID:
        hint = "Fine here. Jupid refuses it: set the partner ID that Jupid sends."
        found.append(Advice("placeholder-partner", partner.partner_id, hint))
    if partner.secret.startswith(DEVELOPMENT_PREFIX):
        came = f"a secret that starts with {DEVELOPMENT_PREFIX}"
        hint = "Fine here. For staging and production, set the secret that Jupid sends."
        found.append(Advice("development-secret", came, hint))
    return tuple(found)


def replayed(jti: str) -> Advice:
    """The same jti came before."""
    hint = "Fetch a new token for every mount, and make a new jti for every token."
    return Advice("replay", f"jti: {show(jti)}, a second time", hint)


def email_changed(first: str, came: str) -> Advice:
    """A known sub came with another email."""
    hint = (
        f"Jupid keeps the first email, {show(first)}. If this is another person, their"
        " sub must differ."
    )
    return Advice("email-changed", f"email: {show(came)}", hint)
