"""Libraries that swap, morph and keep pages, as npm has them: twenty visits each."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from .rig import PAGE, Rig

VISITS = 20

# Counts what listens to the window.
COUNT_LISTENERS = """
window.listeners = 0;
const { addEventListener, removeEventListener } = window;
window.addEventListener = function (type, listener, ...rest) {
    if (listener instanceof HTMLElement) window.listeners++;
    return addEventListener.call(this, type, listener, ...rest);
};
window.removeEventListener = function (type, listener, ...rest) {
    if (listener instanceof HTMLElement) window.listeners--;
    return removeEventListener.call(this, type, listener, ...rest);
};
"""
TURBO = '<script type="module" src="/npm/@hotwired/turbo/dist/turbo.es2017-esm.js"></script>'
MORPHING = (
    '<meta name="turbo-refresh-method" content="morph">'
    '<meta name="turbo-refresh-scroll" content="preserve">'
)
HTMX = '<script src="/npm/htmx.org/dist/htmx.min.js"></script>'
IDIOMORPH = HTMX + '<script src="/npm/idiomorph/dist/idiomorph-ext.min.js"></script>'
UNPOLY = (
    '<script src="/npm/unpoly/unpoly.min.js"></script>'
    '<link rel="stylesheet" href="/npm/unpoly/unpoly.min.css">'
)


class Library(NamedTuple):
    """What stands in the head, around the page's part, and on its links."""

    head: str
    around: str = "<main>%s</main>"
    link: str = '<a href="/page/{name}/">To {name}</a>'


def fetched_by_htmx(swap: str, target: str = "main") -> str:
    return (
        f'<a href="#" hx-get="/page/{{name}}/" hx-target="{target}" hx-select="{target}"'
        f' hx-swap="{swap}">To {{name}}</a>'
    )


LIBRARIES = {
    "Turbo Drive": Library(TURBO),
    "Turbo Frames": Library(TURBO, '<turbo-frame id="part">%s</turbo-frame>'),
    "htmx boost": Library(HTMX, '<main hx-boost="true">%s</main>'),
    "htmx outerHTML": Library(HTMX, link=fetched_by_htmx("outerHTML")),
    "htmx innerHTML": Library(
        HTMX, "<main><div>%s</div></main>", fetched_by_htmx("innerHTML")
    ),
    "htmx morph": Library(
        IDIOMORPH, '<main hx-ext="morph">%s</main>', fetched_by_htmx("morph:outerHTML")
    ),
    "Unpoly": Library(
        UNPOLY, link='<a href="/page/{name}/" up-follow up-target="main">To {name}</a>'
    ),
}


def serve(host: Rig, library: Library) -> str:
    """Serve a page with the embed and one without; return the address of the latter."""
    links = "".join(library.link.format(name=name) for name in ("embed", "other"))
    for name, tag in (("embed", "{% jupid_embed %}"), ("other", "")):
        part = f"<h1>{name}</h1>{links}{tag}"
        host.page(PAGE % (library.head, library.around % part), name)
    return f"{host.origin}/page/other/"


def expect_mounted(page: Page, count: int = 1) -> None:
    expect(page.locator("jupid-embed[state=mounted] iframe")).to_have_count(count)
    if count:
        session = page.frame_locator("jupid-embed iframe").locator("[data-session]")
        expect(session).to_be_attached()


@pytest.mark.parametrize("name", LIBRARIES)
def test_twenty_visits(page: Page, host: Rig, console: list[str], name: str) -> None:
    page.add_init_script(COUNT_LISTENERS)
    page.goto(serve(host, LIBRARIES[name]))
    for visit in range(VISITS):
        is_embed = visit % 2 == 0
        page.get_by_role("link", name="To embed" if is_embed else "To other").click()
        expect(page.locator("h1")).to_have_text("embed" if is_embed else "other")
        expect_mounted(page, int(is_embed))
        expect(page.locator("iframe")).to_have_count(int(is_embed))
    assert host.tokens() == VISITS / 2
    assert host.effects()["accepted"] == VISITS / 2
    assert host.effects()["scripts"] == 1
    assert page.evaluate("window.listeners") == 0
    assert console == []


@pytest.mark.parametrize("name", ["Turbo Drive", "htmx boost", "Unpoly"])
def test_back_after_logout_shows_nothing(page: Page, host: Rig, name: str) -> None:
    page.goto(serve(host, LIBRARIES[name]))
    page.get_by_role("link", name="To embed").click()
    expect_mounted(page)
    page.get_by_role("link", name="To other").click()
    expect(page.locator("iframe")).to_have_count(0)
    page.evaluate("fetch('/sign-out/')")
    page.go_back()
    expect(page.locator("jupid-embed")).to_have_attribute("state", "signed-out")
    expect(page.locator("iframe")).to_have_count(0)


@pytest.mark.parametrize("name", ["Turbo Drive", "htmx boost", "Unpoly"])
def test_back_and_forth_mounts_once_each_time(
    page: Page, host: Rig, console: list[str], name: str
) -> None:
    page.goto(serve(host, LIBRARIES[name]))
    page.get_by_role("link", name="To embed").click()
    expect_mounted(page)
    for _ in range(3):
        page.go_back()
        expect(page.locator("jupid-embed")).to_have_count(0)
        page.go_forward()
        expect_mounted(page)
    assert host.tokens() == 4
    assert host.effects()["scripts"] == 1
    assert console == []


