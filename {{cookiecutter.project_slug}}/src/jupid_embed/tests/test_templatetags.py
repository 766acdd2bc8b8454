import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import override
from pytest_django import Settings

MOUNT_JS = Path(__file__).parents[1] / "static/jupid_embed/mount.js"
LOAD, TAG = "{% load jupid_embed %}", "{% load jupid_embed %}{% jupid_embed %}"
NONCE = SimpleLazyObject(lambda: "n0nce")


@pytest.fixture(autouse=True)
def plain_project(settings: Settings) -> Iterator[None]:
    """No translations, and static files that need no manifest."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    with override(None):
        yield


def render(options: str = "", **context: Any) -> str:
    tag = f"{LOAD}{{% jupid_embed {options} %}}"
    return Template(tag).render(Context(context))


class Elements(HTMLParser):
    """The attributes of each element of a name."""

    def __init__(self, name: str, html: str) -> None:
        super().__init__()
        self.name = name
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == self.name:
            self.found.append(dict(attrs))


def script(html: str) -> dict[str, str | None]:
    [found] = Elements("script", html).found
    return found


def element(html: str) -> dict[str, str | None]:
    [found] = Elements("jupid-embed", html).found
    return found


def test_the_script_tag_says_all_that_the_site_decides() -> None:
    found = script(render())
    assert str(found.pop("src")).endswith("jupid_embed/mount.js")
    # The English texts are those of mount.js.
    texts = re.search(r"const TEXTS = \{(.*?)\};", MOUNT_JS.read_text("utf-8"), re.S)
    assert texts
    pairs = re.findall(r'"?([a-z-]+)"?:\s+"(.*)"', texts[1])
    assert {"loading", "signed-out", "broken", "retry"} < {name for name, _ in pairs}
    assert found == {
        "async": None,
        "fetchpriority": "high",
        "data-cfasync": "false",
        "data-app-url": "https://app.jupid.example",
        "data-endpoint": "/api/jupid/embed-token",
        "data-login-url": "/accounts/login/",
        "data-partner-id": "acme",
        **{f"data-text-{name}": text for name, text in pairs},
    }


def test_the_element_says_how_the_embed_looks() -> None:
    assert element(render()) == {"initial-path": "/"}
    options = 'initial_path="/reports?year=2026" shell=shell chat=chat'
    assert element(render(options, shell="topbar", chat="disabled")) == {
        "initial-path": "/reports?year=2026",
        "shell": "topbar",
        "chat": "disabled",
    }


def test_a_text_stands_where_mount_js_never_runs() -> None:
    assert (
        "<span>This part of the page needs JavaScript. If nothing more appears here, allow "
        "scripts of this site, then reload the page.</span></jupid-embed>"
    ) in render()


def test_nothing_is_inline_and_the_secret_stays_away(settings: Settings) -> None:
    html = render()
    assert "></script>" in html
    assert " style=" not in html
    assert "<style" not in html
    assert settings.JUPID_EMBED_SECRET not in html


@pytest.mark.parametrize(
    ("destination", "is_chromium", "expected"),
    [
        ("", True, 0),
        ("empty", True, 0),  # Turbo or htmx: they have embed.js already
        ("document", False, 1),
        ("document", True, 2),
    ],
)
@pytest.mark.parametrize("template", [TAG, "{% include tag only %}"])
def test_a_full_navigation_asks_early(
    destination: str, is_chromium: bool, expected: int, template: str
) -> None:
    headers = {"Sec-CH-UA": '"Chromium";v="156"'} if is_chromium else {}
    headers["Sec-Fetch-Dest"] = destination
    request = RequestFactory().get("/", headers=headers)
    request.csp_nonce = NONCE  # type: ignore[attr-defined]
    context = RequestContext(request, {"tag": Template(TAG)})
    html = Template(template).render(context)
    embed_js = "https://app.jupid.example/embed.js"
    links: list[dict[str, str | None]] = [
        {"as": "script", "href": embed_js, "fetchpriority": "high", "nonce": "n0nce"},
        {"as": "fetch", "href": "/api/jupid/embed-token", "crossorigin": None},
    ]
    found = Elements("link", html).found
    assert found == [
        {"data-jupid": "preload", "rel": "preload", **link} for link in links[:expected]
    ]
    assert script(html)["nonce"] == "n0nce"


@pytest.mark.parametrize("path", ["/", "/a", "/a/b?c=d&e=//f#g", "/Ünïcode/%20"])
def test_a_root_relative_path_is_accepted(path: str) -> None:
    assert element(render("initial_path=path", path=path))["initial-path"] == path


PATHS = ["", "reports", "//evil.example", "/\\evil.example", "\\evil.example"]
PATHS += ["/\t/evil.example", "/\n/evil.example", "/two words", "/end\n", "/null\x00"]
PATHS += ["https://evil.example/", "javascript:alert(1)"]
PATH_RULE = "start with one / and hold no spaces or backslashes, as in /reports"


@pytest.mark.parametrize(
    ("option", "rule", "value"),
    [("initial_path", PATH_RULE, path) for path in (*PATHS, None, 7)]
    + [
        ("shell", 'be "topbar" or "sidebar"', value)
        for value in ("", "Topbar", "side bar", 1, ["topbar"])
    ]
    + [
        ("chat", 'be "enabled" or "disabled"', value)
        for value in ("", "on", "Enabled", True, ["enabled"])
    ],
)
def test_any_other_value_is_refused(option: str, rule: str, value: object) -> None:
    with pytest.raises(ValueError) as raised:
        render(f"{option}=value", value=value)
    assert str(raised.value) == f"jupid_embed: {option} must {rule}, not {value!r}."


@pytest.mark.parametrize("options", ["'/reports'", "path='/reports'"])
def test_an_unknown_option_is_refused_when_the_template_loads(options: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="'jupid_embed' received"):
        render(options)


@pytest.mark.parametrize(
    "context",
    [
        {"csp_nonce": NONCE},
        {"request": SimpleNamespace(csp_nonce=NONCE)},
        {"request": SimpleNamespace(_csp_nonce=NONCE)},
        {"csp_nonce": "", "request": SimpleNamespace(_csp_nonce=NONCE)},
    ],
    ids=["context", "django-csp", "django", "a context that lost it"],
)
def test_a_lazy_nonce_is_found(context: dict[str, Any]) -> None:
    assert script(render(**context))["nonce"] == "n0nce"


@pytest.mark.parametrize("context", [{}, {"request": SimpleNamespace()}])
def test_without_a_nonce_there_is_no_attribute(context: dict[str, Any]) -> None:
    assert "nonce" not in render(**context)


@pytest.mark.parametrize("mode", ["on", "off"])
def test_values_are_escaped(settings: Settings, mode: str) -> None:
    evil = '"><script>alert(1)</script>'
    settings.JUPID_EMBED_PARTNER_ID = evil
    tag = "{% jupid_embed initial_path=path %}{% endautoescape %}"
    template = Template(f"{LOAD}{{% autoescape {mode} %}}{tag}")
    html = template.render(Context({"path": mark_safe("/" + evil)}))
    assert script(html)["data-partner-id"] == evil
    assert element(html)["initial-path"] == "/" + evil


@pytest.mark.parametrize(
    ("given", "rendered"),
    [
        ("jupid_embed:token", "/api/jupid/embed-token"),
        ("https://sso.example.com/login?a=b", "https://sso.example.com/login?a=b"),
        ("../login", "../login"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_login_page(settings: Settings, given: str | None, rendered: str) -> None:
    settings.LOGIN_URL = given
    assert script(render())["data-login-url"] == rendered


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)//", "JavaScript:x/", " java\nscript:x/", "data:text/html,<b>"]
    + ["vbscript:x/", "\x00blob:x/", "file:///etc/passwd"],
)
def test_a_login_page_that_is_none_is_refused(settings: Settings, url: str) -> None:
    settings.LOGIN_URL = url
    with pytest.raises(ValueError) as raised:
        render()
    assert str(raised.value) == (
        f"jupid_embed: LOGIN_URL must lead to a page, not to {url!r}."
    )


def test_texts_are_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.utils.translation._trans.gettext", lambda text: f'"{text}"'
    )
    html = render()
    assert script(html)["data-text-retry"] == '"Try again"'
    assert "&quot;This part of the page needs" in html
