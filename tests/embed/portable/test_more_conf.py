from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from .. import conf

NAMES = sorted(conf.DEFAULTS)


@pytest.fixture(params=NAMES)
def name(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> str:
    """One of the four names, which nothing sets."""
    name: str = request.param
    delattr(settings, name)
    monkeypatch.delenv(name, raising=False)
    return name


def test_settings_have_the_names_that_jupid_documents() -> None:
    assert [name.removeprefix("JUPID_EMBED_") for name in NAMES] == [
        *("APP_URL", "AUDIENCE", "PARTNER_ID", "SECRET")
    ]


@pytest.mark.parametrize(
    ("in_settings", "in_environment", "winner"),
    [
        ("one", "two", 0),
        ("one", None, 0),
        ("", "two", 0),
        (None, "two", 1),
        (None, None, 2),
        (None, "", 2),
    ],
)
def test_django_s_settings_win_then_the_environment_then_the_default(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    in_settings: str | None,
    in_environment: str | None,
    winner: int,
) -> None:
    setattr(settings, name, in_settings)
    if in_environment is not None:
        monkeypatch.setenv(name, in_environment)
    default = conf.DEFAULTS[name]
    values = [in_settings, in_environment, default]
    sources = ["Django's settings", "the environment"]
    sources.append("the defaults of conf.py" if default else "nowhere")

    assert (conf.get(name), conf.find(name)[1]) == (values[winner], sources[winner])


def test_value_is_read_at_the_time_of_use(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    read = [conf.get(name)]
    monkeypatch.setenv(name, "late")
    read.append(conf.get(name))
    setattr(settings, name, "later")
    read.append(conf.get(name))

    assert read == [conf.DEFAULTS[name], "late", "later"]


def test_lazy_object_is_the_text_that_it_stands_for(
    settings: Settings, name: str
) -> None:
    setattr(settings, name, SimpleLazyObject(lambda: "from a vault"))

    assert type(conf.get(name)) is str
    assert conf.get(name) == "from a vault"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (b"bytes", "bytes"),
        (7, "int"),
        (False, "bool"),
        (Path("secret"), type(Path()).__name__),
        (gettext_lazy("Yes"), "__proxy__"),
    ],
)
def test_value_that_is_no_text_is_refused_and_not_shown(
    settings: Settings, name: str, value: object, kind: str
) -> None:
    setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured) as caught:
        conf.get(name)
    assert str(caught.value) == (
        f"{name} in Django's settings must be a str, not {kind}."
    )


def test_name_that_is_no_setting_is_refused() -> None:
    with pytest.raises(KeyError):
        conf.get("JUPID_EMBED_APPURL")
