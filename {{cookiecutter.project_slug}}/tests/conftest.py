"""The example site, the sandbox beside it, and a real browser to look at them.

Another browser than Chromium is put in by a fixture `browser` of one's own.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from example.settings import APP_URL
from jupid_embed.tests import users

PROJECT = Path(__file__).resolve().parent.parent
SECRET = "dev-a-secret-of-these-tests-and-of-nothing-else"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# For containers and for quiet: no test needs what these turn off.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=10_000)


# One module of tests at a time: while Playwright lives, an event loop runs, and code
# that starts one of its own fails.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # That loop makes Django take the tests for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = filter(None, map(shutil.which, CHROMIUM))
    path = os.environ.get("JUPID_CHROMIUM") or next(found, None)
    if path is None:
        reason = "No Chromium here. Install one, or name it in JUPID_CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    browser = playwright.chromium.launch(
        executable_path=path,
        args=ARGUMENTS,
        # Playwright turns the back/forward cache off; users have it.
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


# The live server stands first, and so ends last: not while a browser talks to it.
@pytest.fixture
def page(live_server: LiveServer, browser: Browser) -> Iterator[Page]:
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


# After Playwright: the connection that the tests have then is what it shares.
@pytest.fixture(scope="module")
def live_server(django_db_setup: None, playwright: Playwright) -> Iterator[LiveServer]:
    server = LiveServer("localhost")
    yield server
    server.stop()


class Sandbox:
    """A sandbox that runs in a process of its own, and the ways to steer it."""

    def __init__(self, origin: str, log: Path) -> None:
        self.origin, self.log = origin, log

    def reset(self, *origins: str) -> None:
        """Forget everybody and every fault, and allow these origins alone."""
        self._ask("/forget", {"origins": origins})

    def set_faults(self, **faults: Any) -> None:
        """Let these go wrong and nothing else: script, script_delay (seconds),
        deny_origin, clock_skew (seconds), wrong_secret."""
        self._ask("/faults", faults)

    def effects(self) -> dict[str, int]:
        """How often each thing happened: only what did happen."""
        found = json.loads(self._ask("/state"))["effects"]
        return {name: count for name, count in found.items() if count}

    def sessions(self) -> list[dict[str, Any]]:
        """What became of each token, newest first."""
        found: list[dict[str, Any]] = json.loads(self._ask("/state"))["sessions"]
        return found

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Origin": self.origin}
        request = urllib.request.Request(self.origin + path, data, headers)
        # Whatever proxy the environment names: this stays on the machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as response:
            answer: bytes = response.read()
        return answer


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    log = folder / "log"
    options = ["--origin=http://localhost", "--port=0", "--partner-id=acme"]
    changes = {"DEBUG": "", "JUPID_EMBED_SECRET": SECRET, "PYTHONPATH": str(PROJECT)}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", *options],
            cwd=folder,
            env={**os.environ, **changes},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        assert process.stdout
        # It says where it is as soon as it listens.
        started = process.stdout.readline()
        try:
            assert started, log.read_text("utf-8")
            yield Sandbox(started.split()[3].rstrip("/"), log)
        finally:
            process.terminate()


@pytest.fixture
def sandbox(sandbox_process: Sandbox, live_server: LiveServer) -> Sandbox:
    """The sandbox, which has met nobody and lets the example site embed."""
    sandbox_process.reset(live_server.url)
    return sandbox_process


@pytest.fixture
def site(live_server: LiveServer, sandbox: Sandbox, settings: Settings) -> str:
    """The address of the example site, which takes the sandbox for Jupid."""
    for name in ("SECURE_CSP", "CONTENT_SECURITY_POLICY"):
        if hasattr(settings, name):
            policy = replaced(getattr(settings, name), APP_URL, sandbox.origin)
            setattr(settings, name, policy)
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
    return [new if source == old else source for source in policy]


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
