"""Every state for every reader: axe, announcements, focus, dark and light, phones."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Any, Literal

import pytest
from playwright.sync_api import Frame, Page, expect
from pytest_django import Settings

from example import people
from jupid_embed.tests import users

from .conftest import Sandbox

pytestmark = pytest.mark.browser

COLOR_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(frame: Frame) -> list[str]:
    # A library that is handed to evaluate() must not return itself.
    frame.evaluate(AXE + "; undefined")
    found = frame.evaluate("axe.run({ iframes: false })")
    return [
        f"{violation['id']}: {node['html']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def expect_accessible(page: Page) -> None:
    for scheme in COLOR_SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for frame in page.frames:
            assert violations(frame) == []


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("jupid-embed")).to_have_attribute("state", state)


def test_the_login_page(page: Page, site: str, settings: Settings) -> None:
    settings.DEBUG = True
    people.make()
    page.goto(site)
    expect(page.get_by_role("button", name="ada")).to_be_visible()
    expect_accessible(page)
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect_accessible(page)


def test_loading(page: Page, site: str, ada: Any) -> None:
    page.route("**/embed-token", lambda route: None)
    page.goto(site)
    expect_state(page, "loading")
    expect_accessible(page)


def test_mounted(page: Page, site: str, ada: Any) -> None:
    page.goto(site)
    expect_state(page, "mounted")
    session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
    expect(session).to_be_attached()
    expect_accessible(page)


def test_refused(page: Page, site: str, sandbox: Sandbox, ada: Any) -> None:
    sandbox.set_faults(wrong_secret=True, clock_skew=3600)
    page.goto(site)
    session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
    expect(session).to_be_attached()
    expect_accessible(page)


@pytest.mark.parametrize(
    ("script", "state"), [("missing", "unreachable"), ("empty", "broken")]
)
def test_unreachable_and_broken(
    page: Page, site: str, sandbox: Sandbox, ada: Any, script: str, state: str
) -> None:
    sandbox.set_faults(script=script)
    page.goto(site)
    expect_state(page, state)
    expect_accessible(page)


def test_no_email(page: Page, site: str, sign_in: Callable[[Any], None]) -> None:
    sign_in(users.make_user_without_email("alan"))
    page.goto(site)
    expect_state(page, "no-email")
    expect_accessible(page)


def sign_out_and_remount(page: Page) -> None:
    page.context.clear_cookies()
    page.locator("jupid-embed").evaluate("embed => embed.replaceWith(embed)")


def test_signed_out(page: Page, site: str, ada: Any) -> None:
    page.goto(site)
    expect_state(page, "mounted")
    sign_out_and_remount(page)
    expect_state(page, "signed-out")
    expect_accessible(page)


def test_focus_is_left_alone(page: Page, site: str, sandbox: Sandbox, ada: Any) -> None:
    sandbox.set_faults(script_delay=0.3)
    page.goto(site, wait_until="commit")
    sign_out = page.get_by_role("button", name="Sign out")
    sign_out.focus()
    expect_state(page, "mounted")
    expect(sign_out).to_be_focused()
    sign_out_and_remount(page)
    expect_state(page, "signed-out")
    expect(sign_out).to_be_focused()


def test_the_retry_button_keeps_the_focus_through_failures(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    sandbox.set_faults(script="missing")
    page.goto(site)
    button = page.get_by_role("button", name="Try again")
    button.focus()
    for attempt in (2, 3):
        page.keyboard.press("Enter")
        expect_state(page, "unreachable")
        expect(button).to_be_focused()
        assert sandbox.effects()["scripts"] == attempt


@pytest.mark.parametrize(("state", "place"), [("mounted", "div"), ("signed-out", "a")])
def test_a_retry_that_ends_takes_the_focus_along(
    page: Page, site: str, sandbox: Sandbox, ada: Any, state: str, place: str
) -> None:
    sandbox.set_faults(script="missing")
    page.goto(site)
    expect_state(page, "unreachable")
    page.get_by_role("button", name="Try again").focus()
    sandbox.set_faults()
    if state == "signed-out":
        page.context.clear_cookies()
    page.keyboard.press("Enter")
    expect_state(page, state)
    expect(page.locator(f"jupid-embed {place}:focus")).to_be_attached()


def test_a_live_region_announces_each_state(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    sandbox.set_faults(script="missing")
    page.goto(site)
    expect_state(page, "unreachable")
    status = page.get_by_role("status")
    expect(status).to_have_text(
        "This part of the page cannot be reached. Check your connection, then try again."
    )
    # The region itself must stay: one that comes with its text is not announced.
    status.evaluate("region => { window.region = region; }")
    sandbox.set_faults()
    page.get_by_role("button", name="Try again").click()
    expect_state(page, "mounted")
    expect(status).to_have_text("")
    assert page.evaluate("window.region.isConnected")
    assert page.evaluate("getComputedStyle(window.region).display") != "none"


def test_the_sites_own_styles_bring_no_button_back(
    page: Page, site: str, ada: Any
) -> None:
    page.goto(site)
    expect_state(page, "mounted")
    page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync("a, button { display: inline-flex; }");
            document.adoptedStyleSheets.push(sheet);
        }"""
    )
    expect(page.locator("jupid-embed button")).to_be_hidden()
    expect(page.locator("jupid-embed a")).to_be_hidden()


@pytest.mark.parametrize(
    "box",
    [
        "display: flex",
        "display: flex; justify-content: center; align-items: center",
        "display: flex; flex-direction: column; align-items: center",
        "display: grid; place-items: center",
    ],
)
def test_the_embed_fills_a_box_of_any_layout(
    page: Page, site: str, ada: Any, box: str
) -> None:
    page.goto(site)
    expect_state(page, "mounted")
    embed = page.locator("jupid-embed")
    before = embed.bounding_box()
    assert before
    embed.evaluate("(embed, box) => { embed.parentElement.style.cssText = box; }", box)
    after = embed.bounding_box()
    assert after
    assert (after["width"], after["height"]) == (before["width"], before["height"])
    embed.evaluate("embed => { embed.style.cssText = 'margin: 0 16px'; }")
    inner = embed.bounding_box()
    assert inner
    assert inner["width"] == before["width"] - 32


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_the_embed_fills_the_workspace_without_scrolling_sideways(
    page: Page, site: str, ada: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site)
    frame = page.locator("jupid-embed iframe")
    expect(frame).to_be_visible()
    frame_box = frame.bounding_box()
    workspace_box = page.locator(".workspace").bounding_box()
    assert frame_box
    assert workspace_box
    assert frame_box["height"] >= 720
    assert frame_box["width"] == workspace_box["width"]
    assert abs(frame_box["height"] - workspace_box["height"]) <= 1
    assert page.evaluate("document.documentElement.scrollWidth") == width
