# /// script
# requires-python = ">=3.10"
# dependencies = [
#     "cookiecutter>=2.4",
#     "django>=5.2",
#     "django-csp>=4.0",
#     "model-bakery>=1.20",
#     "pillow>=11",
#     "playwright>=1.50",
#     "pyjwt<3",
#     "pytest>=8.3",
#     "python-dotenv>=1.0",
# ]
# ///
"""Take the pictures of both READMEs from a running demo: `uv run docs/screenshots.py`.

Needs a Chromium on this machine, found by its usual names or named in JUPID_CHROMIUM.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cookiecutter.main import cookiecutter
from PIL import Image
from playwright.sync_api import Page, sync_playwright

TEMPLATE = Path(__file__).resolve().parent.parent
FOLDER = TEMPLATE / "docs"
# The one that the project's own README shows, too.
PROJECT_FOLDER = TEMPLATE / "{{cookiecutter.project_slug}}" / "docs"
MAXIMUM_BYTES = 150_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP = {"width": 1280, "height": 800}


def main() -> None:
    found = filter(None, map(shutil.which, CHROMIUM))
    chromium = os.environ.get("JUPID_CHROMIUM") or next(found, None)
    if chromium is None:
        sys.exit("No Chromium here. Install one, or name it in JUPID_CHROMIUM.")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_demo(Path(folder)) as (site, sandbox),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=DESKTOP)
        page.goto(site)
        page.get_by_role("button", name="ada").click()
        wait_for_verdicts(page)
        page.reload()
        wait_for_verdicts(page)
        save(page, "embed")

        faults = {"wrong_secret": True, "clock_skew": 3600}
        origin = {"Origin": sandbox}
        page.request.post(f"{sandbox}/faults", data=faults, headers=origin)
        page.reload()
        wait_for_verdicts(page)
        save(page, "refused")

        page.context.clear_cookies()
        page.locator("jupid-embed").evaluate("embed => embed.replaceWith(embed)")
        page.get_by_role("link", name="Sign in again").wait_for()
        save(page, "signed-out")
        browser.close()


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[str, str]]:
    """Bake the template, run its demo, and tell where the site and the sandbox are."""
    answers = {"partner_id": "fernhill", "app_url": "https://app.jupid.com"}
    project = cookiecutter(
        str(TEMPLATE), no_input=True, output_dir=str(folder), extra_context=answers
    )
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout
    output = ""
    try:
        while "Ctrl-C" not in output:
            line = demo.stdout.readline()
            if not line:
                sys.exit("The demo did not start.")
            output += line
        site, sandbox = re.findall(r"(?:Open|Sandbox) +(http://[\w.]+:\d+)", output)
        yield site, sandbox
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()


def wait_for_verdicts(page: Page) -> None:
    page.frame_locator("iframe").locator("[data-session]").wait_for()


def save(page: Page, name: str) -> None:
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        # 128 colours are plenty for flat surfaces and text.
        small = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    path = FOLDER / f"{name}.png"
    small.save(path, optimize=True)
    if name == "embed":
        shutil.copy(path, PROJECT_FOLDER)
    size = path.stat().st_size
    if size > MAXIMUM_BYTES:
        sys.exit(f"{name}.png has {size} bytes, more than {MAXIMUM_BYTES}.")
    print(f"{name}.png: {size} bytes")


if __name__ == "__main__":
    main()
