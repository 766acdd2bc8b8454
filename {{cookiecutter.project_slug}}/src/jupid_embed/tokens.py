"""The token that tells Jupid who the user is: nine claims, signed with HS256."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable
from functools import wraps
from itertools import starmap
from typing import Any, ParamSpec, TypeVar

import jwt
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import validate_email
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest

from . import conf
from .identity import (
    build_jupid_email,
    build_jupid_name,
    build_jupid_payload,
    build_jupid_sub,
    may_open_jupid,
)

#: Seconds that a token lives: Jupid's documentation says about five minutes.
LIFETIME = 300
#: HS256 needs a key of as many bytes as its hash has (RFC 7518, section 3.2).
MINIMUM_SECRET_BYTES = 32
#: Bytes of the longest token: there are servers and proxies that refuse longer lines.
LONGEST_TOKEN = 8192
#: Objects and lists within one another in a claim: readers of JSON have limits, too.
DEEPEST_CLAIM = 32

# What a token has beside its claims: the header, the signature and two dots.
OVERHEAD = 81
KINDS = {"sub": str, "email": str, "name": str, "payload": dict}

Given = ParamSpec("Given")
Result = TypeVar("Result")

logger = logging.getLogger("jupid_embed")
signer = jwt.PyJWS()


class TokenRefused(Exception):
    """There is no token for this request.

    ``error`` is the word of the endpoint's answer and ``status`` its HTTP status:
    not_authenticated (401), not_allowed (403), email_missing, email_invalid, sub_missing
    and claim_invalid (422), not_configured (500). ``why`` is for the log alone.
    """

    def __init__(self, error: str, status: int, why: str) -> None:
        super().__init__(error, status, why)
        self.error, self.status, self.why = error, status, why


class ClaimInvalid(ValueError):
    """A claim that no token can hold; the message names it, such as ``payload.share``."""


class ClaimsEncoder(DjangoJSONEncoder):
    """Write dates, Decimals, UUIDs, lazy text and a file's name as strings.

    NaN and Infinity are refused: JavaScript's ``JSON.parse``, and so Jupid, cannot read
    those two.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_nan": False})

    def default(self, o: Any) -> Any:
        return str(o) if isinstance(o, FieldFile) else super().default(o)


