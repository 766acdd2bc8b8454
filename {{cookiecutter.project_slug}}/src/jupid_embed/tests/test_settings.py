from __future__ import annotations

import importlib

import pytest

from .. import settings as module

NAMES = [
    "JUPID_EMBED_APP_URL",
    "JUPID_EMBED_AUDIENCE",
    "JUPID_EMBED_PARTNER_ID",
    "JUPID_EMBED_SECRET",
]
DEFAULTS = {
    "JUPID_EMBED_APP_URL": {{ cookiecutter.app_url | literal }},
    "JUPID_EMBED_AUDIENCE": {{ cookiecutter.audience | literal }},
    "JUPID_EMBED_PARTNER_ID": {{ cookiecutter.partner_id | literal }},
    "JUPID_EMBED_SECRET": "",
}


def read() -> dict[str, str]:
    return {name: getattr(importlib.reload(module), name) for name in NAMES}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_going_live_changes_the_environment_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, f"{name} of production")

    assert read() == {name: f"{name} of production" for name in NAMES}


def test_defaults_are_those_of_development() -> None:
    assert read() == DEFAULTS


def test_secret_has_no_default() -> None:
    assert read()["JUPID_EMBED_SECRET"] == ""


def test_import_star_brings_the_four_settings_alone() -> None:
    assert sorted(module.__all__) == NAMES
