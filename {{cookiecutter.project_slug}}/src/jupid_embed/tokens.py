"""The token that tells Jupid who the user is: nine claims, signed with HS256."""

from __future__ import annotations

import time
import uuid
from typing import Any

import jwt
from django.core.exceptions import ImproperlyConfigured
from django.core.serializers.json import DjangoJSONEncoder

from . import conf
from .identity import (
    build_jupid_email,
    build_jupid_name,
    build_jupid_payload,
    build_jupid_sub,
)

#: Seconds that a token lives: Jupid's documentation says about five minutes.
LIFETIME = 300

# HS256 wants a key of 32 bytes or more (RFC 7518, section 3.2); PyJWT only warns unless
# it is told to refuse shorter ones.
_signer = jwt.PyJWT({"enforce_minimum_key_length": True})


class ClaimsEncoder(DjangoJSONEncoder):
    """Write dates, Decimals, UUIDs and lazy text as strings, and refuse NaN and Infinity.

    JavaScript's ``JSON.parse``, and so Jupid, cannot read those two.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_nan": False})


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

    Raises ImproperlyConfigured where the secret is missing or no UTF-8 text,
    ``jwt.InvalidKeyError`` where it is under 32 bytes, ValueError where a number is NaN
    or infinite, and TypeError where a value has no form in JSON.
    """
    # No variable of this frame holds the secret: error reports print them.
    if not conf.get("JUPID_EMBED_SECRET"):
        raise ImproperlyConfigured(
            "JUPID_EMBED_SECRET is not set: put the secret that Jupid sent you into this "
            "environment variable."
        )
    try:
        return _signer.encode(
            claims,
            conf.get("JUPID_EMBED_SECRET"),
            algorithm="HS256",
            headers={"typ": "JWT"},
            json_encoder=ClaimsEncoder,
        )
    except UnicodeError:
        # This error holds the whole secret, and would be the context of one raised here.
        failure: Exception = ImproperlyConfigured(
            "JUPID_EMBED_SECRET is no UTF-8 text: put the secret that Jupid sent you into "
            "this environment variable."
        )
    except Exception as error:
        # PyJWT's own frames hold the key, and error reports print the frames.
        failure = error.with_traceback(None)
    raise failure from None
