"""Markup that somebody smuggled in chooses nothing that matters."""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from .rig import PAGE, Rig

EVIL = "http://evil.example"
NAMES = ["currentScript", "createElement", "head", "body", "documentElement"]
NAMES += ["adoptedStyleSheets", "querySelector", "location", "cookie", "defaultView"]
SMUGGLED = {
    "script": f'<img name="currentScript" data-app-url="{EVIL}" nonce="x">',
    "element": '<jupid-embed app-url="{e}" endpoint="{e}/t" partner-id="evil"'
    ' login-url="javascript:alert(1)" text-loading="evil"></jupid-embed>'.replace(
        "{e}", EVIL
    ),
    "images": "".join(f'<img name="{name}">' for name in NAMES),
    "forms": "".join(
        f'<form name="{name}"><input name="append"><input name="call"></form>'
        for name in NAMES
    ),
    "window": "".join(
        f'<a id="{name}"></a><form id="{name}" name="{name}"><input name="mount">'
        '<input name="createPolicy"></form>'
        for name in ("JupidEmbed", "trustedTypes", "customElements", "Turbo", "fetch")
    ),
    "frame": f'<iframe name="JupidEmbed" src="{EVIL}"></iframe>'
    f'<iframe name="trustedTypes" src="{EVIL}"></iframe>',
    "base": f'<base href="{EVIL}/">',
}


@pytest.mark.parametrize(
    ("name", "where"),
    # A <base> before every script tag of the page moves them all: `base-uri` is for that.
    [*product(SMUGGLED, ["before", "after"])][:-2] + [("base", "after")],
)
def test_it_is_our_script_our_token_and_our_partner(
    page: Page, host: Rig, console: list[str], name: str, where: str
) -> None:
    tag = "<main>{% jupid_embed %}</main>"
    body = SMUGGLED[name] + tag if where == "before" else tag + SMUGGLED[name]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(host.page(PAGE % ("", body)))
    expect(page.locator("main jupid-embed")).to_have_attribute("state", "mounted")
    frame = page.frame_locator("main jupid-embed iframe")
    expect(frame.locator("body")).to_have_attribute("data-session", "accepted")
    ours = (host.origin, host.app)
    foreign = {url for url in asked if not url.startswith(ours)}
    assert foreign == ({f"{EVIL}/"} if name == "frame" else set())
    assert host.tokens() == page.locator("jupid-embed").count()


def test_a_form_beside_the_tag_that_answers_for_it_stops_nothing(
    page: Page, host: Rig, console: list[str]
) -> None:
    form = '<form data-jupid="preload"><input name="remove"></form>'
    page.goto(host.page(PAGE % ("", f"<main>{form}{{% jupid_embed %}}</main>")))
    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    expect(page.locator("link[data-jupid]")).to_have_count(0)
    assert console == []


@pytest.mark.parametrize(
    ("login_url", "href"),
    [
        ("/login?a=b", "{site}/login?a=b&next=%2Fpage%2Fpage%2F%3Fq%3D1"),
        ("https://sso.example/in?a=b", "https://sso.example/in?a=b&next={page}"),
        ("//sso.example/in", "http://sso.example/in?next={page}"),
        ("javascript:alert(1)", ""),
        (" java\tscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://[", ""),
    ],
)
def test_the_login_link_leads_to_a_page_and_back(
    page: Page, host: Rig, login_url: str, href: str
) -> None:
    tag = (
        '<script src="{% static \'jupid_embed/mount.js\' %}" data-app-url="{{ app }}"'
        ' data-partner-id="acme" data-endpoint="/api/jupid/embed-token"'
        f' data-login-url="{login_url}" async></script><jupid-embed></jupid-embed>'
    )
    host.answer(status=401)
    url = host.page(PAGE % ("", tag)) + "?q=1"
    page.goto(f"{url}#for-this-page-alone")
    embed = page.locator("jupid-embed")
    expect(embed).to_have_attribute("state", "signed-out")
    if href:
        whole = href.format(site=host.origin, page=quote(url, safe=""))
        expect(page.get_by_role("link")).to_have_attribute("href", whole)
        expect(embed.locator("button")).to_be_hidden()
    else:
        expect(embed.locator("a")).to_be_hidden()
        expect(embed.locator("button")).to_be_visible()
