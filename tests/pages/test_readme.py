"""Pages that Django does not render: each snippet of the project's README, run."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from ..helpers import must
from .rig import PAGE, Rig, npm, rig
from .test_libraries import COUNT_LISTENERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEADING = "### Pages that Django does not render"
VISITS = 20
APP, PARTNER = "https://jupid-staging-app.example.com", "your-partner-id"
REACT = """
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { Jupid } from "./Jupid.jsx";

function App() {
    const [shown, show] = useState(true);
    const [, count] = useState(0);
    window.show = show;
    window.render = () => count((number) => number + 1);
    return shown && <main><Jupid /></main>;
}
createRoot(document.body).render(<StrictMode><App /></StrictMode>);
"""
VUE = """
import { createApp, h, KeepAlive, ref } from "vue";
import Jupid from "./Jupid.vue.js";

const shown = ref(true);
window.show = (value) => { shown.value = value; };
window.render = () => {};
createApp(() => h(KeepAlive, () => (shown.value ? h(Jupid) : null))).mount("body");
"""
# What Vite's plugin does.
COMPILE = """
import { readFileSync, writeFileSync } from "node:fs";
import { compileScript, parse } from "vue/compiler-sfc";

const templateParseOptions = { isCustomElement: (tag) => tag === "jupid-embed" };
const source = readFileSync("Jupid.vue", "utf8");
const { descriptor, errors } = parse(source, { templateParseOptions });
if (errors.length) throw errors[0];
const { content } = compileScript(descriptor, { id: "jupid", inlineTemplate: true });
writeFileSync("Jupid.vue.js", content);
"""


@pytest.fixture(scope="module")
def project(baked: Callable[..., Path]) -> Path:
    return baked(payload_fields="none")


@pytest.fixture(scope="module")
def snippets(project: Path) -> list[tuple[str, str]]:
    """The language of each snippet, and its text."""
    _, _, text = (project / "README.md").read_text("utf-8").partition(HEADING)
    section = re.split(r"^##", text, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert [kind for kind, _ in found] == ["html", "html", "python", "jsx", "vue"]
    return found


def ours(host: Rig, snippet: str) -> str:
    """The snippet with the values of the sandbox."""
    assert APP in snippet
    assert PARTNER in snippet
    return snippet.replace(APP, host.app).replace(PARTNER, "acme")


def expect_mounted(page: Page, host: Rig, mounts: int) -> None:
    expect(page.locator("jupid-embed[state=mounted]")).to_have_count(1)
    frame = page.frame_locator("jupid-embed iframe")
    expect(frame.locator("body")).to_have_attribute("data-session", "accepted")
    assert host.tokens() == mounts
    assert host.effects()["scripts"] == 1


def test_plain_html(
    page: Page, host: Rig, console: list[str], snippets: list[tuple[str, str]]
) -> None:
    page.goto(host.page(PAGE % ("", ours(host, snippets[0][1]))))
    expect_mounted(page, host, 1)
    assert host.sessions()[0]["mount"]["initial_path"] == "/reports"
    assert console == []
    host.answer(status=401)
    page.reload()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    login = page.get_by_role("link", name="Sign in again")
    address = f"{host.origin}/accounts/login/?next=%2Fpage%2Fpage%2F"
    expect(login).to_have_attribute("href", address)


@pytest.fixture
def api(
    project: Path, tmp_path: Path, snippets: list[tuple[str, str]]
) -> Iterator[Rig]:
    """A host that lets the page of another origin ask for tokens."""
    page = "https://www.your-site.com"
    assert page in (settings := snippets[2][1])
    settings = settings.replace(page, "http://www.your-site.com:PORT")
    with rig(project, tmp_path, settings) as running:
        running.reset()
        yield running


def test_an_api_on_another_origin(
    page: Page, api: Rig, console: list[str], snippets: list[tuple[str, str]]
) -> None:
    port = api.origin.rpartition(":")[2]
    www, host = f"http://www.your-site.com:{port}", f"http://api.your-site.com:{port}"
    html = ours(api, snippets[1][1])
    assert "https://api.your-site.com/" in html
    api.page(PAGE % ("", html.replace("https://api.your-site.com", host)))
    api.allow(www)
    page.goto(f"{host}/sign-in/ada/")
    page.goto(f"{www}/page/page/")
    expect_mounted(page, api, 1)
    assert api.sessions()[0]["mount"]["origin"] == www
    assert console == []
    page.goto(f"{host}/sign-out/")
    page.goto(f"{www}/page/page/")
    expect(page.locator("jupid-embed")).to_have_attribute("state", "signed-out")


@pytest.fixture(scope="module")
def bundles(
    project: Path,
    snippets: list[tuple[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Rig, str], str]:
    """Bundles a snippet as its build tool would; returns the text of the script."""
    node, modules = shutil.which("node"), npm()
    assert node
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "node_modules").symlink_to(modules)
    shutil.copy(project / "src/jupid_embed/static/jupid_embed/mount.js", folder)

    def bundle(host: Rig, kind: str) -> str:
        snippet = ours(host, dict(snippets)[kind])
        (folder / f"Jupid.{kind}").write_text(snippet, "utf-8")
        (folder / "main.jsx").write_text({"jsx": REACT, "vue": VUE}[kind], "utf-8")
        if kind == "vue":
            (folder / "compile.mjs").write_text(COMPILE, "utf-8")
            must(node, "compile.mjs", cwd=folder)
        options = ["--bundle", "--jsx=automatic", "--define:__VUE_OPTIONS_API__=true"]
        options += ["--define:__VUE_PROD_DEVTOOLS__=false", "--log-level=error"]
        options += ["--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false"]
        options += ['--define:process.env.NODE_ENV="development"']
        esbuild = modules / "esbuild/bin/esbuild"
        return must(esbuild, "main.jsx", "--format=esm", *options, cwd=folder)

    return bundle


@pytest.mark.parametrize("kind", ["jsx", "vue"])
def test_a_bundle_shows_it_hides_it_and_keeps_it(
    page: Page,
    host: Rig,
    console: list[str],
    bundles: Callable[[Rig, str], str],
    kind: str,
) -> None:
    host.answer("/bundle.js", status=200, body=bundles(host, kind), headers=SCRIPT)
    page.add_init_script(COUNT_LISTENERS)
    page.goto(
        host.page(PAGE % ('<script type="module" src="/bundle.js"></script>', ""))
    )
    expect_mounted(page, host, 1)
    page.evaluate("for (let time = 0; time < 5; time++) render()")
    for visit in range(2, VISITS // 2 + 1):
        page.evaluate("show(false)")
        expect(page.locator("iframe")).to_have_count(0)
        page.evaluate("show(true)")
        expect_mounted(page, host, visit)
    page.evaluate("show(false)")
    expect(page.locator("iframe")).to_have_count(0)
    assert page.evaluate("window.listeners") == 0
    assert console == []


SCRIPT = {"Content-Type": "text/javascript; charset=utf-8"}
