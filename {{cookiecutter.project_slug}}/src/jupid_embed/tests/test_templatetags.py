from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.functional import SimpleLazyObject
from django.utils.translation import override
from pytest_django import Settings


@pytest.fixture(autouse=True)
def plain_project(settings: Settings) -> Iterator[None]:
    """No translations, and static files that need no manifest."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    with override(None):
        yield


class Elements(HTMLParser):
    """The attributes of each element, by its name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag] = dict(attrs)


def render(tag: str = "{% jupid_embed %}", **context: Any) -> str:
    return Template("{% load jupid_embed %}" + tag).render(Context(context))


def elements(
    tag: str = "{% jupid_embed %}", **context: Any
) -> dict[str, dict[str, str | None]]:
    return Elements(render(tag, **context)).found


def test_the_element_carries_what_the_script_needs() -> None:
    element = elements()["jupid-embed"]
    texts = {name for name in element if name.startswith("text-")}
    assert {name: element[name] for name in element if name not in texts} == {
        "endpoint": "/api/jupid/embed-token",
        "login-url": "/accounts/login/",
        "partner-id": "acme",
        "initial-path": "/",
    }
    assert all(f' {name}="' in render() for name in texts)
    assert {name: element[name] for name in texts} == {
        "text-loading": "Loading…",
        "text-signed-out": "You are signed out.",
        "text-sign-in": "Sign in again",
        "text-no-email": "Your account has no email address. Add one, then try again.",
        "text-unreachable": "This part of the page cannot be reached. "
        "Check your connection, then try again.",
        "text-broken": "Something went wrong here. Please try again.",
        "text-retry": "Try again",
    }


def test_the_script_is_a_static_file_that_waits_for_nothing() -> None:
    script = elements()["script"]
    assert str(script["src"]).endswith("jupid_embed/mount.js")
    assert "async" in script
    assert script["fetchpriority"] == "high"


def test_the_script_alone_says_where_embed_js_comes_from() -> None:
    found = elements()
    assert found["script"]["data-app-url"] == "https://app.jupid.example"
    assert "app-url" not in found["jupid-embed"]


def test_a_reader_without_javascript_is_told() -> None:
    told = "<noscript>This part of the page needs JavaScript.</noscript>"
    assert told in render()


def test_nothing_is_inline() -> None:
    html = render()
    assert "></script>" in html
    assert " style=" not in html
    assert "<style" not in html


def test_the_secret_stays_on_the_server(settings: Settings) -> None:
    assert settings.JUPID_EMBED_SECRET not in render()


def test_options_reach_the_element() -> None:
    tag = '{% jupid_embed initial_path="/reports?year=2026" shell=shell chat=chat %}'
    element = elements(tag, shell="topbar", chat="disabled")["jupid-embed"]
    assert element["initial-path"] == "/reports?year=2026"
    assert element["shell"] == "topbar"
    assert element["chat"] == "disabled"


@pytest.mark.parametrize("path", ["/", "/a", "/a/b?c=d&e=//f#g", "/Ünïcode/%20"])
def test_a_root_relative_path_is_accepted(path: str) -> None:
    element = elements("{% jupid_embed initial_path=path %}", path=path)["jupid-embed"]
    assert element["initial-path"] == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "reports",
        "//evil.example",
        "/\\evil.example",
        "\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/two words",
        "/end\n",
        "/null\x00",
        "https://evil.example/",
        "javascript:alert(1)",
        None,
        7,
    ],
)
def test_any_other_path_is_refused(path: object) -> None:
    with pytest.raises(ValueError) as raised:
        render("{% jupid_embed initial_path=path %}", path=path)
    assert str(raised.value) == (
        "jupid_embed: initial_path must start with one / and hold no spaces or "
        f"backslashes, as in /reports, not {path!r}."
    )


@pytest.mark.parametrize("value", ["", "Topbar", "side bar", 1, ["topbar"]])
def test_any_other_shell_is_refused(value: object) -> None:
    with pytest.raises(ValueError) as raised:
        render("{% jupid_embed shell=value %}", value=value)
    assert str(raised.value) == (
        f'jupid_embed: shell must be "topbar" or "sidebar", not {value!r}.'
    )


@pytest.mark.parametrize("value", ["", "on", "Enabled", True, ["enabled"]])
def test_any_other_chat_is_refused(value: object) -> None:
    with pytest.raises(ValueError) as raised:
        render("{% jupid_embed chat=value %}", value=value)
    assert str(raised.value) == (
        f'jupid_embed: chat must be "enabled" or "disabled", not {value!r}.'
    )


@pytest.mark.parametrize(
    "tag", ["{% jupid_embed '/reports' %}", "{% jupid_embed path='/reports' %}"]
)
def test_an_unknown_option_is_refused_when_the_template_loads(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="'jupid_embed' received"):
        render(tag)


@pytest.mark.parametrize(
    "context",
    [
        {"csp_nonce": SimpleLazyObject(lambda: "n0nce")},
        {"request": SimpleNamespace(csp_nonce=SimpleLazyObject(lambda: "n0nce"))},
    ],
    ids=["django", "django-csp"],
)
def test_a_lazy_nonce_is_used(context: dict[str, Any]) -> None:
    assert elements(**context)["script"]["nonce"] == "n0nce"


@pytest.mark.parametrize("context", [{}, {"request": SimpleNamespace()}])
def test_without_a_nonce_there_is_no_attribute(context: dict[str, Any]) -> None:
    assert "nonce" not in render(**context)


def test_values_are_escaped(settings: Settings) -> None:
    settings.JUPID_EMBED_PARTNER_ID = '"><script>alert(1)</script>'
    html = render(
        "{% jupid_embed initial_path=path %}", path='/"><script>alert(1)</script>'
    )
    element = Elements(html).found["jupid-embed"]
    assert element["partner-id"] == '"><script>alert(1)</script>'
    assert element["initial-path"] == '/"><script>alert(1)</script>'
    assert "<script>alert" not in html


def test_the_login_page_may_be_named_by_its_route(settings: Settings) -> None:
    settings.LOGIN_URL = "jupid_embed:token"
    assert elements()["jupid-embed"]["login-url"] == "/api/jupid/embed-token"


def test_texts_are_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.utils.translation._trans.gettext", lambda text: f'"{text}"'
    )
    assert elements()["jupid-embed"]["text-retry"] == '"Try again"'
