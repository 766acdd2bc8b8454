"""The security checklist of Jupid Embed, as Django system checks.

``manage.py check`` runs the first part, ``manage.py check --deploy`` the second too. An
error of the first part stops every command, so it is kept for what never works.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.checks import ERROR, INFO, WARNING, CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, get_script_prefix, resolve, reverse
from django.utils.module_loading import import_string

from . import conf, identity
from .tokens import MINIMUM_SECRET_BYTES
from .views import embed_token

PARTNER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
AUDIENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# A host that ends in a number is an IPv4 address to a browser, or nothing.
NAME = rf"(?:{LABEL}\.)*(?!(?:[0-9]+|0x[0-9a-f]*)(?::|$)){LABEL}"
HOST = rf"(?:{NAME}|{BYTE}(?:\.{BYTE}){{3}}|\[::1\])"
LOOPBACK = r"(?:localhost|127\.0\.0\.1|\[::1\])"
APP_URL = re.compile(rf"(?:https://{HOST}|http://{LOOPBACK})(?::([1-9][0-9]{{0,4}}))?")
EXAMPLE_URL = re.compile(r"https?://([a-z0-9-]+\.)*example\.com(:[0-9]+)?")
#: The partner ID of Jupid's documentation, which Jupid rejects.
PLACEHOLDER_PARTNER_ID = "your-partner-id"
PLACEHOLDER_SECRET = re.compile(
    r"(?i)[$#]?[<\[{].*[>\]}]#?$|\$\(.*\)$|@@.*@@$|\$\w+$|(.+[-_ ])?(change|"
    r"replace)([-_ ]|me|this|it)|example|placeholder|(insert|put|paste|add|enter|dummy|"
    r"fake|my|your|not|do|please|default)[-_ ]|(to-?do|fixme|tbd)\b|redacted|@micro|"
    r"%\w+%$|__\w+__$|[\w+]+://|\.*/run/|.*…$|(arn|vault|ssm|secretsmanager):|enc\[|"
    r"projects/|\.\.?/|[a-z]:\\|.*goes[-_ ]here|(django-)?insecure|qwerty|abcdef|"
    r"password|super-?secret|secret[-_]key|a-string-secret"
)
SECRET_OF_FILE = re.compile(
    r"(?is)(\S+ )?(\w*secret\s*[=:]|jupid_\w+\s|bearer\s|ï»¿).*|.*(\s# .*|\\n)|"
    r"(\\?[bru]?(?P<quote>[\"'`]).*(?P=quote)|[“‘«„].*[”’“»])[,;]?"
)
#: Where a policy looks when it lacks a directive (CSP Level 3, section 6.8.3).
CSP_FALLBACKS = {
    "W012": ("script-src-elem", "script-src", "default-src"),
    "W013": ("frame-src", "child-src", "default-src"),
    "W014": ("connect-src", "default-src"),
}
#: By number what is wrong and what to do, which is FROM_JUPID where it is not said. What
#: stops a deployment alone has the text of its E, and is a W before.
TEXTS = """\
E000 A setting of Jupid Embed is no text.
  -> Write a str, such as "acme", or leave it out and set the environment variable.
W000 A setting of Jupid Embed is None, and so counts as not set.
  -> Leave it out: then the environment variable is read, at the time of use.
E001 JUPID_EMBED_SECRET is not set, so no token can be signed.
E002 JUPID_EMBED_SECRET starts or ends with white space, so Jupid would refuse it.
  -> Remove the space or the line break around it; a file's last line often adds one.
E003 JUPID_EMBED_SECRET is shorter than 32 bytes, so no token is signed with it.
  -> Use the whole secret that Jupid sent you.
E004 JUPID_EMBED_PARTNER_ID is no partner ID.
  -> Write 1 to 128 letters, digits, ".", "_" or "-", a letter or digit first.
E005 JUPID_EMBED_AUDIENCE is no audience.
  -> Write "jupid-embed", unless Jupid told you another one.
