from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from csp.constants import NONCE
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.core.checks import ERROR, WARNING
from django.core.checks.registry import CheckRegistry
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections, models
from django.http import HttpResponse
from django.urls import include, path, set_script_prefix
from django.utils.functional import SimpleLazyObject
from pytest_django import Settings

from .. import apps as embed_apps
from .. import checks, identity, urls
from .test_checks import CATCH_ALL, LOGIN, LONG, Person, ids, use_person

LONG_NAME = f"https://{'a' * 64}.jupid.com"
CSP = f"{__name__}.Csp"


BAD: dict[str, list[object]] = {
    "SECRET W001": [""],
    "SECRET E000": [b"bytes of more than 32, but not text", Path("secret" * 6)],
    "SECRET E002": [f"{LONG}\n", f" {LONG}"],
    "SECRET E003": [LONG[:31], "éèêëàâäôöùûüîïç", "changeme"],
    "SECRET E015": [f"{LONG}\udce9"],
    "SECRET E016": [
        *(f'"{LONG}"', f"'{LONG}'", f"JUPID_EMBED_SECRET={LONG}"),
        *(f"export JUPID_EMBED_SECRET = {LONG}", f"\ufeff{LONG}", f"{LONG}\x7f"),
        *(f"{LONG}\n{LONG}", f"{LONG}\0"),
        *(f"\u201c{LONG}\u201d", f"\u00ab{LONG}\u00bb", f"b'{LONG}'", f'\\"{LONG}\\"'),
        *(f"u'{LONG}'", f'r"{LONG}"'),
        *(f"jupid_embed_secret {LONG}", f"SECRET: {LONG}", f"set JUPID_SECRET={LONG}"),
        *(f"Authorization: Bearer {LONG}", f"{LONG}\\n", f"{LONG} # from Jupid"),
        *(
            f"\u00ef\u00bb\u00bf{LONG}",
            f'"{LONG}",',
            f"'{LONG}';",
            f"\u201c{LONG}\u201d,",
        ),
    ],
    "SECRET W017": [
        *("x" * 32, "abcd" * 16, "0123456789" * 4 + "012", "0123456789abcdef" * 2),
        "abcdeabdceacbdeadbcedabcebdaecacbeda",
        *("change-me-to-the-secret-from-jupid", "<the secret that Jupid sent you>"),
        *("your-secret-" + LONG, "${JUPID_EMBED_SECRET_OF_PRODUCTION}"),
        *("%JUPID_EMBED_SECRET_OF_PRODUCTION%", "op://vault/jupid/the-embed-secret"),
        *("/run/secrets/jupid_embed_secret_1", "arn:aws:secretsmanager:eu:1:secret:a"),
        *(
            f"django-insecure-{LONG}",
            f"{LONG}\u2026",
            "qwertyuiopasdfghjklzxcvbnm123456",
        ),
        *("abcdefghijklmnopqrstuvwxyz012345", "enter-here-what-jupid-sent-you-1"),
        *("replace-with-the-secret-of-jupid", "CHANGE_BEFORE_DEPLOYMENT_123456789"),
        *(
            "a-string-secret-at-least-256-bits-long",
            "your-256-bit-secret-or-a-longer-1",
        ),
        *("my-secret-that-is-long-enough-123", "JUPID_EMBED_SECRET_GOES_HERE_1234567"),
        *("supersecretandlongenoughtobeone12", "secret_key_for_jupid_embed_0123456"),
        *("password1234password5678password9", "../secrets/jupid_embed_secret_file"),
        *(
            "@Microsoft.KeyVault(SecretUri=https://x/y)",
            "ssm:/production/jupid/embed/secret",
        ),
        *(
            "projects/1/secrets/jupid/versions/latest",
            "ref+awsssm://jupid/the-embed-secret",
        ),
        *(
            "ENC[AES256_GCM,data:Xk1,iv:ab,type:str]",
            "C:\\secrets\\jupid-embed-secret.txt",
        ),
        *(f"insecure-{LONG}", "please-change-me-before-you-go-live", f"FIXME {LONG}"),
        *("default-secret-of-forty-characters", "not-a-real-secret-but-long-enough"),
        *("__JUPID_EMBED_SECRET_PRODUCTION__", "#{JupidEmbedSecretOfProduction}#"),
        *("do-not-use-this-in-production-123", "REDACTED-REDACTED-AND-REDACTED-1"),
        *("$JUPID_EMBED_SECRET_OF_PRODUCTION", "$(cat secrets/jupid-embed-secret)"),
        *("{{ vault_secret_of_production_123 }}", "<![CDATA[secret of Jupid Embed]]>"),
        *("[the secret that Jupid has sent you]", "@@JUPID_EMBED_SECRET_FROM_VAULT@@"),
    ],
    "PARTNER_ID E000": [0],
    "PARTNER_ID W000": [None],
    "PARTNER_ID E004": ["", "acme inc", "acme\n", "-acme", "a" * 129],
    "AUDIENCE E005": ["", "jupid embed", "/jupid", "a" * 129],
    "APP_URL E006": [
        *("", "app.jupid.com", "https://app.jupid.com/", "https://-", "https://[::1"),
        *("https://app.jupid.com/embed", "https://user@app.jupid.com", LONG_NAME),
        *("http://app.jupid.com", "http://localhost.example.com", "https://1.2.3"),
        *("javascript://app.jupid.com", "https://app.jupid.com:", "https://256.1.1.1"),
        *("https://app.jupid.com:0", "https://app.jupid.com:65536", "https://.jupid"),
        *("https://app.jupid.com:100000", "http://localhost:99999", "https://a-.jupid"),
        *("https://app..jupid.com", "https://app.jupid.com.", "https://-app.jupid.com"),
        *("https://app.jupid.1:8443", "https://[app.jupid.com]", "https://0x7f000001"),
        "https://a.0x:8443",
    ],
}
GOOD = {
    "SECRET": [
        *(LONG, f"{LONG[:-2]}é", "0123456789abcdef0011223344556677"),
        *(f"__{LONG}", f"ode-{LONG}", f"x_{LONG}", f"them{LONG}"),
        *("0123456789abcdeXY0123456789abcde", "abcdeabdceacbdeadbcedabcebdaecfacbeda"),
        # As Django's get_random_secret_key() makes them, and password managers.
        *(
            f"${LONG}!",
            f"$({LONG}",
            f"@@{LONG}@",
            f"%k2%{LONG}",
            f"<{LONG}",
            f"{{{LONG}",
        ),
    ],
    "PARTNER_ID": ["a", "Acme.eu_1-b", "a" * 128],
    "AUDIENCE": ["urn:jupid/embed", "a" * 128],
    "APP_URL": [
        *("https://app.jupid.com", "https://app.jupid.com:8443", "https://jupid"),
        *("https://app.jupid.com:65535", "https://a-p--p.1jupid.c0m", "https://[::1]"),
        "https://a.0xg",
        *(LONG_NAME.replace("aa", "a", 1), "https://0.10.199.255", "http://[::1]:1"),
        *("https://249.200.1.99:1", "http://localhost:8001", "http://127.0.0.1:8001"),
    ],
}


