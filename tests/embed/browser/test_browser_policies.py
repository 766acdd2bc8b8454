"""The embed under strict Content Security Policies, by whatever makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import django
import pytest
from csp.constants import NONCE
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from .conftest import Sandbox

pytestmark = pytest.mark.browser

DJANGO = "django.middleware.csp.ContentSecurityPolicyMiddleware"
DJANGO_CSP = "csp.middleware.CSPMiddleware"
MIDDLEWARES = [
    pytest.param(
        DJANGO,
        marks=pytest.mark.skipif(
            django.VERSION < (6, 0), reason="Django 5.2 has no policies of its own."
        ),
    ),
    DJANGO_CSP,
]
# "app" stands for the sandbox's origin, "nonce" for what the middleware replaces.
STRICT = {
    "default-src": ["'none'"],
    "base-uri": ["'none'"],
    "connect-src": ["'self'"],
    "frame-src": ["app"],
    "img-src": ["'self'"],
}
POLICIES = {
    "nonce": {**STRICT, "script-src": ["nonce"]},
    "strict-dynamic": {**STRICT, "script-src": ["nonce", "'strict-dynamic'"]},
    "allow-list": {**STRICT, "script-src": ["'self'", "app"]},
    "both": {**STRICT, "script-src": ["'self'", "nonce", "app"]},
}

Serve = Callable[[str, dict[str, list[str]]], str]


@pytest.fixture
def serve(site: str, sandbox: Sandbox, settings: Settings, ada: Any) -> Iterator[Serve]:
    """Serve the site by a middleware, or none, and its policy; tell where."""
    servers = []

    def serve(middleware: str, policy: dict[str, list[str]]) -> str:
        sources: dict[str, Any] = {"app": sandbox.origin, "nonce": NONCE}
        if middleware == DJANGO:
            from django.utils.csp import CSP

            sources["nonce"] = CSP.NONCE
        policy = {
            directive: [sources.get(value, value) for value in values]
            for directive, values in policy.items()
        }
        settings.SECURE_CSP = policy
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy}
        others = [m for m in settings.MIDDLEWARE if m not in (DJANGO, DJANGO_CSP)]
        settings.MIDDLEWARE = [middleware, *others] if middleware else others
        server = LiveServer("localhost")
        servers.append(server)
        sandbox.reset(server.url)
        return server.url

    yield serve
    for server in servers:
        server.stop()


@pytest.mark.parametrize("middleware", MIDDLEWARES)
@pytest.mark.parametrize("name", POLICIES)
def test_the_embed_mounts_and_nothing_violates_the_policy(
    page: Page, console: list[str], serve: Serve, middleware: str, name: str
) -> None:
    address = serve(middleware, POLICIES[name])
    response = page.goto(f"{address}/pages/embed/")
    assert response
    policy = response.headers["content-security-policy"]
    assert ("'nonce-" in policy) is ("nonce" in POLICIES[name]["script-src"])
    assert "unsafe-inline" not in policy
    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
    expect(session).to_be_attached()
    height = page.locator("jupid-embed iframe").evaluate("frame => frame.offsetHeight")
    assert height >= 720
    assert console == []


@pytest.mark.parametrize("middleware", MIDDLEWARES)
def test_smuggled_markup_gets_no_script_past_the_policy(
    page: Page, sandbox: Sandbox, serve: Serve, middleware: str
) -> None:
    scripts: list[str] = []
    page.on(
        "request",
        lambda r: scripts.append(r.url) if r.resource_type == "script" else None,
    )
    address = serve(middleware, POLICIES["nonce"])
    page.goto(f"{address}/pages/smuggled/")
    expect(page.locator("jupid-embed[state=mounted]")).to_have_count(2)
    assert f"{sandbox.origin}/embed.js" in scripts
    assert not [url for url in scripts if "evil.example" in url]


@pytest.mark.parametrize("middleware", MIDDLEWARES)
def test_a_policy_that_forbids_jupid_ends_in_a_state(
    page: Page, console: list[str], sandbox: Sandbox, serve: Serve, middleware: str
) -> None:
    address = serve(middleware, {**STRICT, "script-src": ["'self'"]})
    page.goto(f"{address}/pages/embed/")
    expect(page.locator("jupid-embed")).to_have_attribute("state", "broken")
    own = [line for line in console if "jupid_embed: " in line]
    assert own == [
        f"warning: jupid_embed: The policy lacks {sandbox.origin} in script-src."
    ]


def test_the_example_runs_under_a_strict_policy(
    page: Page, site: str, ada: Any, console: list[str]
) -> None:
    response = page.goto(site)
    assert response
    headers = response.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'nonce-" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert headers["cross-origin-opener-policy"] == "same-origin-allow-popups"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{site}/login/")
    assert console == []


def test_without_a_policy_it_mounts_too(
    page: Page, console: list[str], serve: Serve
) -> None:
    address = serve("", {})
    response = page.goto(f"{address}/pages/embed/")
    assert response
    assert "content-security-policy" not in response.headers
    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    assert console == []
