"""What the tests share: see helpers.py for the functions behind the fixtures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import helpers

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder that nobody has used yet."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def bake(tmp_path: Path) -> Callable[..., Path]:
    """Bakes a project for this test alone, which may change it."""
    return lambda **answers: helpers.bake(tmp_path, **answers)


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Bakes a project once for all tests; leave it as it is."""
    made: dict[tuple[tuple[str, str], ...], Path] = {}

    def once(**answers: str) -> Path:
        key = tuple(sorted(answers.items()))
        if key not in made:
            made[key] = helpers.bake(tmp_path_factory.mktemp("baked"), **answers)
        return made[key]

    return once


@pytest.fixture(scope="session")
def project(baked: Callable[..., Path]) -> Path:
    """The project that the default answers make; leave it as it is."""
    return baked()