@pytest.mark.parametrize(("fault", "value"), [(f, v) for f in BAD for v in BAD[f]])
def test_bad_setting_is_reported_once_and_hides_nothing_else(
    settings: Settings, fault: str, value: object
) -> None:
    name, number = fault.split()
    setattr(settings, f"JUPID_EMBED_{name}", value)
    [found] = checks.check_settings()

    assert ids([found]) == [number]
    assert str(found.obj).startswith(f"JUPID_EMBED_{name}")
    assert name != "SECRET" or not value or str(value) not in str(found)

    settings.MIDDLEWARE = [LOGIN]
    assert "I022" in ids(checks.check_deployment())


def test_secret_that_django_signs_with_too_is_reported(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = settings.SECRET_KEY = LONG

    assert ids(checks.check_settings()) == ["W017"]
    assert ids(checks.check_deployment()) == ["E017"]


@pytest.mark.parametrize(("name", "value"), [(n, v) for n in GOOD for v in GOOD[n]])
def test_good_setting_is_accepted(settings: Settings, name: str, value: str) -> None:
    setattr(settings, f"JUPID_EMBED_{name}", value)

    assert checks.check_settings() == []


def test_message_says_where_the_bad_value_came_from(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JUPID_EMBED_SECRET = "short"
    del settings.JUPID_EMBED_PARTNER_ID
    monkeypatch.setenv("JUPID_EMBED_PARTNER_ID", "acme inc")

    assert [str(message.obj) for message in checks.check_settings()] == [
        "JUPID_EMBED_SECRET from Django's settings",
        "JUPID_EMBED_PARTNER_ID from the environment",
    ]


def spa(request: Any, page: str = "") -> HttpResponse:
    return HttpResponse("a page")


ROUTES: dict[str, tuple[list[Any], str]] = {
    "missing": ([], "(jupid_embed.E007)"),
    "first": ([path("jupid/", include(urls)), CATCH_ALL], ""),
    "behind a catch-all": (
        [CATCH_ALL, path("jupid/", include(urls))],
        "{prefix}jupid/embed-token leads to token: (jupid_embed.E019)",
    ),
    "of another name": (
        [path("jupid/<path:page>", spa, name="x"), path("jupid/", include(urls))],
        "{prefix}jupid/embed-token leads to x: (jupid_embed.E019)",
    ),
    "under a prefix of another alphabet": ([path("zoë/", include(urls))], ""),
    "a view of one's own": (
        [path("", include(([path("x", spa, name="token")], "jupid_embed")))],
        "",
    ),
}


@pytest.mark.parametrize("prefix", ["/", "/sub/päth/"])
@pytest.mark.parametrize("name", ROUTES)
def test_route_that_leads_elsewhere_is_reported(
    settings: Settings, name: str, prefix: str
) -> None:
    patterns, expected = ROUTES[name]
    settings.ROOT_URLCONF = tuple(patterns)
    set_script_prefix(prefix)
    found = checks.check_settings()
    set_script_prefix("/")

    assert len(found) == bool(expected)
    assert not expected or expected.format(prefix=prefix) in str(found[0])


class Sessions(AuthenticationMiddleware):
    """A subclass counts as Django's own."""


def jwt_auth(get_response: Any) -> Any:
    """So does a middleware whose name says that it signs users in."""


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        ([], ["E020"]),
        (["django.contrib.messages.middleware.MessageMiddleware"], ["E020"]),
        (["no.such.module.Auth", f"{__name__}.spa"], ["E020"]),
        ([f"{__name__}.spa", f"{__name__}.Sessions"], []),
        ([f"{__name__}.jwt_auth"], []),
    ],
)
def test_middleware_that_says_who_is_signed_in_is_needed(
    settings: Settings, middleware: list[str], expected: list[str]
) -> None:
    settings.MIDDLEWARE = middleware

    assert ids(checks.check_settings()) == expected


