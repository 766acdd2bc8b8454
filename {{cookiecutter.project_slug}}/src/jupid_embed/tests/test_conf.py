from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from .. import conf


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


def test_value_that_is_no_text_is_refused_and_not_shown(settings: Settings) -> None:
    settings.JUPID_EMBED_SECRET = b"bytes"

    with pytest.raises(ImproperlyConfigured, match="must be a str, not bytes.$"):
        conf.get("JUPID_EMBED_SECRET")
