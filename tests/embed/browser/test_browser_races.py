"""Answers that come when nobody waits for them any more."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import Sandbox
from .test_browser_faults import expect_state, retry
from .test_browser_lifecycle import expect_one_mounted

pytestmark = pytest.mark.browser


def test_an_embed_js_that_fails_after_it_was_given_up_does_not_end_the_next(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    held: list[Route] = []
    page.route("**/embed.js*", lambda route: held.append(route))
    page.clock.install()
    with page.expect_request("**/embed.js"):
        page.goto(site, wait_until="commit")
    expect(page.locator("script[src$='/embed.js']")).to_be_attached()
    page.evaluate(
        """() => {
            const script = document.querySelector("script[src$='/embed.js']");
            window.failed = new Promise((resolve) => {
                script.addEventListener("error", resolve);
            });
        }"""
    )
    page.clock.fast_forward("00:15")
    expect_state(page, "unreachable")
    with page.expect_request("**/embed.js?try=2"):
        retry(page)
    held[0].abort()
    page.evaluate("window.failed")
    page.evaluate(
        """() => {
            const element = document.querySelector("jupid-embed");
            element.after(element.cloneNode());
        }"""
    )
    held[1].continue_()
    expect(page.locator("jupid-embed[state=mounted] iframe")).to_have_count(2)
    assert len(held) == 2
    assert sandbox.effects()["scripts"] == 1


def test_an_embed_js_that_comes_after_removal_is_ignored(
    page: Page, site: str, sandbox: Sandbox, ada: Any, console: list[str]
) -> None:
    held: list[Route] = []
    page.route("**/embed.js", lambda route: held.append(route))
    with page.expect_response("**/embed-token"):
        page.goto(f"{site}/pages/embed/", wait_until="commit")
    expect(page.locator("script[src$='/embed.js']")).to_be_attached()
    page.evaluate(
        """() => {
            const script = document.querySelector("script[src$='/embed.js']");
            window.loaded = new Promise((resolve) => {
                script.addEventListener("load", () => resolve(!!window.JupidEmbed));
            });
            window.kept = document.querySelector("jupid-embed");
            window.kept.remove();
        }"""
    )
    held[0].continue_()
    assert page.evaluate("window.loaded")
    expect(page.locator("iframe")).to_have_count(0)
    assert page.evaluate("window.kept.querySelector('iframe')") is None
    page.evaluate("document.querySelector('#target').append(window.kept)")
    expect_one_mounted(page)
    assert sandbox.effects()["scripts"] == 1
    assert sandbox.effects()["frames"] == 1
    assert console == []
