from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.core.checks import ERROR, CheckMessage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from .. import checks

ROOT_URLCONF = project_settings.ROOT_URLCONF  # before the tests set their own
OWN_CSP = "django.middleware.csp.ContentSecurityPolicyMiddleware"
DJANGO_CSP = "csp.middleware.CSPMiddleware"


@pytest.fixture(autouse=True)
def no_policy(settings: Settings) -> None:
    settings.MIDDLEWARE = []
    settings.STATIC_URL = "/static/"


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_good_settings_pass() -> None:
    assert checks.check_settings() == []
    assert checks.check_deployment() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET", "", "E001"),
        ("SECRET", "a secret with a line break at its end\n", "E002"),
        ("SECRET", " a secret with a space at its start..", "E002"),
        ("SECRET", "x" * 31, "E003"),
        ("SECRET", "é" * 15, "E003"),
        ("SECRET", "a secret with a byte that is no UTF-8: \udce9", "E015"),
        ("PARTNER_ID", "", "E004"),
        ("PARTNER_ID", "acme inc", "E004"),
        ("PARTNER_ID", "acme\n", "E004"),
        ("PARTNER_ID", "-acme", "E004"),
        ("PARTNER_ID", "a" * 129, "E004"),
        ("AUDIENCE", "", "E005"),
        ("AUDIENCE", "jupid embed", "E005"),
        ("AUDIENCE", "/jupid", "E005"),
        ("AUDIENCE", "a" * 129, "E005"),
        ("APP_URL", "", "E006"),
        ("APP_URL", "app.jupid.com", "E006"),
        ("APP_URL", "https://app.jupid.com/", "E006"),
        ("APP_URL", "https://app.jupid.com/embed", "E006"),
        ("APP_URL", "https://user@app.jupid.com", "E006"),
        ("APP_URL", "http://app.jupid.com", "E006"),
        ("APP_URL", "http://localhost.example.com", "E006"),
        ("APP_URL", "javascript://app.jupid.com", "E006"),
        ("APP_URL", "https://app.jupid.com:", "E006"),
        ("APP_URL", "https://app.jupid.com:0", "E006"),
        ("APP_URL", "https://app.jupid.com:65536", "E006"),
        ("APP_URL", "https://app.jupid.com:99999", "E006"),
        ("APP_URL", "https://app.jupid.com:100000", "E006"),
        ("APP_URL", "http://localhost:99999", "E006"),
        ("APP_URL", "https://app..jupid.com", "E006"),
        ("APP_URL", "https://.jupid.com", "E006"),
        ("APP_URL", "https://app.jupid.com.", "E006"),
        ("APP_URL", "https://-", "E006"),
        ("APP_URL", "https://-app.jupid.com", "E006"),
        ("APP_URL", "https://app-.jupid.com", "E006"),
        ("APP_URL", f"https://{'a' * 64}.jupid.com", "E006"),
        ("APP_URL", "https://256.1.1.1", "E006"),
        ("APP_URL", "https://1.2.3", "E006"),
        ("APP_URL", "https://app.jupid.1:8443", "E006"),
        ("PARTNER_ID", 7, "E000"),
        ("SECRET", b"bytes of more than 32, but not text", "E000"),
    ],
)
def test_bad_setting_is_reported(
    settings: Settings, name: str, value: object, expected: str
) -> None:
    setattr(settings, f"JUPID_EMBED_{name}", value)

    assert ids(checks.check_settings()) == [f"jupid_embed.{expected}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET", "x" * 32),
        ("SECRET", "é" * 16),
        ("PARTNER_ID", "a"),
        ("PARTNER_ID", "Acme.eu_1-b"),
        ("PARTNER_ID", "a" * 128),
        ("AUDIENCE", "urn:jupid/embed"),
        ("AUDIENCE", "a" * 128),
        ("APP_URL", "https://app.jupid.com"),
        ("APP_URL", "https://app.jupid.com:8443"),
        ("APP_URL", "https://app.jupid.com:65535"),
        ("APP_URL", "https://jupid"),
        ("APP_URL", "https://a-p--p.1jupid.c0m"),
        ("APP_URL", f"https://{'a' * 63}.jupid.com"),
        ("APP_URL", "https://0.10.199.255"),
        ("APP_URL", "https://249.200.1.99:1"),
        ("APP_URL", "https://[::1]:8443"),
        ("APP_URL", "http://localhost:8001"),
        ("APP_URL", "http://127.0.0.1:8001"),
        ("APP_URL", "http://[::1]:8001"),
    ],
)
def test_good_setting_is_accepted(settings: Settings, name: str, value: str) -> None:
    setattr(settings, f"JUPID_EMBED_{name}", value)

    assert checks.check_settings() == []