class Worker(Person):
    _default_manager = models.QuerySet()
    _default_manager.query.annotations["team_count"] = models.Count("teams")
    company: Any = None

    def broken(self) -> Any:
        return self.acount  # type: ignore[attr-defined]

    def unsaved(self) -> Any:
        raise AttributeError("first save me", name="unsaved", obj=self)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    use_person(monkeypatch)
    monkeypatch.setattr(checks, "get_user_model", lambda: Worker)


def query(user: Any) -> Any:
    with connection.cursor() as cursor:
        return cursor.execute("SELECT 1")


@pytest.mark.parametrize("claim", ["sub", "email", "name", "payload"])
@pytest.mark.parametrize(
    ("read", "fault"),
    [
        (lambda user: user.acount, "'Worker' object has no attribute 'acount'"),
        (lambda user: user.get_full_name(), "'Worker' object has no attribute 'get_fu"),
        (Worker.broken, "'Worker' object has no attribute 'acount'"),
        (lambda user: user.company.name, None),
        (lambda user: user.pk + 1, None),
        (query, None),
        (lambda user: getattr(user, "acount", None), None),
        (Worker.unsaved, None),
        (lambda user: user.team_count, None),
    ],
)
def test_name_that_the_user_model_lacks_is_reported_and_nothing_else(
    worker: None,
    monkeypatch: pytest.MonkeyPatch,
    claim: str,
    read: Any,
    fault: str | None,
) -> None:
    monkeypatch.setattr(identity, f"build_jupid_{claim}", read)
    found = checks.check_settings()

    assert ids(found) == ["E018"] * (fault is not None)
    assert not fault or f"build_jupid_{claim}: {fault}" in str(found[0].obj)
    assert "ensure_connection" not in vars(connections["default"])


