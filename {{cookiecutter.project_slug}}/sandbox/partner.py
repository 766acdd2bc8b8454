"""What Jupid holds for a partner, and the rules for its parts."""

import re
from dataclasses import dataclass, field

DEVELOPMENT_PREFIX = "dev-"
ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
MALFORMED = (
    "is malformed: 1 to 128 letters, digits, {}, starting with a letter or digit."
)
SIGNS = "'.', '_', '-'"


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
        secret, name, audience = self.secret, self.partner_id, self.audience
        size, problem = len(secret.encode("utf-8", "replace")), ""
        if not secret:
            problem = (
                "JUPID_EMBED_SECRET is missing: set it in the environment or in .env,"
            )
            problem += " to the secret that the site signs with."
        elif secret != secret.strip():
            problem = "JUPID_EMBED_SECRET has spaces or a newline around it: cut them."
        elif re.search("[\ud800-\udfff]", secret):
            problem = "JUPID_EMBED_SECRET is no UTF-8 text: write it as Jupid sent it."
        elif size < 32:
            problem = (
                f"JUPID_EMBED_SECRET is {size} bytes long: HS256 needs 32 or more."
            )
        elif not name:
            problem = "JUPID_EMBED_PARTNER_ID is missing: set it in the environment, or"
            problem += " give --partner-id."
        elif not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", name):
            problem = (
                f"The partner ID {name!r} (--partner-id or JUPID_EMBED_PARTNER_ID)"
            )
            problem += f" {MALFORMED.format(SIGNS)}"
        elif not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}", audience):
            problem = MALFORMED.format(f"{SIGNS}, ':', '/'")
            problem = f"--audience {audience!r} {problem}"
        elif not self.origins:
            problem = "--origin is missing: name the site that embeds, such as --origin"
            problem += " http://localhost:8000."
        if problem:
            raise SettingError(problem)
        tidy = tuple(dict.fromkeys(map(tidy_origin, self.origins)))
        object.__setattr__(self, "origins", tidy)


def tidy_origin(text: str) -> str:
    """An origin as a browser writes it, or SettingError where it is none."""
    found = ORIGIN.fullmatch(text.removesuffix("/").lower())
    if not found:
        problem = (
            f"--origin {text!r} is not an origin: write scheme, host and port alone,"
        )
        raise SettingError(f"{problem} such as http://localhost:8000.")
    scheme, host, port = found.groups()
    is_usual = port in (None, {"http": "80", "https": "443"}[scheme])
    return f"{scheme}://{host}" if is_usual else f"{scheme}://{host}:{port}"
