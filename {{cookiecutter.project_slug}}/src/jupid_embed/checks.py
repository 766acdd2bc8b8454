"""The security checklist of Jupid Embed, as Django system checks.

``manage.py check`` runs the first part, ``manage.py check --deploy`` the second too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from . import conf

#: HS256 needs a key of as many bytes as its hash has (RFC 7518, section 3.2).
MINIMUM_SECRET_BYTES = 32

PARTNER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
AUDIENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# A host that ends in a number is an IPv4 address to a browser, or nothing.
NAME = rf"(?:{LABEL}\.)*(?![0-9]+(?::|$)){LABEL}"
HOST = rf"(?:{NAME}|{BYTE}(?:\.{BYTE}){{3}}|\[::1\])"
LOOPBACK = r"(?:localhost|127\.0\.0\.1|\[::1\])"
APP_URL = re.compile(rf"(?:https://{HOST}|http://{LOOPBACK})(?::([1-9][0-9]{{0,4}}))?")

#: The partner ID of Jupid's documentation, which Jupid rejects.
PLACEHOLDER_PARTNER_ID = "your-partner-id"

SETTING_NO_TEXT = Error(
    "A setting of Jupid Embed is no text.",
    hint='Write a str, such as "acme" or os.environ["JUPID_EMBED_SECRET"], or leave it out: '
    "then it comes from the environment.",
    id="jupid_embed.E000",
)
SECRET_MISSING = Error(
    "JUPID_EMBED_SECRET is not set, so no token can be signed.",
    hint="Set this environment variable to the secret that Jupid sent you.",
    id="jupid_embed.E001",
)
SECRET_PADDED = Error(
    "JUPID_EMBED_SECRET starts or ends with white space, so Jupid would refuse the "
    "signature.",
    hint="Remove the space or the line break around it; a file's last line often adds one.",
    id="jupid_embed.E002",
)
SECRET_SHORT = Error(
    f"JUPID_EMBED_SECRET is shorter than {MINIMUM_SECRET_BYTES} bytes, so it could be "
    "guessed, and no token is signed with it.",
    hint="Use the whole secret that Jupid sent you.",
    id="jupid_embed.E003",
)
PARTNER_ID_MALFORMED = Error(
    "JUPID_EMBED_PARTNER_ID is no partner ID.",
    hint='Write 1 to 128 letters, digits, ".", "_" or "-", starting with a letter or '
    "digit, as Jupid sent it.",
    id="jupid_embed.E004",
)
AUDIENCE_MALFORMED = Error(
    "JUPID_EMBED_AUDIENCE is no audience.",
    hint='Write "jupid-embed", unless Jupid told you another one.',
    id="jupid_embed.E005",
)
APP_URL_MALFORMED = Error(
    "JUPID_EMBED_APP_URL is no origin.",
    hint='Write "https://" and the host in lower case, as in "https://app.jupid.com", '
    "without a path or a closing slash. Plain http is for localhost alone.",
    id="jupid_embed.E006",
)
SECRET_NO_TEXT = Error(
    "JUPID_EMBED_SECRET is no UTF-8 text, so no token can be signed.",
    hint="Set this environment variable to the secret that Jupid sent you; what is there "
    "holds bytes of another encoding.",
    id="jupid_embed.E015",
)
ENDPOINT_NOT_ROUTED = Error(
    "The token endpoint is not routed, so no page can fetch a token.",
    hint='Add path("api/jupid/", include("jupid_embed.urls")) to your root urls.py, with '
    "the package's path in your project.",
    id="jupid_embed.E007",
)
SECRET_FOR_DEVELOPMENT = Error(
    "JUPID_EMBED_SECRET is the secret for development.",
    hint="Set this environment variable to the secret that Jupid sent you.",
    id="jupid_embed.E008",
)
PARTNER_ID_PLACEHOLDER = Error(
    f"JUPID_EMBED_PARTNER_ID is the placeholder {PLACEHOLDER_PARTNER_ID}, which Jupid "
    "rejects.",
    hint="Set this environment variable to the partner ID that Jupid sent you.",
    id="jupid_embed.E009",
)
APP_URL_PLACEHOLDER = Error(
    "JUPID_EMBED_APP_URL points to example.com, where Jupid is not.",
    hint='Set this environment variable to "https://app.jupid.com" for production, or to '
    "the URL that Jupid sent you for staging.",
    id="jupid_embed.E010",
)
APP_URL_INSECURE = Error(
    "JUPID_EMBED_APP_URL is http, so tokens would cross the network in the clear.",
    hint='Set this environment variable to "https://app.jupid.com" for production.',
    id="jupid_embed.E011",
)
CSP_BLOCKS = {
    "script-src": Warning(
        "The Content Security Policy blocks mount.js, or Jupid's embed.js.",
        hint="In script-src allow a nonce, or both JUPID_EMBED_APP_URL and what serves "
        "your static files, which is 'self' unless STATIC_URL names a host.",
        id="jupid_embed.W012",
    ),
    "frame-src": Warning(
        "The Content Security Policy blocks Jupid's iframe.",
        hint="Allow JUPID_EMBED_APP_URL in frame-src.",
        id="jupid_embed.W013",
    ),
    "connect-src": Warning(
        "The Content Security Policy blocks the fetch of the token.",
        hint="Allow 'self' in connect-src.",
        id="jupid_embed.W014",
    ),
}
#: Where a policy looks when it lacks the directive (CSP Level 3, section 6.8.3).
CSP_FALLBACKS = {
    "script-src": ("script-src-elem", "script-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
}


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check what every environment needs; ``manage.py check`` runs it."""
    messages: list[CheckMessage] = []
    for name, check in SETTING_CHECKS.items():
        try:
            found = check(conf.get(name))
        except ImproperlyConfigured:
            found = SETTING_NO_TEXT
        if found:
            messages.append(_about(name, found))
    try:
        reverse("jupid_embed:token")
    except NoReverseMatch:
        messages.append(ENDPOINT_NOT_ROUTED)
    return messages


