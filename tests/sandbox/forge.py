"""Tokens made by hand, so that every rule can be broken."""

from __future__ import annotations

import base64
import hmac
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "conformance-" + "s" * 40
HEADER = {"alg": "HS256", "typ": "JWT"}
MISSING = object()

# The moment of all these tests. The sandbox's clock is put back to it.
NOW = int(time.time())


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