def test_a_morphing_refresh_of_turbo_leaves_the_embed_alone(
    page: Page, host: Rig, console: list[str]
) -> None:
    serve(host, Library(TURBO + MORPHING))
    page.goto(f"{host.origin}/page/embed/")
    expect_mounted(page)
    page.locator("iframe").evaluate("frame => { window.frame = frame; }")
    for _ in range(5):
        page.evaluate(
            """() => new Promise((resolve) => {
                addEventListener("turbo:load", resolve, { once: true });
                Turbo.session.refresh(location.href);
            })"""
        )
    expect_mounted(page)
    assert page.evaluate("window.frame.isConnected")
    assert host.tokens() == 1
    assert host.effects()["frames"] == 1
    assert console == []


MORPHS = {
    "idiomorph": """async () => {
        const html = await (await fetch(location.href)).text();
        const page = new DOMParser().parseFromString(html, "text/html");
        Idiomorph.morph(document.body, page.body);
    }""",
    "idiomorph inside": """async () => {
        const html = await (await fetch(location.href)).text();
        const page = new DOMParser().parseFromString(html, "text/html");
        const { innerHTML } = page.querySelector("main");
        Idiomorph.morph(document.querySelector("main"), innerHTML, {
            morphStyle: "innerHTML",
        });
    }""",
    "htmx": """() => htmx.ajax("GET", location.href, {
        target: "main", select: "main", swap: "morph:outerHTML",
    })""",
    "emptied": "document.querySelector('jupid-embed').replaceChildren()",
    "emptied and bare": """() => {
        const embed = document.querySelector("jupid-embed");
        for (const name of embed.getAttributeNames()) embed.removeAttribute(name);
        embed.textContent = "Loading";
    }""",
    "without its frame": "document.querySelector('jupid-embed iframe').remove()",
    "without its frame and its words": """() => {
        document.querySelector("jupid-embed output").textContent = "x";
        document.querySelector("jupid-embed iframe").remove();
    }""",
}


@pytest.mark.parametrize("name", MORPHS)
def test_an_embed_that_a_morph_takes_away_is_mounted_anew(
    page: Page, host: Rig, console: list[str], name: str
) -> None:
    around = '<main hx-ext="morph">%s</main>'
    serve(host, Library(IDIOMORPH, around))
    page.goto(f"{host.origin}/page/embed/")
    expect_mounted(page)
    for morph in range(1, 4):
        page.locator("iframe").evaluate("frame => { window.frame = frame; }")
        page.evaluate(MORPHS[name])
        page.wait_for_function("!window.frame.isConnected")
        expect_mounted(page)
        expect(page.get_by_role("status")).to_have_text("")
        assert host.tokens() == morph + 1
    assert host.effects()["scripts"] == 1
    assert console == []


def test_a_page_that_empties_it_for_ever_costs_few_tokens(
    page: Page, host: Rig
) -> None:
    page.goto(f"{host.origin}/page/embed/")
    expect_mounted(page)
    page.evaluate(
        """() => {
            const embed = document.querySelector("jupid-embed");
            const empty = () => embed.textContent && embed.replaceChildren();
            new MutationObserver(empty).observe(embed, { childList: true });
            empty();
        }"""
    )
    page.wait_for_load_state("networkidle")
    assert host.tokens() <= 7


def test_a_page_that_empties_it_again_and_again_gets_a_sentence(
    page: Page, host: Rig, console: list[str]
) -> None:
    page.goto(f"{host.origin}/page/embed/")
    for _ in range(6):
        expect_mounted(page)
        page.evaluate("document.querySelector('jupid-embed').replaceChildren()")
    status = page.get_by_role("status")
    expect(status).to_have_text("Something went wrong here. Please try again.")
    assert console == ["warning: jupid_embed: The page empties this."]
    page.get_by_role("button", name="Try again").click()
    expect_mounted(page)
    expect(status).to_have_text("")


@pytest.mark.parametrize("name", ["htmx", "move"])
def test_an_embed_that_is_kept_keeps_its_frame(
    page: Page, host: Rig, console: list[str], name: str
) -> None:
    around = '<main hx-boost="true"><div id="kept" hx-preserve>%s</div></main>'
    page.goto(serve(host, Library(HTMX, around)).replace("other", "embed"))
    expect_mounted(page)
    page.locator("iframe").evaluate("frame => { window.frame = frame; }")
    for _ in range(3):
        if name == "htmx":
            with page.expect_response("**/page/embed/"):
                page.get_by_role("link", name="To embed").click()
        else:
            page.evaluate(
                "document.body.moveBefore(document.querySelector('jupid-embed'), null)"
            )
    page.wait_for_load_state("networkidle")
    expect_mounted(page)
    assert page.evaluate("window.frame.isConnected")
    assert host.tokens() == 1
    assert host.effects()["frames"] == 1
    assert console == []