@pytest.mark.django_db(databases="__all__")
def test_identity_py_is_read_without_a_query(
    worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []
    monkeypatch.setattr(identity, "build_jupid_name", lambda u: done.append(query(u)))

    assert checks.check_settings() == []
    assert done == []
    query(None)


def test_other_errors_of_identity_py_hide_no_wrong_name(
    worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "build_jupid_email", lambda user: 1 / 0)
    monkeypatch.setattr(identity, "build_jupid_name", lambda user: user.acount)

    assert ids(checks.check_settings()) == ["E018"]


def test_user_model_that_cannot_be_made_is_left_to_django(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "get_user_model", lambda: [][0])

    assert checks.check_settings() == []


@pytest.mark.parametrize(
    ("tenants", "expected"),
    [
        ({}, []),
        ({"TENANT_MODEL": "acme.Client"}, ["W021"]),
        ({"INSTALLED_APPS": ["django_tenants"], "TENANT_APPS": ["hr"]}, ["W021"]),
        ({"INSTALLED_APPS": ["tenant_schemas"], "TENANT_APPS": ["hr"]}, ["W021"]),
        ({"TENANT_MODEL": "a.Client", "TENANT_APPS": ["hr.apps.Hr"]}, ["W021"]),
        ({"TENANT_MODEL": "a.Client", "TENANT_APPS": ["hrm", "blog"]}, []),
    ],
)
def test_tenants_that_share_a_sub_are_reported(
    worker: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tenants: dict[str, Any],
    expected: list[str],
) -> None:
    for name in ("TENANT_MODEL", "TENANT_APPS"):
        setattr(settings, name, None)
        delattr(settings, name)
    with monkeypatch.context() as patch:
        for name, value in tenants.items():
            # INSTALLED_APPS cannot be set to what is not there.
            patch.setattr(django_settings, name, value, raising=False)

        assert ids(checks.check_settings()) == expected

        patch.setattr(identity, "build_jupid_sub", lambda user: f"acme-{user.pk}")
        assert checks.check_settings() == []

        patch.setattr(identity, "build_jupid_sub", lambda user: str(user.pk))
        patch.setattr(Person._meta, "pk", models.UUIDField())
        assert checks.check_settings() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET", "", ["E001"]),
        ("SECRET", "dev-secret-of-more-than-32-bytes-in-all", ["E008"]),
        ("SECRET", "x" * 64, ["E017"]),
        ("PARTNER_ID", "your-partner-id", ["E009"]),
        ("APP_URL", "https://jupid-staging-app.example.com", ["E010"]),
        ("APP_URL", "https://example.com", ["E010"]),
        ("APP_URL", "https://app-2.eu.example.com:8443", ["E010"]),
        ("APP_URL", "http://localhost:8001", ["E011"]),
        ("APP_URL", "https://notexample.com", []),
        ("APP_URL", "https://example.com.acme.net", []),
    ],
)
def test_production_refuses_what_was_for_development(
    settings: Settings, name: str, value: str, expected: list[str]
) -> None:
    setattr(settings, f"JUPID_EMBED_{name}", value)

    assert ids(checks.check_deployment()) == expected


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        (LOGIN, ["I022"]),
        ("acme.two_factor.middleware.enforce_otp", ["I022"]),
        ("acme.login.Messages", []),
        ("django.contrib.auth.middleware.LoginRequiredMiddleware", []),
    ],
)
def test_login_middleware_of_one_s_own_is_mentioned(
    settings: Settings, middleware: str, expected: list[str]
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    found = checks.check_deployment()

    assert ids(found) == expected
    assert [message.obj for message in found] == [middleware] * len(expected)


class Csp:
    """Sends SENT_POLICY, with the nonce only where somebody has read it, as Django 6 does."""

    header = "Content-Security-Policy"

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        nonces: list[str] = []
        nonce = SimpleLazyObject(lambda: nonces.append("abc") or "abc")  # type: ignore[func-returns-value]
        request._csp_nonce = nonce
        response: HttpResponse = self.get_response(request)
        source = f"'nonce-{nonces[0]}'" if nonces else ""
        policy = getattr(django_settings, "SENT_POLICY", "")
        response[self.header] = policy.replace("NONCE", source)
        return response


APP = "https://app.jupid.example"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", ""),
        ("img-src 'none'", ""),
        ("default-src 'self'", "W012 W013"),
        ("default-src 'none'", "W012 W013 W014"),
        ("default-src", "W012 W013 W014"),
        ("default-src *", ""),
        (f"default-src 'self' {APP}", ""),
        (f"Default-Src 'SELF' {APP.upper()}", ""),
        (f"default-src 'none' 'self' {APP}", ""),
        (f"default-src 'self' {APP}:443", ""),
        (f"default-src 'self' {APP}:*", ""),
        (f"default-src 'self' {APP}:8443", "W012 W013"),
        (f"default-src 'self' {APP}/", ""),
        (f"default-src 'self' {APP}/embed.js", "W013"),
        (f"default-src 'self' {APP}/embed/", "W012"),
        (f"default-src 'self' {APP}/embed/acme", "W012"),
        (f"default-src 'self' {APP}/embed/acm", "W012 W013"),
        (f"default-src 'self' {APP}/embed", "W012 W013"),
        (f"default-src 'self' {APP}:443/embed.js {APP}/embed/acme", ""),
        (f"default-src 'self' {APP}.evil.example", "W012 W013"),
        ("default-src 'self' https:", ""),
        ("default-src 'self' http:", ""),
        ("default-src 'self' https://*.jupid.example", ""),
        ("default-src 'self' *.jupid.example", ""),
        ("default-src 'self' *.app.jupid.example", "W012 W013"),
        ("default-src 'self' app.jupid.example", ""),
        ("default-src 'self' http://app.jupid.example", ""),
        ("default-src 'self' wss://app.jupid.example", "W012 W013"),
        ("default-src 'self' wss://app.jupid.example/embed.js", "W012 W013"),
        ("default-src 'self' /app.jupid.example", "W012 W013"),
        ("trusted-types jupid-embed other; require-trusted-types-for 'script'", ""),
        ("require-trusted-types-for 'script'; trusted-types *", ""),
        ("trusted-types other default", "W012"),
        ("trusted-types 'none'", "W012"),
        ("trusted-types", "W012"),
        ("script-src 'self'", "W012"),
        (f"script-src {APP}", "W012"),
        (f"script-src 'self' {APP}/embed.js", ""),
        ("script-src https:", ""),
        ("script-src 'nonce-abc'", ""),
        (f"script-src 'self' {APP} 'strict-dynamic'", "W012"),
        ("script-src 'strict-dynamic' 'nonce-abc'", ""),
        ("script-src-elem 'self'; script-src *", "W012"),
        ("frame-src 'self'", "W013"),
        # The first of two counts (CSP Level 3, section 2.2.1).
        ("connect-src 'self'; Connect-Src 'none'", ""),
        ("connect-src 'none'; connect-src 'self'", "W014"),
        ("child-src 'self'; default-src *", "W013"),
        ("connect-src https://api.example.com", "W014"),
        ("connect-src 'self'", ""),
        ("connect-src https:", ""),
    ],
)
def test_policy_that_blocks_the_embed_is_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, policy: str, expected: str
) -> None:
    settings.SENT_POLICY = policy
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, CSP]
    found = checks.check_deployment()

    assert ids(found) == expected.split()
    assert all(str(message.obj) in policy.lower() for message in found)

    monkeypatch.setattr(Csp, "header", f"{Csp.header}-Report-Only")
    assert checks.check_deployment() == []


