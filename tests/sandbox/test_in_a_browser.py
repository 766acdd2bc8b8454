"""The sandbox in a real browser: its embed.js is loud, and other sites stay outside."""

from __future__ import annotations

import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.measure import find_chromium

from .forge import token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .client import Sandbox

PAGE = '<!doctype html><title>Site</title><div id="box" style="height: 720px"></div>'
GOOD = '{ partnerId: "acme", token: "a.b.c", container: box }'
OPTIONS = [
    '{ ...good, initialPath: "/reports?year=2026#may" }',
    '{ ...good, shell: "topbar", chat: "enabled" }',
    '{ ...good, shell: "sidebar", chat: "disabled" }',
    "{ ...good, initialPath: undefined, shell: undefined, chat: undefined }",
]
WRONG = {
    "undefined": "give one object of options.",
    "null": "give one object of options.",
    '"acme"': "give one object of options.",
    "{}": "container is an HTML element.",
    '{ ...good, container: "#box" }': "container is an HTML element.",
    '{ ...good, container: document.createElement("div") }': (
        "container is not in the page."
    ),
    "{ ...good, partnerId: undefined }": "partnerId is missing, or not",
    '{ ...good, partnerId: "a b" }': "partnerId is missing, or not",
    '{ ...good, partnerId: "../x" }': "partnerId is missing, or not",
    "{ ...good, token: undefined }": "token is missing, or not",
    '{ ...good, token: "" }': "token is missing, or not",
    '{ ...good, token: { token: "a.b.c" } }': "token is missing, or not",
    '{ ...good, initialPath: "//evil.test" }': "initialPath is missing, or not",
    '{ ...good, initialPath: "https://evil.test/" }': "initialPath is missing, or not",
    '{ ...good, initialPath: "/\\\\evil.test" }': "initialPath is missing, or not",
    '{ ...good, initialPath: "reports" }': "initialPath is missing, or not",
    "{ ...good, initialPath: null }": "initialPath is missing, or not",
    '{ ...good, shell: "none" }': "shell is missing, or not",
    "{ ...good, chat: true }": "chat is missing, or not",
    '{ ...good, appUrl: "127.0.0.1:8001" }': "appUrl is missing, or not",
    '{ ...good, appUrl: "http://127.0.0.1:8001/embed" }': "appUrl is missing, or not",
    '{ ...good, theme: "dark" }': "there is no option theme.",
    '{ ...good, toString: "x" }': "there is no option toString.",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium here, and in CI this test must run.")
        pytest.skip("No Chromium here. Install one, or name it in JUPID_CHROMIUM.")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        yield playwright.chromium.launch(executable_path=chromium, args=options)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The origin of a site of one page. Chromium lets no made-up one load from here."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(browser: Browser, site: str, sandbox: Sandbox) -> Iterator[Page]:
    """A page of the allowed origin, with embed.js in it."""
    sandbox.reset(site)
    page = browser.new_page()
    page.goto(site)
    page.add_script_tag(url=f"{sandbox.origin}/embed.js")
    page.evaluate(f"window.good = {GOOD}")
    yield page
    page.close()


@pytest.mark.parametrize("options", OPTIONS)
def test_documented_options_are_taken(page: Page, options: str) -> None:
    page.evaluate(f"JupidEmbed.mount({options})")
    expect(page.locator("#box iframe")).to_have_count(1)


@pytest.mark.parametrize("options", WRONG)
def test_other_options_are_refused(page: Page, sandbox: Sandbox, options: str) -> None:
    told = page.evaluate(
        f"""() => {{
            try {{ JupidEmbed.mount({options}); }} catch (error) {{ return `${{error}}`; }}
        }}"""
    )
    assert told.startswith(f"TypeError: JupidEmbed.mount: {WRONG[options]}")
    expect(page.locator("iframe")).to_have_count(0)
    assert sandbox.effects() == {"scripts": 1}


def test_options_reach_the_session_and_destroy_ends_it(
    page: Page, site: str, sandbox: Sandbox
) -> None:
    options = '{ ...good, token, initialPath: "/a?b=c&d", shell: "topbar" }'
    page.evaluate(
        f"(token) => {{ window.embed = JupidEmbed.mount({options}); }}", token()
    )
    frame = page.frame_locator("#box iframe")
    expect(frame.locator("body")).to_have_attribute("data-session", "accepted")
    assert sandbox.state()["sessions"][0]["mount"] == {
        "partner_id": "acme",
        "origin": site,
        "initial_path": "/a?b=c&d",
        "shell": "topbar",
        "chat": "",
    }
    page.evaluate("window.embed.destroy()")
    expect(page.locator("iframe")).to_have_count(0)


def test_a_token_that_is_too_long_is_told(page: Page) -> None:
    page.evaluate('JupidEmbed.mount({ ...good, token: "x".repeat(70000) }); undefined')
    expect(page.frame_locator("#box iframe").get_by_role("status")).to_have_text(
        "The sandbox answers 400: is the token longer than 64 kB?"
    )


def test_a_container_without_height_is_told(page: Page) -> None:
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.evaluate('box.style.height = "auto"; JupidEmbed.mount(good)')
    expect(page.locator("iframe")).to_have_count(1)
    assert lines == []
    page.evaluate('box.replaceChildren(); box.style.height = "0"')
    page.evaluate("JupidEmbed.mount(good); undefined")
    assert lines == ["JupidEmbed.mount: the container has no height, so nothing shows."]


def test_a_page_without_an_origin_is_told(browser: Browser, sandbox: Sandbox) -> None:
    page = browser.new_page()
    page.set_content(PAGE)
    page.evaluate(
        """(url) => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.sandbox = "allow-scripts";
            frame.srcdoc = `<div id=box></div><script src="${url}"></script><script>
                try {
                    JupidEmbed.mount({ partnerId: "a", token: "b", container: box });
                } catch (error) { parent.postMessage(error.message, "*"); }
            </script>`;
            addEventListener("message", ({ data }) => { window.told = data; resolve(); });
            document.body.append(frame);
        })""",
        f"{sandbox.origin}/embed.js",
    )
    told = "JupidEmbed.mount: a page without an origin cannot embed."
    assert page.evaluate("window.told") == told
    page.close()


@pytest.mark.parametrize("query", ["", "?initialPath=/x"])
def test_a_frame_page_by_itself_says_where_it_belongs(
    browser: Browser, sandbox: Sandbox, query: str
) -> None:
    page = browser.new_page()
    page.goto(f"{sandbox.origin}/embed/acme{query}")
    expect(page.get_by_role("status")).to_have_text(
        "This page belongs in a frame: open your own site, and mount the embed there."
    )
    page.close()


# What a page of another port of this machine may try.
FORGERIES = {
    "JSON": """fetch(url, {
        method: "POST", body, headers: { "Content-Type": "application/json" },
    })""",
    "JSON without asking": 'fetch(url, { method: "POST", mode: "no-cors", body })',
    "a beacon": """new Promise((resolve) => {
        new PerformanceObserver((done) => {
            if (done.getEntriesByName(url).length) resolve();
        }).observe({ type: "resource" });
        navigator.sendBeacon(url, body);
    })""",
    "a form": """new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.name = "target";
        const form = document.createElement("form");
        Object.assign(form, { method: "post", action: url, target: "target" });
        form.innerHTML = '<input name="script" value="missing">';
        document.body.append(frame, form);
        frame.onload = resolve;
        form.submit();
    })""",
}


@pytest.mark.parametrize("path", ["/faults", "/forget"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_page_of_another_port_steers_nothing(
    page: Page, site: str, sandbox: Sandbox, forgery: str, path: str
) -> None:
    sandbox.session(token(), origin=site)
    before = sandbox.state()
    page.evaluate(
        f"""async ([url, body]) => {{
            try {{ await {FORGERIES[forgery]}; }} catch {{ }}
        }}""",
        [f"{sandbox.origin}{path}", '{"script": "missing"}'],
    )
    assert sandbox.state() == before
    # It came, and was turned away; or the browser asked first, and was.
    assert re.search(
        rf"(POST {path} 403|OPTIONS {path} 405)\n", sandbox.log.read_text()
    )


@pytest.mark.parametrize("path", ["/state", "/", "/embed/acme"])
def test_page_of_another_port_reads_nothing(
    page: Page, sandbox: Sandbox, path: str
) -> None:
    read = """async (url) => {
        const read = async (options) => {
            try { return await (await fetch(url, options)).text(); } catch { return ""; }
        };
        return (await read({})) + (await read({ mode: "no-cors" }));
    }"""
    assert page.evaluate(read, sandbox.origin + path) == ""


def test_other_sites_frame_no_page_with_claims(
    page: Page, site: str, sandbox: Sandbox
) -> None:
    location = sandbox.post_session(token(), origin=site).json["location"]
    page.goto(site.replace("localhost", "127.0.0.1"))
    for path in ("/", location, "/state", "/embed/acme"):
        page.evaluate(
            """(url) => new Promise((resolve) => {
                const frame = document.createElement("iframe");
                frame.onload = resolve;
                frame.referrerPolicy = "origin";
                frame.src = url;
                document.body.replaceChildren(frame);
            })""",
            sandbox.origin + path,
        )
        frame = page.frames[-1]
        if path == "/embed/acme":
            expect(frame.locator("h1")).to_have_text("This site may not embed Jupid")
            expect(frame.locator("body")).not_to_contain_text("Ada")
        else:
            assert frame.evaluate("window.origin") == "null", path
            expect(frame.locator("section")).to_have_count(0)
    assert sandbox.effects() == {
        "sessions": 1,
        "accepted": 1,
        "frames": 1,
        "scripts": 1,
    }
