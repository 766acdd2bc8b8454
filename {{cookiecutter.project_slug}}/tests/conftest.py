"""The example site, the sandbox beside it, and a real browser to look at them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from jupid_embed import conf
from jupid_embed.tests import users
from sandbox.partner import Partner
from sandbox.server import Sandbox

SECRET = "a secret of these tests, and of nothing else"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# For containers and for quiet: no test needs what these turn off.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]

expect.set_options(timeout=10_000)


# One module of tests at a time: while Playwright lives, an event loop runs, and code
# that starts one of its own fails.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = filter(None, map(shutil.which, CHROMIUM))
    path = os.environ.get("JUPID_CHROMIUM") or next(found, None)
    if path is None:
        reason = "No Chromium here. Install one, or name it in JUPID_CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # That loop would make Django take the tests for asynchronous code: it would
        # refuse the database, and open other connections than the site has.
        patch.setattr("django.utils.asyncio.get_running_loop", no_running_loop)
        patch.setattr(
            "asgiref.local.asyncio", SimpleNamespace(get_running_loop=no_running_loop)
        )
        browser = playwright.chromium.launch(
            executable_path=path,
            args=ARGUMENTS,
            # Playwright turns the back/forward cache off; users have it.
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


def no_running_loop() -> NoReturn:
    raise RuntimeError("The loop is Playwright's.")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def console(page: Page) -> list[str]:
    """Every line of the page's console, and every error that nobody caught."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: lines.append(f"uncaught: {error}"))
    return lines


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: LiveServer) -> LiveServer:
    """pytest-django's own, but not before there is a test database to share with it."""
    return live_server


@pytest.fixture
def sandbox(live_server: LiveServer) -> Iterator[Sandbox]:
    partner = Partner(partner_id="acme", secret=SECRET, origins=(live_server.url,))
    with Sandbox(partner) as sandbox:
        yield sandbox


@pytest.fixture
def site(live_server: LiveServer, sandbox: Sandbox, settings: Settings) -> str:
    """The address of the example site, which takes the sandbox for Jupid."""
    for name in ("SECURE_CSP", "CONTENT_SECURITY_POLICY"):
        if hasattr(settings, name):
            policy = getattr(settings, name)
            app_url = conf.get("JUPID_EMBED_APP_URL")
            setattr(settings, name, replaced(policy, app_url, sandbox.origin))
    settings.JUPID_EMBED_PARTNER_ID = "acme"
    settings.JUPID_EMBED_AUDIENCE = "jupid-embed"
    settings.JUPID_EMBED_APP_URL = sandbox.origin
    settings.JUPID_EMBED_SECRET = SECRET
    settings.ROOT_URLCONF = "tests.urls"
    return live_server.url


def replaced(policy: Any, old: str, new: str) -> Any:
    """The same policy, with another source in the place of one."""
    if isinstance(policy, dict):
        return {name: replaced(part, old, new) for name, part in policy.items()}
    if isinstance(policy, list):
        return [replaced(part, old, new) for part in policy]
    return new if policy == old else policy


@pytest.fixture
def sign_in(
    page: Page, client: Client, site: str, settings: Settings
) -> Callable[[Any], None]:
    def sign_in(user: Any) -> None:
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": site}
        page.context.add_cookies([cookie])  # type: ignore[list-item]

    return sign_in


@pytest.fixture
def ada(sign_in: Callable[[Any], None], transactional_db: None) -> Any:
    """A complete user, signed in."""
    user = users.make_user("ada")
    sign_in(user)
    return user
