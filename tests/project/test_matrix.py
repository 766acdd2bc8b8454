"""Each supported version that is here once; tests/matrix.py runs every combination."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from .. import helpers, matrix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CELLS = matrix.all_cells([one for one in helpers.interpreters() if one >= (3, 10)])


def test_bounds_leave_out_the_patches_with_known_holes(project: Path) -> None:
    text = (project / "pyproject.toml").read_text("utf-8")
    [bounds] = re.findall('"Django(.*)"', text)
    for series in matrix.DJANGOS:
        patches = [f"{series}.{patch}" for patch in range(99)]
        taken = [patch for patch in patches if patch in SpecifierSet(bounds)]
        assert taken == patches[patches.index(matrix.LOWEST[series]) :]


def test_slice_holds_every_version() -> None:
    versions = {version for cell in CELLS for version in cell}

    assert versions >= {"lowest", "newest", "5.2"}
    assert {version for cell in matrix.covering(CELLS) for version in cell} == versions


@pytest.mark.parametrize("cell", matrix.covering(CELLS), ids=str)
def test_suite_passes(cell: matrix.Cell, project: Path) -> None:
    matrix.check_suite(cell, project)


def test_suite_passes_with_bare_pip(bake: Callable[..., Path], tmp_path: Path) -> None:
    matrix.check_pip(bake(), tmp_path / "pip")


@pytest.mark.parametrize("which", matrix.COOKIECUTTERS)
def test_template_works_on_cookiecutter(
    which: str, project: Path, tmp_path: Path
) -> None:
    matrix.check_cookiecutter(which, project, tmp_path)