def test_setting_that_is_no_text_hides_the_other_checks_alone(
    settings: Settings,
) -> None:
    settings.JUPID_EMBED_AUDIENCE = None  # not set: the default
    settings.JUPID_EMBED_SECRET = Path("secret")

    assert ids(checks.check_settings()) == ["jupid_embed.E000"]
    assert checks.check_deployment() == []


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


def test_endpoint_that_is_not_routed_is_reported(settings: Settings) -> None:
    settings.ROOT_URLCONF = "django.contrib.auth.urls"

    assert ids(checks.check_settings()) == ["jupid_embed.E007"]


def test_this_project_routes_the_endpoint(settings: Settings) -> None:
    settings.ROOT_URLCONF = ROOT_URLCONF

    assert checks.check_settings() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET", "dev-secret-of-more-than-32-bytes-in-all", ["E008"]),
        ("PARTNER_ID", "your-partner-id", ["E009"]),
        ("APP_URL", "https://jupid-staging-app.example.com", ["E010"]),
        ("APP_URL", "https://example.com", ["E010"]),
        ("APP_URL", "http://localhost:8001", ["E011"]),
        ("APP_URL", "https://notexample.com", []),
    ],
)
def test_production_refuses_what_was_for_development(
    settings: Settings, name: str, value: str, expected: list[str]
) -> None:
    setattr(settings, f"JUPID_EMBED_{name}", value)

    assert ids(checks.check_deployment()) == [f"jupid_embed.{id}" for id in expected]


@pytest.mark.parametrize(
    "app_url", ["", "app.jupid.com", "https://[::1", "https://[app.jupid.com]"]
)
def test_malformed_app_url_is_reported_once_and_hides_nothing_else(
    settings: Settings, app_url: str
) -> None:
    settings.JUPID_EMBED_APP_URL = app_url
    settings.JUPID_EMBED_SECRET = "dev-secret-of-more-than-32-bytes-in-all"
    settings.JUPID_EMBED_PARTNER_ID = "your-partner-id"

    assert ids(checks.check_settings()) == ["jupid_embed.E006"]
    assert ids(checks.check_deployment()) == ["jupid_embed.E008", "jupid_embed.E009"]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, []),
        ({"default-src": ["'self'"]}, ["W012", "W013"]),
        ({"default-src": ["'none'"]}, ["W012", "W013", "W014"]),
        ({"default-src": []}, ["W012", "W013", "W014"]),
        ({"default-src": None}, ["W012", "W013", "W014"]),
        ({"default-src": "*"}, []),
        ({"default-src": ["'self'", "https://app.jupid.example"]}, []),
        ({"default-src": ["'self'", "https:"]}, []),
        ({"default-src": ["'self'", "https://*.jupid.example"]}, []),
        ({"default-src": ["'self'", "*.jupid.example"]}, []),
        ({"default-src": ["'self'", "app.jupid.example"]}, []),
        ({"default-src": ["'self'", "https://app.jupid.example/"]}, []),
        ({"default-src": ["'self'", "/app.jupid.example"]}, ["W012", "W013"]),
        ({"default-src": ["'self'", "http://app.jupid.example"]}, ["W012", "W013"]),
        ({"script-src": ["'self'"]}, ["W012"]),
        ({"script-src": ["https://app.jupid.example"]}, ["W012"]),
        ({"script-src": ["'self'", "https://app.jupid.example"]}, []),
        ({"script-src": ["https:"]}, []),
        ({"script-src": ["'nonce-abc'"]}, []),
        ({"script-src": ["'self'", "'nonce-abc'"]}, []),
        ({"script-src-elem": ["'self'"], "script-src": ["*"]}, ["W012"]),
        ({"frame-src": ["'self'"]}, ["W013"]),
        ({"child-src": ["'self'"], "default-src": ["*"]}, ["W013"]),
        ({"connect-src": ["https://api.example.com"]}, ["W014"]),
        ({"connect-src": ["'self'"]}, []),
        ({"connect-src": ["https:"]}, []),
    ],
)
@pytest.mark.parametrize("middleware", [OWN_CSP, DJANGO_CSP])
def test_policy_that_blocks_the_embed_is_reported(
    settings: Settings, middleware: str, policy: dict[str, object], expected: list[str]
) -> None:
    settings.MIDDLEWARE = [middleware]
    settings.SECURE_CSP = policy if middleware == OWN_CSP else None
    settings.CONTENT_SECURITY_POLICY = (
        {"DIRECTIVES": policy} if middleware == DJANGO_CSP else None
    )

    assert ids(checks.check_deployment()) == [f"jupid_embed.{id}" for id in expected]