E006 JUPID_EMBED_APP_URL is no origin.
  -> Write "https://" and the host in lower case, as in "https://app.jupid.com", without
     a path or a closing slash. Plain http is for localhost alone.
E007 The token endpoint is not routed, so no page can fetch a token.
  -> Add path("api/jupid/", include("jupid_embed.urls")) to your root urls.py. Silence
     this where it stands in urls that a middleware of yours chooses.
E008 JUPID_EMBED_SECRET is the secret for development.
E009 JUPID_EMBED_PARTNER_ID is the placeholder your-partner-id, which Jupid rejects.
  -> Set this environment variable to the partner ID that Jupid sent you.
E010 JUPID_EMBED_APP_URL points to example.com, where Jupid is not.
  -> Set this environment variable to the app URL that Jupid sent you.
E011 JUPID_EMBED_APP_URL is http, so tokens would cross the network in the clear.
  -> Set this environment variable to "https://app.jupid.com" for production.
W012 The Content Security Policy blocks mount.js, or Jupid's embed.js.
  -> In script-src allow a nonce, which 'strict-dynamic' needs, or JUPID_EMBED_APP_URL and
     what serves your static files: 'self', unless STATIC_URL names a host. In
     trusted-types, where there is one, allow jupid-embed.
W013 The Content Security Policy blocks Jupid's iframe.
  -> Allow JUPID_EMBED_APP_URL in frame-src.
W014 The Content Security Policy blocks the fetch of the token.
  -> Allow 'self' in connect-src.
E015 JUPID_EMBED_SECRET is no UTF-8 text, so no token can be signed.
E016 JUPID_EMBED_SECRET holds quotes around it, its own name, a line break, a byte order
     mark or another sign that cannot be seen.
  -> Write the bare secret, as Jupid sent it, into a file in UTF-8.
E017 JUPID_EMBED_SECRET is a placeholder, repeats itself or is Django's SECRET_KEY.
E018 identity.py reads a name that your user model lacks, so no token can be made.
  -> Correct the name there; what some users alone have is read by getattr().
E019 Another route takes the requests for the token endpoint.
  -> Move path("api/jupid/", include("jupid_embed.urls")) above that route.
E020 No middleware says who is signed in, so every request for a token fails.
  -> Add Django's AuthenticationMiddleware, or silence this where one of yours does it.
W021 Every tenant has a user 1, and each of them is sub 1: one user to Jupid.
  -> Put the tenant into build_jupid_sub: f"{connection.schema_name}:{user.pk}".
I022 A login middleware of your own stands before the token endpoint.
  -> Where it redirects, mount.js offers LOGIN_URL; where that is no help, answer 403.
""".replace("jupid_embed.urls", f"{__package__}.urls")
MESSAGES = dict(re.findall(r"(?ms)^(\w{4}) (.+?)(?=^\w|\Z)", TEXTS))
FROM_JUPID = "Set this environment variable to the secret that Jupid sent you."
LEVELS = {"E": ERROR, "W": WARNING, "I": INFO}


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check what every environment needs; ``manage.py check`` runs it."""
    found = [*_broken(RULES), *_check_route()]
    for name in conf.DEFAULTS:
        value = getattr(settings, name, "")
        if not isinstance(value, str):
            found.append(message("W000" if value is None else "E000", name))
    with suppress(Exception), ExitStack() as stack:
        for connection in connections.all():
            vars(connection)["ensure_connection"] = None  # so that a query fails
            stack.callback(vars(connection).pop, "ensure_connection")
        found += _check_identity(get_user_model())
    return found


def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """Check what only production needs; ``manage.py check --deploy`` runs it."""
    own = re.compile(r"(?i)^(?!django\.).*(login|otp|mfa|two_?factor)\w*$")
    logins = [message("I022", path) for path in filter(own.match, settings.MIDDLEWARE)]
    return [*_broken(DEPLOYMENT_RULES), *_check_policy(), *logins]


