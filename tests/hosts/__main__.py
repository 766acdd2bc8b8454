"""`python -m tests.hosts`: every host, adopted each way, as a table."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from .. import helpers
from ..pages.conftest import ARGUMENTS, CHROMIUM
from .host import WAYS
from .shapes import NONE, SHAPES
from .test_hosts import check
from .test_pages import SITES, mount


def main() -> None:
    """Run the hosts, a row for each and each way, and exit 1 unless all are good."""
    failed = 0

    def row(*cells: object) -> None:
        print("|", " | ".join(map(str, cells)), "|", flush=True)

    def told(answers: dict[str, str]) -> str:
        return ", ".join(f"`{name}={answer}`" for name, answer in answers.items())

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        path = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        projects = {
            title: helpers.bake(folder / f"baked{number}", **shape.answers)
            for number, (title, shape) in enumerate(SHAPES.items())
        }
        row("host", "answers", "way", "portable tests passed unedited", "page")
        row(*["---"] * 5)
        for title, shape in SHAPES.items():
            for way in WAYS:
                place = folder / title.replace(" ", "-") / way
                try:
                    passed = check(shape, way, projects[title], place)
                    row(title, told(shape.answers), way, passed, "rendered")
                except AssertionError as error:
                    failed += 1
                    row(title, told(shape.answers), way, "failed", error)
        plain = projects["a page that takes every path"]
        for title, site in SITES.items():
            try:
                mount(site, plain, folder / title.replace(" ", "-") / "page", browser)
                row(title, told(NONE), "copied", "", "mounted in Chromium")
            except AssertionError as error:
                failed += 1
                row(title, told(NONE), "copied", "", error)
    print(f"{len(SHAPES)} hosts, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
