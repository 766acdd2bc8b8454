"""The tests of the rooms, worth as much as they say: they take every branch."""

from __future__ import annotations

import sys
from pathlib import Path

from .. import helpers

TESTS = ["paths", "rules", "together", "shape", "extension", "written"]


def test_the_tests_of_the_rooms_take_every_branch(tmp_path: Path) -> None:
    files = [
        str(Path(__file__).with_name(f"test_{room}.py"))
        for room in [*TESTS, "hostile_settings"]
    ]
    options = ["--cov=jupid_answers", "--cov-branch", "--cov-report=term-missing"]
    done = helpers.run(
        *[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n0"],
        *[*options, "--cov-fail-under=100", *files],
        env=helpers.environment(COVERAGE_FILE=str(tmp_path / "coverage")),
    )
    assert done.returncode == 0, done.stdout