def message(number: str, about: str | None = None) -> CheckMessage:
    """Return the message of a number, and what it is about."""
    text = MESSAGES.get(number) or MESSAGES[f"E{number[1:]}"]
    what, _, hint = (" ".join(part.split()) for part in text.partition("->"))
    id = f"jupid_embed.{number}"
    return CheckMessage(LEVELS[number[0]], what, hint or FROM_JUPID, about, id)


def _is_app_url(text: str) -> bool:
    match = APP_URL.fullmatch(text)
    return match is not None and (not match[1] or int(match[1]) <= 65535)


def _is_guessable(secret: str) -> bool:
    repeats = any(secret[n:] == secret[:-n] for n in range(1, len(secret) // 2 + 1))
    is_poor = repeats or len({*secret}) < 6 or bool(PLACEHOLDER_SECRET.match(secret))
    return is_poor or secret == settings.SECRET_KEY


Rules = list[tuple[str, str, Callable[[str], Any]]]
#: What may be wrong with a setting; the first that is gets reported.
RULES: Rules = [
    ("SECRET", "W001", lambda text: not text),
    ("SECRET", "E015", re.compile("(?s).*[\ud800-\udfff]").match),
    ("SECRET", "E002", lambda text: text.strip() != text),
    ("SECRET", "E016", lambda text: not text.isprintable()),
    ("SECRET", "E016", SECRET_OF_FILE.fullmatch),
    ("SECRET", "E003", lambda text: len(text.encode()) < MINIMUM_SECRET_BYTES),
    ("SECRET", "W017", _is_guessable),
    ("PARTNER_ID", "E004", lambda text: not PARTNER_ID.fullmatch(text)),
    ("AUDIENCE", "E005", lambda text: not AUDIENCE.fullmatch(text)),
    ("APP_URL", "E006", lambda text: not _is_app_url(text)),
]
DEPLOYMENT_RULES: Rules = [
    ("SECRET", "E001", lambda text: not text),
    ("SECRET", "E008", lambda text: text.startswith("dev-")),
    ("SECRET", "E017", _is_guessable),
    ("PARTNER_ID", "E009", PLACEHOLDER_PARTNER_ID.__eq__),
    ("APP_URL", "E010", EXAMPLE_URL.fullmatch),
    ("APP_URL", "E011", lambda text: text.startswith("http:")),
]


def _broken(rules: Rules) -> Iterator[CheckMessage]:
    reported = set()
    for rule, number, is_wrong in rules:
        name = f"JUPID_EMBED_{rule}"
        with suppress(ImproperlyConfigured):  # it is no text, which is reported
            if name not in reported and is_wrong(conf.get(name)):
                reported.add(name)
                yield message(number, f"{name} from {conf.find(name)[1]}")


def _check_route() -> Iterator[CheckMessage]:
    try:
        path = unquote(reverse("jupid_embed:token"))
        match = resolve(f"/{path.removeprefix(unquote(get_script_prefix()))}")
    except NoReverseMatch:
        yield message("E007")
    else:
        if (match.url_name, match.app_names[-1:]) != ("token", ["jupid_embed"]):
            yield message("E019", f"{path} leads to {match.view_name}")
        elif match.func is embed_token and not any(map(_is_auth, settings.MIDDLEWARE)):
            yield message("E020")


def _is_auth(path: str) -> bool:
    """Whether a middleware is Django's for users, or to go by its name does the same."""
    with suppress(Exception):  # Django itself names what cannot be imported
        found = import_string(path)
        is_named_so = "auth" in found.__name__.lower()
        return is_named_so or issubclass(found, AuthenticationMiddleware)
    return False


def _check_identity(model: Any) -> Iterator[CheckMessage]:
    """Read an unsaved user, who has every name that a user has, and no related rows."""
    user = model()
    user.pk = None
    for claim in ("sub", "email", "name", "payload"):
        with suppress(Exception):  # whatever else an unsaved user leads to
            try:
                getattr(identity, f"build_jupid_{claim}")(user)
            except AttributeError as error:
                # What the model has can fail so as well where it needs a saved user.
                added = model._default_manager.all().query.annotations
                if error.obj is user and error.name not in {*dir(model), *added}:
                    yield message("E018", f"build_jupid_{claim}: {error}")
    user.pk = 7
    if _has_tenants(model) and identity.build_jupid_sub(user) == "7":
        yield message("W021")


def _has_tenants(model: Any) -> bool:
    """Whether the tenants of django-tenants, or of its like, number their own users."""
    names = {"django_tenants", "tenant_schemas"} & {*settings.INSTALLED_APPS}
    app = model._meta.app_config.name
    of_tenants = getattr(settings, "TENANT_APPS", [app])
    is_theirs = any(f"{name}.".startswith(f"{app}.") for name in of_tenants)
    is_numbered = is_theirs and not isinstance(model._meta.pk, models.UUIDField)
    return is_numbered and bool(names or hasattr(settings, "TENANT_MODEL"))


def _policy() -> dict[str, list[str]]:
    """Return the policy that the project's middleware sends, by directive."""

    def respond(request: Any) -> HttpResponse:
        # A nonce is in the policy once somebody has read it.
        for name in ("csp_nonce", "_csp_nonce"):
            str(getattr(request, name, ""))
        return HttpResponse()

    get_response: Any = respond
    for path in reversed(settings.MIDDLEWARE):
        if re.search(r"(?i)csp|content_?security", path):
            get_response = import_string(path)(get_response)
    header = get_response(HttpRequest()).headers.get("Content-Security-Policy", "")
    directives = [part.split() for part in header.split(";") if part.strip()]
    return {name.lower(): sources for name, *sources in reversed(directives)}


def _check_policy() -> Iterator[CheckMessage]:
    with suppress(Exception):  # a policy that cannot be read is left alone
        policy = _policy() if _is_app_url(conf.get("JUPID_EMBED_APP_URL")) else {}
        for number, names in CSP_FALLBACKS.items():
            name = next(filter(policy.__contains__, names), None)
            if name and not _is_enough(number, policy[name]):
                yield message(number, name)
        if not {"jupid-embed", "*"} & {*policy.get("trusted-types", "*")}:
            yield message("W012", "trusted-types")


def _is_enough(number: str, sources: list[str]) -> bool:
    """Whether the sources of a policy's directive let the embed do what it needs."""
    words = {source.lower() for source in sources}
    # mount.js hands its own nonce on to embed.js; strict-dynamic counts nothing else.
    has_nonce = any(word.startswith("'nonce-") for word in words)
    if number == "W012" and (has_nonce or "'strict-dynamic'" in words):
        return has_nonce
    # Static files on another host may be allowed by any source.
    is_elsewhere = number == "W012" and "//" in str(settings.STATIC_URL)
    allows_own = is_elsewhere or not words.isdisjoint(("'self'", "*", "https:"))
    allows_app = number == "W014" or any(_allows_app(word, number) for word in words)
    return allows_app and (allows_own or number == "W013")


def _allows_app(source: str, number: str) -> bool:
    """Whether a source, in lower case, matches what the app serves (CSP 3, 6.7.2.8)."""
    scheme, _, host = conf.get("JUPID_EMBED_APP_URL").partition("://")
    frame = f"/embed/{conf.get('JUPID_EMBED_PARTNER_ID')}".lower()
    path = "/embed.js" if number == "W012" else frame
    of, _, rest = source.rpartition("://")
    pattern, slash, end = rest.partition("/")
    folder = slash + end
    is_path = folder in ("", path) or (folder[-1] == "/" and path.startswith(folder))
    pattern = pattern.removesuffix(":443").replace("[", "[[]").replace(":*", "*")
    is_host = of in ("", "http", scheme) and fnmatchcase(host, pattern)
    return (is_host and is_path) or source in ("http:", f"{scheme}:")