@pytest.mark.parametrize("url", ["https://cdn.example/static/", "//cdn.example/"])
@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["https://cdn.example", "https://app.jupid.example"], []),
        (["https://cdn.example"], ["jupid_embed.W012"]),
    ],
)
def test_static_files_on_another_host_need_no_self(
    settings: Settings, url: str, sources: list[str], expected: list[str]
) -> None:
    settings.STATIC_URL = url
    settings.MIDDLEWARE = [OWN_CSP]
    settings.SECURE_CSP = {"script-src": sources}

    assert ids(checks.check_deployment()) == expected


def test_policy_for_an_app_on_an_ipv6_address_is_understood(settings: Settings) -> None:
    settings.JUPID_EMBED_APP_URL = "https://[::1]:8443"
    settings.MIDDLEWARE = [OWN_CSP]
    settings.SECURE_CSP = {"frame-src": ["https://[::1]:8443"]}

    assert checks.check_deployment() == []


@pytest.mark.parametrize("middleware", [[], [OWN_CSP], [DJANGO_CSP]])
def test_no_policy_blocks_nothing(settings: Settings, middleware: list[str]) -> None:
    settings.MIDDLEWARE = middleware
    settings.SECURE_CSP = None
    settings.CONTENT_SECURITY_POLICY = None

    assert checks.check_deployment() == []

    del settings.SECURE_CSP
    del settings.CONTENT_SECURITY_POLICY

    assert checks.check_deployment() == []


@pytest.mark.parametrize("sentinel", ["own", "django-csp"])
def test_nonce_in_the_policy_lets_the_script_run(
    settings: Settings, sentinel: str
) -> None:
    if sentinel == "own":
        nonce = pytest.importorskip("django.utils.csp", reason="Django 6.0").CSP.NONCE
    else:
        nonce = pytest.importorskip("csp.constants", reason="django-csp").NONCE
    settings.MIDDLEWARE = [DJANGO_CSP]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": [nonce]}}

    assert checks.check_deployment() == []


def test_every_message_has_a_hint_and_an_id_of_its_own() -> None:
    messages = [
        value for value in vars(checks).values() if isinstance(value, CheckMessage)
    ]
    messages += checks.CSP_BLOCKS.values()

    assert len({message.id for message in messages}) == len(messages) == 16
    assert all(message.hint for message in messages)


def test_policy_warns_and_the_rest_is_an_error() -> None:
    assert all(not message.is_serious(ERROR) for message in checks.CSP_BLOCKS.values())
    assert all(
        value.is_serious(ERROR)
        for value in vars(checks).values()
        if isinstance(value, CheckMessage)
    )


def test_manage_py_check_reports_a_missing_secret(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = ""

    with pytest.raises(SystemCheckError) as caught:
        call_command("check", tags=["security"])
    assert "(jupid_embed.E001) JUPID_EMBED_SECRET is not set" in str(caught.value)


def test_manage_py_check_deploy_refuses_the_secret_for_development(
    settings: Settings,
) -> None:
    settings.JUPID_EMBED_SECRET = "dev-secret-of-more-than-32-bytes-in-all"
    call_command("check", tags=["security"])

    with pytest.raises(SystemCheckError) as caught:
        call_command("check", tags=["security"], deploy=True)
    assert "(jupid_embed.E008)" in str(caught.value)
