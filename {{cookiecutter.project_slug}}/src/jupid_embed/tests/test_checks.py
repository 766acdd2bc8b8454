from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import models
from django.http import HttpResponse
from django.urls import include, path, re_path
from pytest_django import Settings

from .. import checks, conf, identity, urls

LONG = "kD4-7hQz_pX2vN8s-Lw0TyB6uRf1GmJc"
LOGIN = "acme.middleware.LoginRequiredMiddleware"
CATCH_ALL = re_path(r"^.*$", lambda request: HttpResponse(), name="token")


def ids(found: list[CheckMessage]) -> list[str]:
    return [str(message.id).removeprefix("jupid_embed.") for message in found]


class Person:
    """Stands for a user model of which each tenant has its own rows."""

    _meta = SimpleNamespace(
        pk=models.AutoField(), app_config=SimpleNamespace(name="hr")
    )
    _default_manager: Any = models.QuerySet()
    pk: Any = "something"


def use_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "get_user_model", lambda: Person)
    for claim in ("sub", "email", "name", "payload"):
        monkeypatch.setattr(identity, f"build_jupid_{claim}", lambda user: str(user.pk))


def test_good_settings_and_the_project_s_own_users_pass() -> None:
    assert checks.check_settings() == []
    assert checks.check_deployment() == []


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        ("E000", "JUPID_EMBED_PARTNER_ID", 0),
        ("W000", "JUPID_EMBED_AUDIENCE", None),
        ("W001", "JUPID_EMBED_SECRET", ""),
        ("E002", "JUPID_EMBED_SECRET", f"{LONG}\n"),
        ("E003", "JUPID_EMBED_SECRET", "changeme"),
        ("E004", "JUPID_EMBED_PARTNER_ID", "acme inc"),
        ("E005", "JUPID_EMBED_AUDIENCE", "jupid embed"),
        ("E006", "JUPID_EMBED_APP_URL", "https://app.jupid.com/"),
        ("E007", "ROOT_URLCONF", ()),
        ("E015", "JUPID_EMBED_SECRET", f"{LONG}\udce9"),
        ("E016", "JUPID_EMBED_SECRET", f'"{LONG}"'),
        ("W017", "JUPID_EMBED_SECRET", "x" * 64),
        ("E019", "ROOT_URLCONF", (CATCH_ALL, path("jupid/", include(urls)))),
        ("E020", "MIDDLEWARE", []),
        ("W021", "TENANT_MODEL", "acme.Client"),
    ],
)
def test_each_fault_is_reported_once(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    number: str,
    name: str,
    value: object,
) -> None:
    use_person(monkeypatch)
    settings.TENANT_APPS = ["hr"]
    setattr(settings, name, value)

    assert ids(checks.check_settings()) == [number]


def test_name_that_the_user_model_lacks_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_person(monkeypatch)
    monkeypatch.setattr(identity, "build_jupid_payload", lambda user: user.acount)

    assert ids(checks.check_settings()) == ["E018"]


@pytest.mark.parametrize(
    ("numbers", "name", "value"),
    [
        ("E001", "JUPID_EMBED_SECRET", ""),
        ("E008", "JUPID_EMBED_SECRET", f"dev-{LONG}"),
        ("E017", "JUPID_EMBED_SECRET", "x" * 64),
        ("E009", "JUPID_EMBED_PARTNER_ID", "your-partner-id"),
        ("E010", "JUPID_EMBED_APP_URL", "https://example.com"),
        ("E011", "JUPID_EMBED_APP_URL", "http://localhost:8001"),
        ("I022", "MIDDLEWARE", [LOGIN]),
    ],
)
def test_production_refuses_what_was_for_development(
    settings: Settings, numbers: str, name: str, value: object
) -> None:
    setattr(settings, name, value)

    assert ids(checks.check_deployment()) == numbers.split()


@pytest.mark.parametrize("name", conf.DEFAULTS)
def test_django_s_settings_win_then_the_environment_then_the_default(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    delattr(settings, name)
    monkeypatch.delenv(name, raising=False)
    read = [conf.get(name)]
    monkeypatch.setenv(name, "environment")
    read.append(conf.get(name))
    setattr(settings, name, "settings")
    read.append(conf.get(name))

    assert read == [conf.DEFAULTS[name], "environment", "settings"]


def test_secret_has_no_default() -> None:
    assert conf.DEFAULTS["JUPID_EMBED_SECRET"] == ""