def without_frames(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Cut the frames of ``function`` from the traceback of whatever it raises.

    Error reports print the variables of frames, and these hold the key or a token. It
    holds for SystemExit, too, which a server may raise anywhere in a slow worker.
    """

    @wraps(function)
    def cut(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            failure = error.with_traceback(None)
            failure.__context__ = None  # it has frames too, and may quote the key
        del args, kwargs
        raise failure from None

    return cut


def issue_token(request: HttpRequest) -> str:
    """Return a token for the signed-in user of ``request``: the one way to a token.

    Raises TokenRefused where there is none. The log says which token (``jti``) went to
    which user (primary key) and who impersonates them, or why there is none.
    """
    user: Any = request.user
    if not user.is_authenticated:
        raise TokenRefused("not_authenticated", 401, "nobody is signed in")
    who = repr(user.pk)  # a key may be text, with line ends that would forge the log
    if (impersonator := _impersonator(request)) is not None:
        who += f", impersonated by user {impersonator!r}"
    level = logging.ERROR
    try:
        return _sign_and_log(_checked_claims(request), who)
    except TokenRefused as error:
        refused, level = error, logging.WARNING
    except ClaimInvalid as error:
        refused = TokenRefused("claim_invalid", 422, str(error))
    except ImproperlyConfigured as error:
        refused = TokenRefused("not_configured", 500, printable(str(error)))
    logger.log(level, "No token for user %s: %s", who, refused.why)
    raise refused


def build_claims(user: Any, *, issued_at: int | None = None) -> dict[str, Any]:
    """Return the nine claims that Jupid Embed expects, for ``user``.

    ``issued_at`` is in whole seconds since 1970; left out, it is now.
    """
    now = int(time.time()) if issued_at is None else issued_at
    return {
        "iss": conf.get("JUPID_EMBED_PARTNER_ID"),
        "aud": conf.get("JUPID_EMBED_AUDIENCE"),
        "sub": build_jupid_sub(user),
        "email": build_jupid_email(user),
        "name": build_jupid_name(user),
        "payload": build_jupid_payload(user),
        "iat": now,
        "exp": now + LIFETIME,
        "jti": str(uuid.uuid4()),
    }


def sign_claims(claims: dict[str, Any]) -> str:
    """Return the token: the claims, signed with ``JUPID_EMBED_SECRET``.

    Raises ImproperlyConfigured where the secret is missing, under 32 bytes or no UTF-8
    text, and ClaimInvalid where a value has no form in JSON, is too deep, or holds what
    no database keeps (NUL, half a surrogate pair), or where the token is over 8 kB.
    """
    return _sign(_written(claims))


def is_email(text: str) -> bool:
    """Whether Django takes ``text`` for an email, and every sign of it can be seen."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.isprintable()


def printable(text: str) -> str:
    """Escape what a terminal or a log would obey instead of showing it."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text
    )


def _checked_claims(request: HttpRequest) -> dict[str, Any]:
    if not may_open_jupid(request):
        raise TokenRefused("not_allowed", 403, "may_open_jupid refuses")
    claims = build_claims(request.user)
    if not claims["email"]:
        raise TokenRefused("email_missing", 422, "email is empty")
    if not is_email(str(claims["email"])):
        raise TokenRefused("email_invalid", 422, "email is malformed")
    if not claims["sub"]:
        raise TokenRefused("sub_missing", 422, "sub is empty")
    return claims


def _impersonator(request: Any) -> Any:
    """Return the key of who uses the user's account, where the host's apps say so."""
    if impersonator := getattr(request, "impersonator", None):  # django-impersonate
        return impersonator.pk
    if getattr(request.user, "is_hijacked", False):  # django-hijack
        return request.session["hijack_history"][0]
    return None


@without_frames
def _sign_and_log(claims: dict[str, Any], who: str) -> str:
    token = sign_claims(claims)
    logger.info("Token %s issued to user %s", claims["jti"], who)
    return token


@without_frames
def _sign(payload: bytes) -> str:
    try:
        key = conf.get("JUPID_EMBED_SECRET").encode()
    except UnicodeEncodeError:
        raise ImproperlyConfigured(
            "JUPID_EMBED_SECRET is no UTF-8 text: put the secret that Jupid sent you "
            "into this environment variable."
        ) from None
    if not key:
        raise ImproperlyConfigured(
            "JUPID_EMBED_SECRET is not set: put the secret that Jupid sent you into this "
            "environment variable."
        )
    if len(key) < MINIMUM_SECRET_BYTES:
        raise ImproperlyConfigured(
            f"JUPID_EMBED_SECRET is {len(key)} bytes long, and HS256 needs "
            f"{MINIMUM_SECRET_BYTES}: put the whole secret that Jupid sent you into this "
            "environment variable."
        )
    return signer.encode(payload, key, algorithm="HS256", headers={"typ": "JWT"})


def _written(claims: dict[str, Any]) -> bytes:
    """Write the claims as JSON, or raise ClaimInvalid for the first that cannot stand."""
    fault = ""
    try:
        text = json.dumps(claims, cls=ClaimsEncoder, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        text, fault = "", f"payload: {error}"
    # A closer look costs as much as signing, so it is for what may be wrong alone.
    if not text or "\\u" in text or text.count("{") + text.count("[") > DEEPEST_CLAIM:
        fault = next(filter(None, starmap(_fault, claims.items())), fault)
    for claim, kind in KINDS.items():
        if not fault and not isinstance(claims[claim], kind):
            found = type(claims[claim]).__name__
            fault = f"{claim}: must be a {kind.__name__}, and is a {found}"
    if not fault and OVERHEAD + len(text) * 4 / 3 > LONGEST_TOKEN:
        parts = {f"payload.{key}": part for key, part in claims["payload"].items()}
        parts |= {claim: claims[claim] for claim in KINDS if claim != "payload"}
        longest = max(parts, key=lambda p: len(json.dumps(parts[p], cls=ClaimsEncoder)))
        fault = f"{longest}: makes the token longer than {LONGEST_TOKEN} bytes"
    if fault:
        raise ClaimInvalid(printable(fault))
    return text.encode()


def _fault(path: str, value: Any, depth: int = 0) -> str:
    """Say which part of a claim no token can hold, and why; "" where there is none."""
    if depth > DEEPEST_CLAIM:
        return f"{path}: is more than {DEEPEST_CLAIM} levels deep, or holds itself"
    parts: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        parts = [(f"{path}.{key}", part) for key, part in value.items()]
        parts += [(f"{path}.{key}", str(key)) for key in value]
    elif isinstance(value, (list, tuple)):
        parts = [(f"{path}[{number}]", part) for number, part in enumerate(value)]
    else:
        try:
            json.dumps(value, cls=ClaimsEncoder, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return f"{path}: holds half a surrogate pair, which is no character"
        except (TypeError, ValueError) as error:
            return f"{path}: {error}"
        if "\0" in str(value):
            return f"{path}: holds a NUL character, which databases refuse"
    found = (_fault(name, part, depth + 1) for name, part in parts)
    return next(filter(None, found), "")
