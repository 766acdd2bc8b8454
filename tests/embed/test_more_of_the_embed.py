"""The embed's longer tables, within a baked project, which does not bring them along.

The modules in ``portable/`` are written as if they stood in ``src/jupid_embed/tests/``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .. import helpers

MODULES = sorted((Path(__file__).parent / "portable").glob("*.py"))


@pytest.fixture(scope="module")
def copy(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default project with all of the modules."""
    folder = tmp_path_factory.mktemp("more") / "project"
    shutil.copytree(project, folder)
    tests = folder / "src/jupid_embed/tests"
    for module in MODULES:
        assert not (tests / module.name).exists()
        shutil.copy(module, tests)
    return folder


def test_they_pass(copy: Path) -> None:
    names = [f"src/jupid_embed/tests/{module.name}" for module in MODULES]
    done = helpers.run_suite(copy, *names)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " skipped" not in done.stdout


def test_they_are_typed(copy: Path) -> None:
    helpers.must(sys.executable, "-m", "mypy", "src", cwd=copy)
