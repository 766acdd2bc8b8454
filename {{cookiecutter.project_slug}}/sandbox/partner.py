"""What Jupid holds for a partner, and the rules for its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PLACEHOLDER_PARTNER_ID = "your-partner-id"
DEVELOPMENT_PREFIX = "dev-"
MINIMUM_SECRET_BYTES = 32

PARTNER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
AUDIENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
DEFAULT_PORTS = {"http": 80, "https": 443}


class SettingError(ValueError):
    """A setting is missing or wrong; its text is one line for the person."""


@dataclass(frozen=True, kw_only=True)
class Partner:
    """Partner ID, audience, shared secret and the origins that may embed.

    Raises SettingError, naming the variable or the option, when one of them is bad.
    """

    partner_id: str
    secret: str = field(repr=False)
    origins: tuple[str, ...]
    audience: str = "jupid-embed"

    def __post_init__(self) -> None:
        if not self.secret:
            raise SettingError(
                "JUPID_EMBED_SECRET is missing: set it in the environment or in .env,"
                " to the secret that the site signs with."
            )
        if self.secret != self.secret.strip():
            raise SettingError(
                "JUPID_EMBED_SECRET has spaces or a newline around it: cut them."
            )
        try:
            length = len(self.secret.encode())
        except UnicodeEncodeError:
            raise SettingError(
                "JUPID_EMBED_SECRET is no UTF-8 text: write it as Jupid sent it."
            ) from None
        if length < MINIMUM_SECRET_BYTES:
            raise SettingError(
                f"JUPID_EMBED_SECRET is {length} bytes long:"
                f" HS256 needs {MINIMUM_SECRET_BYTES} or more."
            )
        if not self.partner_id:
            raise SettingError(
                "JUPID_EMBED_PARTNER_ID is missing: set it in the environment, or give"
                " --partner-id."
            )
        if not PARTNER_ID.fullmatch(self.partner_id):
            raise SettingError(
                f"The partner ID {self.partner_id!r} (--partner-id or"
                " JUPID_EMBED_PARTNER_ID) is malformed: 1 to 128 letters, digits,"
                " '.', '_', '-', starting with a letter or digit."
            )
        if not AUDIENCE.fullmatch(self.audience):
            raise SettingError(
                f"--audience {self.audience!r} is malformed: 1 to 128 letters, digits,"
                " '.', '_', '-', ':', '/', starting with a letter or digit."
            )
        if not self.origins:
            raise SettingError(
                "--origin is missing: name the site that embeds, such as"
                " --origin http://localhost:8000."
            )
        tidy = tuple(dict.fromkeys(map(tidy_origin, self.origins)))
        object.__setattr__(self, "origins", tidy)


def tidy_origin(text: str) -> str:
    """An origin as a browser writes it, or SettingError where it is none."""
    problem = SettingError(
        f"--origin {text!r} is not an origin: write scheme, host and port alone, such"
        " as http://localhost:8000."
    )
    try:
        parts = urlsplit(text.removesuffix("/").lower())
        port = parts.port
    except ValueError:
        raise problem from None
    host = parts.netloc.removesuffix(f":{port}")
    bare = f"{parts.scheme}://{parts.netloc}" == text.removesuffix("/").lower()
    if parts.scheme not in DEFAULT_PORTS or not bare or not HOST.fullmatch(host):
        raise problem
    if port is None or port == DEFAULT_PORTS[parts.scheme]:
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def origin_in(address: str) -> str:
    """The origin of an address; empty if it has none."""
    try:
        parts = urlsplit(address)
        return tidy_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        return ""
