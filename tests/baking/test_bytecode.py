"""What Jinja compiled in one run serves the next, and never decides what is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .. import helpers

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return helpers.copy_template(tmp_path / "template")


def bake(template: Path, folder: Path, **variables: str) -> dict[str, bytes]:
    """Bake in a process of its own, which keeps bytecode in the template's folder."""
    env = helpers.environment(folder / "home") | variables
    del env["PYTHONPYCACHEPREFIX"]
    start: list[str | Path] = [sys.executable, "-m", "cookiecutter", "--no-input"]
    helpers.must(*start, "-o", folder, template, cwd=folder, env=env)
    files = helpers.files_of(folder / "jupid-integration")
    return {name: text for name, text in files.items() if name != ".env"}


def kept(template: Path) -> list[Path]:
    return sorted((template / "jupid_answers/__pycache__").glob("__jinja2_*.cache"))


def test_a_second_run_gives_the_same_from_what_the_first_one_kept(
    template: Path, tmp_path: Path
) -> None:
    first = bake(template, tmp_path / "first")
    times = {path: path.stat().st_mtime_ns for path in kept(template)}
    assert len(times) > 10

    assert bake(template, tmp_path / "second") == first
    assert {path: path.stat().st_mtime_ns for path in kept(template)} == times


def test_a_template_that_changed_is_compiled_anew(
    template: Path, tmp_path: Path
) -> None:
    before = bake(template, tmp_path / "before")
    readme = template / helpers.TEMPLATE.name / "README.md"
    readme.write_text("{{ cookiecutter.partner_id }}, anew\n", "utf-8")

    after = bake(template, tmp_path / "after")

    assert after == before | {"README.md": b"your-partner-id, anew\n"}


@pytest.mark.parametrize("content", [b"", b"j2", b"\0" * 9000, None], ids=str)
def test_what_was_kept_may_be_spoilt(
    content: bytes | None, template: Path, tmp_path: Path
) -> None:
    first = bake(template, tmp_path / "first")
    for path in kept(template):
        path.write_bytes(path.read_bytes()[:-100] if content is None else content)

    assert bake(template, tmp_path / "second") == first


def test_nothing_is_kept_where_python_is_told_not_to(
    template: Path, tmp_path: Path, project: Path
) -> None:
    made = bake(template, tmp_path / "made", PYTHONDONTWRITEBYTECODE="1")

    assert not (template / "jupid_answers/__pycache__").exists()
    assert made.keys() == helpers.files_of(project).keys() - {".env"}


def test_where_nothing_can_be_kept_each_run_compiles(
    template: Path, tmp_path: Path
) -> None:
    first = bake(template, tmp_path / "first")
    for path in kept(template):
        path.unlink()
        path.mkdir()

    assert bake(template, tmp_path / "second") == first
