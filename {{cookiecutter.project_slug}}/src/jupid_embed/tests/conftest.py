"""Settings for these tests, so that nothing decides but your user model.

``test_host.py`` alone runs under your own settings.
"""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import user_logged_in
from django.db import connections
from django.http import HttpRequest
from django.test import override_settings
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation

from .. import identity

SECRET = "a secret of these tests, and of nothing else"
JUPID = {
    "JUPID_EMBED_PARTNER_ID": "acme",
    "JUPID_EMBED_AUDIENCE": "jupid-embed",
    "JUPID_EMBED_APP_URL": "https://app.jupid.example",
    "JUPID_EMBED_SECRET": SECRET,
}
PINNED: dict[str, Any] = {
    **JUPID,
    "ALLOWED_HOSTS": ["*"],
    "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    "CSRF_TRUSTED_ORIGINS": [],
    "DEBUG": False,
    "DEBUG_PROPAGATE_EXCEPTIONS": False,
    "DEFAULT_EXCEPTION_REPORTER": "django.views.debug.ExceptionReporter",
    "FORCE_SCRIPT_NAME": None,
    "LANGUAGE_CODE": "en",
    "LOGIN_URL": "/accounts/login/",
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    "ROOT_URLCONF": f"{__package__}.test_views",
    "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
    "SESSION_SERIALIZER": "django.contrib.sessions.serializers.JSONSerializer",
    "SILENCED_SYSTEM_CHECKS": [],
    "STATIC_URL": "/static/",
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    },
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": ["django.template.context_processors.request"]
            },
        }
    ],
}


@pytest.fixture(autouse=True, scope="module")
def replicas_see_what_a_test_wrote() -> Iterator[None]:
    """Let a replica be its primary, as tests commit nothing that could reach it."""
    kept = {name: connections[name] for name in connections}
    for name, connection in kept.items():
        if primary := connection.settings_dict["TEST"]["MIRROR"]:
            connections[name] = kept[primary]
    yield
    for name, connection in kept.items():
        connections[name] = connection


@pytest.fixture(autouse=True)
def pinned_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    is_host = request.module.__name__.endswith(".test_host")
    prefix = get_script_prefix()
    with (
        override_settings(**(JUPID if is_host else PINNED)),
        pytest.MonkeyPatch.context() as patch,
    ):
        # A browser of the project's own tests may have left its event loop running.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        for name in JUPID:
            patch.delenv(name, raising=False)
        if not is_host:
            patch.setattr(user_logged_in, "receivers", [])  # which may refuse, or save
            patch.setattr(identity, "may_open_jupid", is_active)
            set_script_prefix("/")
            translation.activate("en")
        yield
    set_script_prefix(prefix)
    translation.deactivate()


def is_active(request: HttpRequest) -> bool:
    """What may_open_jupid asks before you edit it."""
    return bool(getattr(request.user, "is_active", True))


@pytest.fixture(autouse=True)
def working_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let records of ours be heard, whatever the project's logging does."""
    monkeypatch.setattr(logging.root.manager, "disable", 0)
    for name, value in {"disabled": False, "level": 0, "propagate": True}.items():
        monkeypatch.setattr(logging.getLogger("jupid_embed"), name, value)
