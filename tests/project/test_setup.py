"""A bare machine: the baked project with uv alone, and Pythons that are too old."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..helpers import ROOT, environment, interpreters, must, run, uv

if TYPE_CHECKING:
    from collections.abc import Callable


def test_uv_alone_is_enough(bake: Callable[..., Path]) -> None:
    project = bake()
    options = ["-q", "-m", "not browser", "src/jupid_embed/tests/test_tokens.py"]
    done = uv("run", "--python", sys.executable, "pytest", *options, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    done = uv("run", "manage.py", "check", cwd=project)
    assert done.stdout == "System check identified no issues (0 silenced).\n"


def test_a_python_without_the_dependencies_is_told_how_to_get_them(
    project: Path,
) -> None:
    done = run(sys.executable, "-S", "-I", project / "manage.py", "check")
    assert done.returncode == 1
    assert done.stderr == (
        "Not installed for this Python: django, dotenv, jwt. Run `uv run manage.py demo`, "
        "which installs what is missing, or `python -m pip install --editable . --group "
        "dev` first.\n"
    )


@pytest.mark.parametrize("minor", [8, 9])
def test_a_python_that_is_too_old_gets_one_line(minor: int, project: Path) -> None:
    python = interpreters().get((3, minor))
    if not python:
        pytest.skip(f"Python 3.{minor} is not here")
    done = run(python, "manage.py", "demo", cwd=project)
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(
        rf"This project needs Python 3\.10 or newer, and this is 3\.{minor}\.\d+\. With "
        r"uv, `uv run manage\.py demo` finds or fetches a newer one\.\n",
        done.stderr,
    )


@pytest.mark.parametrize("minor", [8, 9])
def test_cookiecutter_under_a_python_that_is_too_old_gets_one_line(
    minor: int, home: Path, tmp_path: Path
) -> None:
    python = interpreters().get((3, minor))
    if not python:
        pytest.skip(f"Python 3.{minor} is not here")
    tool = ["tool", "run", "--python", python, "--from", "cookiecutter>=2.4"]
    found = uv(*tool, "python", "-c", "import sys; print(sys.executable)")
    if found.returncode:
        pytest.skip(f"no Cookiecutter for Python 3.{minor} can be installed here")
    command = [found.stdout.strip(), "-m", "cookiecutter", str(ROOT), "--no-input"]
    done = run(*command, cwd=tmp_path, env=environment(home))
    assert done.returncode == 1
    assert (done.stdout + done.stderr).splitlines() == [
        f"This template needs Python 3.10 or newer; Cookiecutter runs on 3.{minor}."
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "--quiet"],
        ["ruff", "format", "--check", "--no-cache", "--quiet"],
        ["mypy", "--cache-dir"],
    ],
    ids=" ".join,
)
def test_the_template_s_own_code_is_clean(command: list[str], tmp_path: Path) -> None:
    folder = [str(tmp_path)] if command[-1] == "--cache-dir" else []
    must(sys.executable, "-m", *command, *folder)


WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_is_pinned_and_may_only_read(workflow: Path) -> None:
    text = workflow.read_text("utf-8")
    uses = re.findall(r"uses: (.*)", text)
    pinned = re.findall(r"uses: actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n", text)
    assert len(pinned) == len(uses) > 0
    assert text.count("permissions:") == 1
    assert "\npermissions:\n  contents: read\n\n" in text
    assert text.count("persist-credentials: false") == text.count("actions/checkout@")


def test_no_file_names_an_index(project: Path) -> None:
    for folder in (ROOT, project):
        names = [folder / "pyproject.toml", folder / ".ci/run", *WORKFLOWS]
        for file in filter(Path.exists, names):
            text = file.read_text("utf-8")
            assert not re.search(r"index|find-links|pypi", text, re.I), file


@pytest.mark.skipif(
    "PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process alone"
)
@pytest.mark.xdist_group("group")
def test_tests_of_one_group_run_in_one_process(request: pytest.FixtureRequest) -> None:
    """Those that share ports or a repository rely on it; pytest-xdist marks them so."""
    assert request.node.nodeid.endswith("@group")