def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """Check what only production needs; ``manage.py check --deploy`` runs it."""
    messages: list[CheckMessage] = []
    try:
        if conf.get("JUPID_EMBED_SECRET").startswith("dev-"):
            messages.append(_about("JUPID_EMBED_SECRET", SECRET_FOR_DEVELOPMENT))
        if conf.get("JUPID_EMBED_PARTNER_ID") == PLACEHOLDER_PARTNER_ID:
            messages.append(_about("JUPID_EMBED_PARTNER_ID", PARTNER_ID_PLACEHOLDER))
        app_url = conf.get("JUPID_EMBED_APP_URL")
    except ImproperlyConfigured:
        return messages  # check_settings reports it
    if not _is_app_url(app_url):
        return messages
    url = urlsplit(app_url)
    host = url.hostname or ""
    if host == "example.com" or host.endswith(".example.com"):
        messages.append(_about("JUPID_EMBED_APP_URL", APP_URL_PLACEHOLDER))
    if url.scheme == "http":
        messages.append(_about("JUPID_EMBED_APP_URL", APP_URL_INSECURE))
    return [*messages, *_check_policy(_policy())]


def _about(name: str, message: CheckMessage) -> CheckMessage:
    """Say in a message which setting it is about, and where that comes from."""
    about = copy(message)
    about.obj = f"{name} from {conf.source(name)}"
    return about


def _check_secret(secret: str) -> CheckMessage | None:
    if not secret:
        return SECRET_MISSING
    if secret != secret.encode(errors="ignore").decode():
        return SECRET_NO_TEXT
    if secret != secret.strip():
        return SECRET_PADDED
    if len(secret.encode()) < MINIMUM_SECRET_BYTES:
        return SECRET_SHORT
    return None


def _is_app_url(text: str) -> bool:
    match = APP_URL.fullmatch(text)
    return match is not None and (not match[1] or int(match[1]) <= 65535)


SETTING_CHECKS: dict[str, Callable[[str], CheckMessage | None]] = {
    "JUPID_EMBED_SECRET": _check_secret,
    "JUPID_EMBED_PARTNER_ID": lambda text: (
        None if PARTNER_ID.fullmatch(text) else PARTNER_ID_MALFORMED
    ),
    "JUPID_EMBED_AUDIENCE": lambda text: (
        None if AUDIENCE.fullmatch(text) else AUDIENCE_MALFORMED
    ),
    "JUPID_EMBED_APP_URL": lambda text: (
        None if _is_app_url(text) else APP_URL_MALFORMED
    ),
}


def _policy() -> Mapping[str, Any]:
    """Return the Content Security Policy in force: Django's own, or django-csp's."""
    if "django.middleware.csp.ContentSecurityPolicyMiddleware" in settings.MIDDLEWARE:
        own: Mapping[str, Any] = getattr(settings, "SECURE_CSP", None) or {}
        return own
    if "csp.middleware.CSPMiddleware" in settings.MIDDLEWARE:
        policy = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
        directives: Mapping[str, Any] = policy.get("DIRECTIVES", {})
        return directives
    return {}


def _check_policy(policy: Mapping[str, Any]) -> Iterable[CheckMessage]:
    for directive, names in CSP_FALLBACKS.items():
        for name in names:
            if name in policy:
                sources = policy[name] or []
                if isinstance(sources, str):
                    sources = [sources]
                if not _is_enough(directive, [str(source) for source in sources]):
                    yield CSP_BLOCKS[directive]
                break


def _is_enough(directive: str, sources: list[str]) -> bool:
    """Whether the sources of a policy's directive let the embed do what it needs."""
    allows_own = not {"'self'", "*", "https:"}.isdisjoint(sources)
    allows_app = any(map(_allows_app, sources))
    if directive == "connect-src":
        return allows_own
    if directive == "frame-src":
        return allows_app
    # mount.js hands its own nonce on to embed.js.
    if any("nonce" in source.lower() for source in sources):
        return True
    # Static files on another host may be allowed by any source.
    is_elsewhere = "//" in str(settings.STATIC_URL)
    return allows_app and (allows_own or is_elsewhere)


def _allows_app(source: str) -> bool:
    """Whether a source matches the app URL."""
    # Of an address in brackets, the brackets are no pattern.
    pattern = source.rstrip("/").replace("[", "[[]")
    app_url = conf.get("JUPID_EMBED_APP_URL")
    scheme, _, host = app_url.partition("://")
    forms = (app_url, host, f"{scheme}:")
    return any(fnmatchcase(form, pattern) for form in forms)
