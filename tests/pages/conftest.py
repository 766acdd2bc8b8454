"""Pages of other people's making, in Chromium."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from .rig import Rig, rig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-sync", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update"]
# Two origins of one site.
ARGUMENTS += ["--host-resolver-rules=MAP *.your-site.com 127.0.0.1"]


@pytest.fixture(scope="session")
def rigged(
    baked: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rig]:
    # Django's own users have no relations.
    project = baked(payload_fields="none")
    with rig(project, tmp_path_factory.mktemp("rig")) as running:
        yield running


@pytest.fixture
def host(rigged: Rig) -> Rig:
    rigged.reset()
    return rigged


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = filter(None, map(shutil.which, CHROMIUM))
    path = os.environ.get("JUPID_CHROMIUM") or next(found, None)
    if path is None:
        reason = "No Chromium here. Install one, or name it in JUPID_CHROMIUM."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=10_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=ARGUMENTS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, host: Rig) -> Iterator[Page]:
    """A page of somebody who is signed in."""
    context = browser.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{host.origin}/sign-in/ada/")
    yield page
    context.close()


@pytest.fixture
def console(page: Page) -> list[str]:
    """Each warning and error of the page, and every error that nobody caught."""
    lines: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            lines.append(f"{message.type}: {message.text}")

    page.on("console", keep)
    page.on("pageerror", lambda error: lines.append(f"uncaught: {error}"))
    return lines