@pytest.mark.parametrize("url", ["https://cdn.example/static/", "//cdn.example/"])
def test_static_files_on_another_host_need_no_self(
    settings: Settings, url: str
) -> None:
    settings.STATIC_URL = url
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, CSP]

    settings.SENT_POLICY = f"script-src https://cdn.example {APP}"
    assert checks.check_deployment() == []

    settings.SENT_POLICY = "script-src https://cdn.example"
    assert ids(checks.check_deployment()) == ["W012"]


@pytest.mark.parametrize("app_url", ["https://[::1]:8443", "http://localhost:8001"])
def test_policy_for_another_app_url_is_understood(
    settings: Settings, app_url: str
) -> None:
    settings.JUPID_EMBED_APP_URL = app_url
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, CSP]
    settings.SENT_POLICY = f"frame-src {app_url}"

    assert "W013" not in ids(checks.check_deployment())

    settings.SENT_POLICY = f"frame-src {APP}"
    assert "W013" in ids(checks.check_deployment())


def test_nonce_of_django_itself_is_read(settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, CSP]
    settings.SENT_POLICY = "script-src NONCE"

    assert checks.check_deployment() == []


@pytest.mark.parametrize("others", [[], ["'strict-dynamic'"]])
def test_nonce_of_django_csp_is_read(settings: Settings, others: list[str]) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "csp.middleware.CSPMiddleware"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": [NONCE, *others]}}

    assert "W012" not in ids(checks.check_deployment())


