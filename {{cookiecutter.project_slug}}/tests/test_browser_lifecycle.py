"""One element, one iframe: whatever the page does to the element."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Sandbox

pytestmark = pytest.mark.browser

# What htmx does: it swaps in what the server rendered, and copies the scripts so that
# they run.
SWAP_FRAGMENT = """async () => {
    const target = document.querySelector("#target");
    target.innerHTML = await (await fetch("/pages/fragment/")).text();
    for (const script of target.querySelectorAll("script")) {
        const copy = document.createElement("script");
        for (const { name, value } of script.attributes) copy.setAttribute(name, value);
        script.replaceWith(copy);
    }
}"""
# What Turbo does: it keeps a copy of the body, and puts another body in its place.
SWAP_BODY = """async (url) => {
    const html = await (await fetch(url)).text();
    const { body } = new DOMParser().parseFromString(html, "text/html");
    window.snapshot = document.body.cloneNode(true);
    document.body.replaceWith(body);
    for (const script of document.body.querySelectorAll("script")) {
        const copy = document.createElement("script");
        for (const { name, value } of script.attributes) copy.setAttribute(name, value);
        script.replaceWith(copy);
    }
}"""

# Counts what embed.js is told to end.
COUNT_DESTROYED = """
let sdk;
window.destroyed = 0;
Object.defineProperty(window, "JupidEmbed", {
    get: () => sdk,
    set: ({ mount }) => {
        sdk = {
            mount: (options) => {
                const embed = mount(options);
                const destroy = () => {
                    window.destroyed++;
                    embed.destroy();
                };
                return { destroy };
            },
        };
    },
});
"""


def expect_one_mounted(page: Page) -> None:
    expect(page.locator("jupid-embed")).to_have_attribute("state", "mounted")
    expect(page.locator("iframe")).to_have_count(1)
    session = page.frame_locator("iframe").locator("[data-session=accepted]")
    expect(session).to_be_attached()


def jtis(sandbox: Sandbox) -> list[str]:
    return [session["claims"]["jti"] for session in sandbox.sessions()]


@pytest.fixture
def embed(page: Page, site: str, ada: Any) -> Page:
    """A page with the embed mounted on it."""
    page.goto(f"{site}/pages/embed/")
    expect_one_mounted(page)
    return page


def test_the_script_may_run_twice(
    embed: Page, sandbox: Sandbox, console: list[str]
) -> None:
    embed.evaluate(
        """() => new Promise((resolve) => {
            const script = document.createElement("script");
            script.onload = resolve;
            script.src = document.querySelector("script[src*=mount]").src;
            document.head.append(script);
        })"""
    )
    expect_one_mounted(embed)
    assert sandbox.effects()["frames"] == 1
    assert console == []


def test_moved_many_times_it_mounts_once(
    embed: Page, sandbox: Sandbox, console: list[str]
) -> None:
    embed.evaluate(
        """() => {
            const element = document.querySelector("jupid-embed");
            for (let time = 0; time < 5; time++) document.body.append(element);
        }"""
    )
    expect_one_mounted(embed)
    assert sandbox.effects()["sessions"] == 2
    assert sandbox.effects()["scripts"] == 1
    assert console == []


def test_removed_it_ends_and_put_back_it_starts_with_a_fresh_token(
    embed: Page, sandbox: Sandbox, console: list[str]
) -> None:
    embed.evaluate(
        """() => {
            window.kept = document.querySelector("jupid-embed");
            window.kept.remove();
        }"""
    )
    expect(embed.locator("iframe")).to_have_count(0)
    assert embed.evaluate("window.kept.querySelector('iframe')") is None
    embed.evaluate("document.querySelector('#target').append(window.kept)")
    expect_one_mounted(embed)
    assert len(set(jtis(sandbox))) == 2
    assert sandbox.effects()["scripts"] == 1
    assert console == []


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("document.querySelector('jupid-embed').remove()", id="removed"),
        pytest.param(SWAP_BODY, id="swapped"),
        pytest.param(
            "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))",
            id="left",
        ),
    ],
)
def test_an_embed_that_ends_is_destroyed_once(
    page: Page, site: str, ada: Any, console: list[str], end: str
) -> None:
    page.add_init_script(COUNT_DESTROYED)
    page.goto(f"{site}/pages/embed/")
    expect_one_mounted(page)
    assert page.evaluate("window.destroyed") == 0
    page.evaluate(end, "/pages/empty/")
    expect(page.locator("iframe")).to_have_count(0)
    assert page.evaluate("window.destroyed") == 1
    assert console == []


def test_a_token_on_its_way_is_dropped_on_removal(
    page: Page, site: str, sandbox: Sandbox, ada: Any, console: list[str]
) -> None:
    page.route("**/embed-token", lambda route: None)
    page.goto(f"{site}/pages/empty/")
    with page.expect_request("**/embed-token"):
        page.evaluate(SWAP_FRAGMENT)
    with page.expect_event("requestfailed") as failed:
        page.evaluate("document.querySelector('jupid-embed').remove()")
    assert failed.value.url.endswith("/embed-token")
    assert console == []


def test_an_htmx_style_swap_mounts_what_comes_in(
    page: Page, site: str, sandbox: Sandbox, ada: Any, console: list[str]
) -> None:
    page.goto(f"{site}/pages/empty/")
    for swaps in range(1, 4):
        page.evaluate(SWAP_FRAGMENT)
        expect_one_mounted(page)
        assert len(set(jtis(sandbox))) == swaps
    assert sandbox.effects()["scripts"] == 1
    assert console == []


def test_a_turbo_style_visit_ends_the_embed_and_going_back_mounts_it_anew(
    embed: Page, sandbox: Sandbox, console: list[str]
) -> None:
    embed.evaluate(SWAP_BODY, "/pages/empty/")
    expect(embed.locator("iframe")).to_have_count(0)
    embed.evaluate("document.body.replaceWith(window.snapshot)")
    expect_one_mounted(embed)
    expect(embed.get_by_role("status")).to_have_count(1)
    embed.evaluate(SWAP_BODY, "/pages/embed/")
    expect_one_mounted(embed)
    assert len(set(jtis(sandbox))) == 3
    assert sandbox.effects()["scripts"] == 1
    assert console == []


def test_two_elements_share_one_embed_js(
    embed: Page, sandbox: Sandbox, console: list[str]
) -> None:
    embed.evaluate(
        """() => {
            const element = document.querySelector("jupid-embed");
            element.after(element.cloneNode());
        }"""
    )
    expect(embed.locator("jupid-embed[state=mounted] iframe")).to_have_count(2)
    assert sandbox.effects()["scripts"] == 1
    assert console == []


def test_back_after_a_logout_shows_nothing_of_the_user(
    page: Page, site: str, ada: Any
) -> None:
    page.goto(site)
    expect_one_mounted(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{site}/login/")
    page.go_back()
    expect(page).to_have_url(f"{site}/login/?next=/")
    assert ada.get_username() not in page.inner_text("body")
    expect(page.locator("iframe")).to_have_count(0)


@pytest.mark.parametrize("still_signed_in", [True, False])
def test_back_from_the_browsers_cache_the_embed_starts_anew(
    embed: Page, site: str, sandbox: Sandbox, still_signed_in: bool
) -> None:
    embed.evaluate("window.isTheSamePage = true")
    embed.goto(f"{site}/pages/empty/")
    if not still_signed_in:
        embed.context.clear_cookies()
    embed.go_back(wait_until="commit")
    assert embed.evaluate("window.isTheSamePage"), "The cache did not keep the page."
    if still_signed_in:
        expect_one_mounted(embed)
        assert len(set(jtis(sandbox))) == 2
    else:
        state = embed.locator("jupid-embed[state=signed-out]")
        expect(state).to_be_attached()
        expect(embed.locator("iframe")).to_have_count(0)
