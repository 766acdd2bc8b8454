"""The generated project's own tests, and the way from nothing to green."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.helpers import run_suite, uv

from .measure import Cost, bake, costing, find_chromium, spread, table, verdict

TARGET = 3


def suite(project: Path, *arguments: str) -> Callable[[], None]:
    """Return a function that runs the tests of a baked project."""
    return lambda: must_pass(run_suite(project, *arguments))


def must_pass(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def from_nothing(folder: Path) -> None:
    """Bake, let uv make the environment from its cache, and run all tests there."""
    shutil.rmtree(folder, ignore_errors=True)
    project = bake(folder)
    must_pass(uv("run", "pytest", "-q", cwd=project))


def run(scratch: Path, *, quick: bool) -> str:
    project = bake(scratch / "project")
    if quick:
        calls = {"one file": suite(project, "src/jupid_embed/tests/test_checks.py")}
    else:
        calls = {"without a browser": suite(project)}
        if find_chromium():
            calls["with the browser"] = suite(project, "-m", "")
        calls["from nothing to green"] = lambda: from_nothing(scratch / "nothing")
    rows = []
    for what, call in calls.items():
        is_aimed_at = what == "without a browser"
        # The others take minutes: one run of each, and no warm-up.
        if is_aimed_at:
            call()
        costs: list[Cost] = [costing(call)() for _ in range(3 if is_aimed_at else 1)]
        times = [cost.wall for cost in costs]
        target = verdict(median(times), TARGET) if is_aimed_at else ""
        rows.append((what, spread(times, "s"), target))
    return table(("generated tests", "time", "target, in s"), rows)
