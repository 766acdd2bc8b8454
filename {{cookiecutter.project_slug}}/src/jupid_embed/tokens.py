"""The token that tells Jupid who the user is: nine claims, signed with HS256."""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Any, TypeVar

import jwt
from django.core import exceptions
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import validate_email
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest

from . import conf, identity

#: Seconds that a token lives: Jupid's documentation says about five minutes.
LIFETIME = 300
#: HS256 needs a key of as many bytes as its hash has (RFC 7518, section 3.2).
MINIMUM_SECRET_BYTES = 32
#: Bytes of the longest token, since servers and proxies refuse long lines. The header,
#: the signature and two dots take 81 of them; the rest is the claims in base64.
LONGEST_TOKEN = 8192
LONGEST_CLAIMS = (LONGEST_TOKEN - 81) * 3 // 4
DEEP = "\n" + " " * 101

Result = TypeVar("Result")
logger = logging.getLogger("jupid_embed")
signer = jwt.PyJWS()


class ClaimsEncoder(DjangoJSONEncoder):
    """Write dates, Decimals, UUIDs, lazy text and a file's name as strings."""

    def default(self, o: Any) -> Any:
        return str(o) if isinstance(o, FieldFile) else super().default(o)


# JavaScript's JSON.parse, and so Jupid, cannot read NaN and Infinity.
to_json = partial(json.dumps, cls=ClaimsEncoder, allow_nan=False, separators=(",", ":"))


class ClaimInvalid(ValueError):
    """A claim that no token can hold; the message names it, such as ``payload.share``."""


class TokenRefused(Exception):
    """There is no token for this request, and ``why`` is for the log alone.

    ``error`` is the word of the endpoint's answer and ``status`` its HTTP status:
    not_authenticated (401), not_allowed (403), email_missing, email_invalid, sub_missing
    and claim_invalid (422), not_configured (500).
    """

    def __init__(self, error: str, status: int, why: str) -> None:
        super().__init__(error, status, why)
        self.error, self.status, self.why = error, status, why


def without_frames(function: Callable[..., Result]) -> Callable[..., Result]:
    """Cut the frames of ``function`` from the traceback of whatever it raises.

    Error reports print the variables of frames, and these hold the key or a token, also
    where a server raises SystemExit in a slow worker.
    """

    @wraps(function)
    def cut(*args: Any, **kwargs: Any) -> Result:
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
    if not getattr(request.user, "is_authenticated", False):
        raise TokenRefused("not_authenticated", 401, "nobody is signed in")
    level = logging.ERROR
    try:
        return _sign_and_log(_checked_claims(request), request)
    except TokenRefused as error:
        refused, level = error, logging.WARNING
    except (ClaimInvalid, exceptions.ObjectDoesNotExist) as error:
        refused = TokenRefused("claim_invalid", 422, printable(str(error)))
    except exceptions.ImproperlyConfigured as error:
        refused = TokenRefused("not_configured", 500, printable(str(error)))
    logger.log(level, "No token for user %s: %s", _who(request), refused.why)
    raise refused


def build_claims(user: Any, *, issued_at: int | None = None) -> dict[str, Any]:
    """Return the nine claims that Jupid Embed expects, for ``user``.

    ``issued_at`` is in whole seconds since 1970; left out, it is now.
    """
    now = int(time.time()) if issued_at is None else issued_at
    return {
        "iss": conf.get("JUPID_EMBED_PARTNER_ID"),
        "aud": conf.get("JUPID_EMBED_AUDIENCE"),
        "sub": identity.build_jupid_sub(user),
        "email": identity.build_jupid_email(user),
        "name": identity.build_jupid_name(user),
        "payload": identity.build_jupid_payload(user),
        "iat": now,
        "exp": now + LIFETIME,
        "jti": str(uuid.uuid4()),
    }