def test_policy_that_cannot_be_read_is_left_alone(settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "no.such.Csp"]

    assert checks.check_deployment() == []


def test_policy_for_no_app_url_is_left_alone(settings: Settings) -> None:
    settings.JUPID_EMBED_APP_URL = "app.jupid.com"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, CSP]
    settings.SENT_POLICY = "default-src 'none'"

    assert checks.check_deployment() == []


def test_every_message_says_what_is_wrong_and_what_to_do() -> None:
    for number in [*checks.MESSAGES, "W001", "W017"]:
        message = checks.message(number, "a place")

        assert str(message).startswith(f"a place: (jupid_embed.{number}) ")
        assert message.msg.endswith(".")
        assert str(message.hint).endswith(".")
        assert "  " not in f"{message.msg}{message.hint}"
        assert "->" not in f"{message.msg}{message.hint}"
        assert message.is_serious(ERROR) == (number[0] == "E")
        assert message.is_serious(WARNING) == (number[0] != "I")


def test_app_registers_the_security_checklist(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = CheckRegistry()
    monkeypatch.setattr(embed_apps, "register", registry.register)
    apps.get_app_config("jupid_embed").ready()

    always: list[Any] = registry.get_checks()
    found: list[Any] = registry.get_checks(include_deployment_checks=True)
    assert always == [checks.check_settings]
    assert set(found) == {checks.check_settings, checks.check_deployment}
    assert [check.tags for check in found] == [("security",)] * 2


def test_missing_secret_stops_a_deployment_and_nobody_s_migrations(
    settings: Settings,
) -> None:
    settings.JUPID_EMBED_SECRET = ""
    call_command("check", tags=["security"])

    with pytest.raises(SystemCheckError, match="E001. JUPID_EMBED_SECRET is not set"):
        call_command("check", tags=["security"], deploy=True)
