"""Secrets and data of a machine stay out of git and out of Docker's images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docker.utils.build import exclude_paths

from .. import helpers, repository

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = [
    ".env",
    ".env.local",
    ".env.production",
    ".env~",
    ".envrc",
    "example/.env.staging",
    "src/jupid_embed/.env",
    "src/jupid_embed/production.env",
    "secrets.env",
    "db.sqlite3",
    "db.sqlite3-journal",
    "db.sqlite3-shm",
    "db.sqlite3-wal",
    "sandbox/sandbox.sqlite3",
    "old/db.sqlite",
]
LEFT_BEHIND = [
    ".coverage",
    ".venv/pyvenv.cfg",
    "example/__pycache__/urls.cpython-311.pyc",
    "dist/jupid_embed-2.0.0.tar.gz",
    "README.md.rej",
]


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that somebody has worked with."""
    used = helpers.bake(tmp_path_factory.mktemp("ignored"))
    for name in [*PRIVATE, *LEFT_BEHIND]:
        file = used / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return used


def test_git_takes_what_was_rendered_and_nothing_private(
    used: Path, home: Path
) -> None:
    env = repository.git_environment(home)
    helpers.must("git", "init", "-q", cwd=used, env=env)

    listed = helpers.must(
        *("git", "status", "--porcelain", "--untracked-files=all"), cwd=used, env=env
    )

    names = {line.removeprefix("?? ") for line in listed.splitlines()}
    rendered = {
        name for name in helpers.files_of(helpers.TEMPLATE) if ".pyc" not in name
    }
    assert names == rendered
    assert ".env.example" in names


def test_a_docker_image_takes_what_an_install_needs_and_nothing_private(
    used: Path,
) -> None:
    lines = (used / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]

    taken = {
        name.replace("\\", "/")
        for name in exclude_paths(str(used), patterns)
        if (used / name).is_file()
    }

    assert taken >= {"pyproject.toml", "README.md", "src/jupid_embed/views.py"}
    assert {name.split("/")[0] for name in taken if "/" in name} == {"src"}
    assert not taken & set(PRIVATE)