@without_frames
def sign_claims(claims: dict[str, Any]) -> str:
    """Return the token: the claims, signed with ``JUPID_EMBED_SECRET``.

    Raises ClaimInvalid where a claim has another type, no form in JSON, or a character
    that no database keeps (NUL, half a surrogate pair), or where the token is over 8 kB;
    ImproperlyConfigured where the secret is missing, under 32 bytes or no UTF-8 text.
    """
    payload = _written(claims)
    secret = conf.get("JUPID_EMBED_SECRET")
    key = secret.encode("utf-8", "ignore")
    fault = f"is {len(key)} bytes long, and HS256 needs {MINIMUM_SECRET_BYTES}"
    if not secret:
        fault = "is not set"
    elif key.decode() != secret:
        fault = "is no UTF-8 text"
    elif len(key) >= MINIMUM_SECRET_BYTES:
        return signer.encode(payload, key, algorithm="HS256", headers={"typ": "JWT"})
    raise exceptions.ImproperlyConfigured(
        f"JUPID_EMBED_SECRET {fault}: put the secret that Jupid sent you into this "
        "environment variable."
    )


def is_email(text: str) -> bool:
    """Whether Django takes ``text`` for an email, and every sign of it can be seen."""
    with suppress(exceptions.ValidationError):
        validate_email(text)
        return text.isprintable()
    return False


def printable(text: str) -> str:
    """Escape what a terminal or a log would obey instead of showing it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _checked_claims(request: HttpRequest) -> dict[str, Any]:
    if identity.may_open_jupid(request) is not True:  # a coroutine is truthy
        raise TokenRefused("not_allowed", 403, "may_open_jupid refuses")
    claims = build_claims(request.user)
    if not claims["email"]:
        raise TokenRefused("email_missing", 422, "email is empty")
    if not is_email(str(claims["email"])):
        raise TokenRefused("email_invalid", 422, "email is malformed")
    if not str(claims["sub"] or "").strip():
        raise TokenRefused("sub_missing", 422, "sub is empty")
    return claims


def _who(request: Any) -> str:
    """Name the user and who impersonates them by key, as a text that forges no log."""
    who = repr(request.user.pk)
    if impersonator := getattr(request, "impersonator", None):  # django-impersonate
        who += f", impersonated by user {getattr(impersonator, 'pk', impersonator)!r}"
    elif getattr(request.user, "is_hijacked", False):  # django-hijack
        history = getattr(request, "session", {}).get("hijack_history") or "?"
        who += f", impersonated by user {history[0]!r}"
    return printable(who)  # a key may be of any class


@without_frames
def _sign_and_log(claims: dict[str, Any], request: HttpRequest) -> str:
    token = iter([sign_claims(claims)])  # log handlers may keep a frame's variables
    if logger.isEnabledFor(logging.INFO):
        logger.info("Token %s issued to user %s", claims["jti"], _who(request))
    return next(token)


def _written(claims: dict[str, Any]) -> bytes:
    """Return the claims as JSON, or raise ClaimInvalid for one that cannot stand."""
    for claim, kind in {"sub": str, "email": str, "name": str, "payload": dict}.items():
        if not isinstance(claims[claim], kind):
            found = type(claims[claim]).__name__
            raise ClaimInvalid(f"{claim}: must be {kind.__name__}, not {found}")
    text, fault = _write(claims)
    if fault:
        # At fault is the part that has one by itself, or the longest of all.
        payload = {f"payload.{k}": [{k: part}] for k, part in claims["payload"].items()}
        parts = {name: _write(part) for name, part in {**claims, **payload}.items()}
        del parts["payload"]
        name = max(parts, key=lambda name: (bool(parts[name][1]), len(parts[name][0])))
        raise ClaimInvalid(printable(f"{name}: {parts[name][1] or fault}"))
    return text.encode()


def _write(part: Any) -> tuple[str, str]:
    """Return a part of the claims as JSON, and why no token can hold it, or ""."""
    try:
        text = to_json(part)
        if text.count("[") + text.count("{") > 100 and DEEP in to_json(part, indent=1):
            return text, "is more than 100 levels deep"
    except (TypeError, ValueError, RecursionError) as error:
        return "", str(error)
    if "\\u" in text:
        plain = to_json(part, ensure_ascii=False).replace("\\\\", "")
        if re.search(r"[\ud800-\udfff]|\\u0000", plain):
            return text, "holds NUL or half a surrogate pair, which no database keeps"
    fault = f"makes the token longer than {LONGEST_TOKEN} bytes"
    return text, fault if len(text) > LONGEST_CLAIMS else ""
