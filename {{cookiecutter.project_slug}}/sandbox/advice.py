"""What Jupid's docs ask for and its documented checks do not refuse."""

import re
from typing import Any

from .partner import DEVELOPMENT_PREFIX, Partner
from .reading import kind, show

CLAIMS = ("iss", "aud", "sub", "email", "name", "payload", "iat", "exp", "jti")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")
UUID4 = re.compile(
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)


Advice = dict[str, str]


def _advice(name: str, came: str, hint: str) -> Advice:
    """Something to mend that does not refuse the session."""
    return {"name": name, "came": came, "hint": hint}


def advise_on_claims(claims: dict[str, Any], now: float) -> list[Advice]:
    """Advice on one token's claims, whether or not it is accepted."""
    found = _on_times(claims, now) + _on_texts(claims)
    for name in (show(name) for name in claims if name not in CLAIMS):
        hint = f"Put {name} into payload: a token has nine claims."
        found.append(_advice("extra-claim", name, hint))
    return found


def _on_times(claims: dict[str, Any], now: float) -> list[Advice]:
    found = []
    for name in ("iat", "exp"):
        if type(claims.get(name)) is not int:
            came = f"{name}: {kind(claims[name])}" if name in claims else f"no {name}"
            hint = f"Write {name} as a whole number of seconds, as int(time) does."
            found.append(_advice("number-type", came, hint))
    iat: Any = claims.get("iat")
    exp: Any = claims.get("exp")
    if type(iat) not in (int, float):
        return found
    if type(exp) in (int, float) and exp - iat != 300:
        came = f"{show(exp - iat)} s from iat to exp"
        found.append(_advice("lifetime", came, "Set exp to iat + 300."))
    if iat > now:
        came = f"iat: {show(iat)}, which is in the future"
        hint = "Set iat to the present, and the server's clock right."
        found.append(_advice("issued-in-future", came, hint))
    return found


def _on_texts(claims: dict[str, Any]) -> list[Advice]:
    found = {}
    sub, email, name, jti = map(claims.get, ("sub", "email", "name", "jti"))
    if isinstance(sub, str) and (EMAIL.fullmatch(sub) or sub == email):
        hint = "Set sub to an ID that never changes: an email does, and is then lost."
        found["sub-is-email", "sub"] = hint
    if isinstance(email, str) and not EMAIL.fullmatch(email):
        hint = "Set email to the user's address: Jupid makes the user with it."
        found["email", "email"] = hint
    if isinstance(name, str) and not name.strip():
        hint = "Set name to something to call the user by, such as the username."
        found["blank-name", "name"] = hint
    if isinstance(jti, str) and jti.strip() and not UUID4.fullmatch(jti.lower()):
        found["jti-form", "jti"] = "Set jti to a new UUID4 for every token."
    return [
        _advice(name, f"{claim}: {show(claims[claim])}", hint)
        for (name, claim), hint in found.items()
    ]


def advise_on_setup(partner: Partner) -> list[Advice]:
    """Advice on settings that work here and are refused in production."""
    found = []
    if partner.partner_id == "your-partner-id":
        hint = "Fine here. Jupid refuses it: set the partner ID that Jupid sends."
        found.append(_advice("placeholder-partner", partner.partner_id, hint))
    if partner.secret.startswith(DEVELOPMENT_PREFIX):
        came = f"a secret that starts with {DEVELOPMENT_PREFIX}"
        hint = "Fine here. For staging and production, set the secret that Jupid sends."
        found.append(_advice("development-secret", came, hint))
    return found


def replayed(jti: str) -> Advice:
    hint = "Fetch a new token for every mount, and make a new jti for every token."
    return _advice("replay", f"jti: {show(jti)}, a second time", hint)


def email_changed(first: str, came: str) -> Advice:
    hint = f"Jupid keeps the first email, {show(first)}. If this is another person,"
    return _advice(
        "email-changed", f"email: {show(came)}", f"{hint} their sub must differ."
    )
