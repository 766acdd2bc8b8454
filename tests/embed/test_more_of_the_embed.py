"""The embed's longer tables, within a baked project, which does not bring them along.

The modules in ``portable/`` are written as if they stood in ``src/jupid_embed/tests/``,
those in ``browser/`` as if they stood in ``tests/``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .. import helpers

HERE = Path(__file__).parent
PLACES = {"portable": "src/jupid_embed/tests", "browser": "tests"}


@pytest.fixture(scope="module")
def copy(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default project with all of the modules."""
    folder = tmp_path_factory.mktemp("more") / "project"
    shutil.copytree(project, folder)
    for room, place in PLACES.items():
        for module in (HERE / room).glob("*.py"):
            assert not (folder / place / module.name).exists()
            shutil.copy(module, folder / place)
    return folder


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize(("room", "mark"), [("portable", "not"), ("browser", "")])
def test_they_pass(copy: Path, room: str, mark: str) -> None:
    names = [f"{PLACES[room]}/{module.name}" for module in (HERE / room).glob("*.py")]
    done = helpers.run_suite(copy, "-m", f"{mark} browser", *names)

    assert done.returncode == 0, done.stdout + done.stderr
    # In a browser, a policy that this Django does not know is left out.
    assert room == "browser" or " skipped" not in done.stdout


def test_they_are_typed(copy: Path) -> None:
    helpers.must(sys.executable, "-m", "mypy", "src", "tests", cwd=copy)
