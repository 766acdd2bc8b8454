"""What the user sees when something fails, and that trying again works."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from jupid_embed import conf
from jupid_embed.tests import users

from .conftest import Sandbox

pytestmark = pytest.mark.browser


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("jupid-embed")).to_have_attribute("state", state)


def retry(page: Page) -> None:
    page.get_by_role("button", name="Try again").click()


@pytest.mark.parametrize(
    ("script", "state"),
    [("missing", "unreachable"), ("empty", "broken"), ("broken", "broken")],
)
def test_embed_js_fails_again_and_again_and_then_loads(
    page: Page, site: str, sandbox: Sandbox, ada: Any, script: str, state: str
) -> None:
    sandbox.set_faults(script=script)
    page.goto(site)
    for attempt in range(1, 4):
        expect_state(page, state)
        expect(page.get_by_role("status")).to_have_text(re.compile("again"))
        assert sandbox.effects()["scripts"] == attempt
        retry(page)
    expect_state(page, state)
    sandbox.set_faults()
    retry(page)
    expect_state(page, "mounted")
    session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
    expect(session).to_be_attached()
    expect(page.locator("script[src*='/embed.js']")).to_have_count(1)
    assert sandbox.effects()["frames"] == 1


def test_a_slow_embed_js_is_waited_for(
    page: Page, site: str, sandbox: Sandbox, ada: Any, console: list[str]
) -> None:
    sandbox.set_faults(script_delay=0.5)
    page.goto(site, wait_until="commit")
    expect_state(page, "loading")
    expect(page.get_by_role("status")).to_have_text("Loading…")
    expect_state(page, "mounted")
    assert console == []


def test_an_embed_js_that_never_comes_is_given_up(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    sandbox.set_faults(script_delay=60)
    page.clock.install()
    with page.expect_request("**/embed.js"):
        page.goto(site, wait_until="commit")
    expect_state(page, "loading")
    page.clock.fast_forward("00:15")
    expect_state(page, "unreachable")
    expect(page.locator("script[src*='/embed.js']")).to_have_count(0)
    sandbox.set_faults()
    retry(page)
    expect_state(page, "mounted")


def test_a_token_that_never_comes_is_given_up(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    page.clock.install()
    # The network swallows the request.
    page.route("**/embed-token", lambda route: None)
    with (
        page.expect_request("**/embed-token"),
        page.expect_event("requestfinished", lambda r: r.url.endswith("/embed.js")),
    ):
        page.goto(site)
    expect_state(page, "loading")
    page.clock.fast_forward("00:15")
    expect_state(page, "unreachable")
    page.unroute("**/embed-token")
    retry(page)
    expect_state(page, "mounted")
    assert sandbox.effects()["scripts"] == 1


def test_without_a_network_the_user_may_try_until_it_is_back(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    sandbox.set_faults(script="missing")
    page.goto(site)
    expect_state(page, "unreachable")
    sandbox.set_faults()
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        retry(page)
    expect_state(page, "unreachable")
    page.context.set_offline(False)
    retry(page)
    expect_state(page, "mounted")


def test_a_server_error_and_then_a_retry(
    page: Page, site: str, settings: Settings, ada: Any
) -> None:
    secret = conf.get("JUPID_EMBED_SECRET")
    settings.JUPID_EMBED_SECRET = ""
    page.goto(site)
    expect_state(page, "broken")
    expect(page.get_by_role("status")).to_have_text(
        "Something went wrong here. Please try again."
    )
    settings.JUPID_EMBED_SECRET = secret
    retry(page)
    expect_state(page, "mounted")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("html", "broken"),
        ("html-401", "signed-out"),
        ("redirect", "signed-out"),
        ("forbidden", "broken"),
        ("unavailable", "broken"),
        ("no-json", "broken"),
        ("json-as-text", "broken"),
        ("null", "broken"),
        ("empty", "broken"),
        ("blank", "broken"),
        ("number", "broken"),
        ("other-422", "broken"),
        ("token-and-500", "broken"),
    ],
)
def test_any_other_answer_ends_in_a_state(
    page: Page, site: str, ada: Any, sandbox: Sandbox, answer: str, state: str
) -> None:
    page.goto(f"{site}/pages/empty/")
    page.evaluate(
        """async (endpoint) => {
            const html = await (await fetch("/pages/fragment/")).text();
            const page = new DOMParser().parseFromString(html, "text/html");
            const embed = page.querySelector("jupid-embed");
            const script = document.createElement("script");
            const { dataset, src } = page.querySelector("script");
            Object.assign(script.dataset, dataset, { endpoint });
            script.src = src;
            document.querySelector("#target").append(embed, script);
        }""",
        f"/answers/{answer}/",
    )
    expect_state(page, state)
    assert "frames" not in sandbox.effects()


def test_signed_out_in_the_middle(
    page: Page, site: str, sandbox: Sandbox, ada: Any
) -> None:
    page.goto(f"{site}/?month=may&x=1")
    expect_state(page, "mounted")
    page.context.clear_cookies()
    page.evaluate(
        """() => {
            const embed = document.querySelector("jupid-embed");
            embed.replaceWith(embed);
        }"""
    )
    expect_state(page, "signed-out")
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    expect(page.locator("jupid-embed iframe")).to_have_count(0)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    page.get_by_role("link", name="Sign in again").click()
    expect(page).to_have_url(f"{site}/login/?next=%2F%3Fmonth%3Dmay%26x%3D1")


def test_a_user_without_an_email_is_told(
    page: Page,
    site: str,
    sandbox: Sandbox,
    sign_in: Callable[[Any], None],
) -> None:
    sign_in(users.make_user_without_email("alan"))
    page.goto(site)
    expect_state(page, "no-email")
    expect(page.get_by_role("status")).to_have_text(
        "Your account has no email address. Add one, then try again."
    )
    assert "frames" not in sandbox.effects()


def test_without_javascript_the_page_says_what_it_needs(
    page: Page, site: str, ada: Any
) -> None:
    browser = page.context.browser
    assert browser
    state = page.context.storage_state()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto(site)
    expect(plain.locator("jupid-embed")).to_have_text(
        "This part of the page needs JavaScript. If nothing more appears here, "
        "allow scripts of this site, then reload the page."
    )
    expect(plain.locator("jupid-embed")).to_be_visible()
    context.close()
