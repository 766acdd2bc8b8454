"""The development secret is in one file of mode 0600, and nowhere else."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from .. import helpers, repository

BAKE = [sys.executable, "-m", "cookiecutter"]
CRUFT = [sys.executable, "-m", "cruft"]


def secret_of(project: Path) -> bytes:
    secret = dotenv_values(project / ".env")["JUPID_EMBED_SECRET"]
    assert re.fullmatch(r"dev-[A-Za-z0-9_-]{64}", str(secret))
    return str(secret).encode()


def files_that_hold(secret: bytes, folder: Path) -> list[Path]:
    """Every file below ``folder`` in whose bytes the secret, without its dev-, stands."""
    core = secret.removeprefix(b"dev-")
    found = []
    for path in folder.rglob("*"):
        assert core.decode() not in path.name
        if path.is_file() and core in path.read_bytes():
            found.append(path)
    return found


@pytest.mark.parametrize(
    "arguments",
    [["--no-input"], ["--no-input", "-v", "--debug-file", "debug.log"], []],
    ids=["quiet", "verbose", "typed"],
)
def test_secret_of_a_bake_is_in_one_file_alone(
    arguments: list[str], home: Path, tmp_path: Path
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    env = repository.git_environment(home) | {"TMPDIR": str(temp), "TEMP": str(temp)}

    done = helpers.run(
        *BAKE, helpers.ROOT, *arguments, cwd=tmp_path, env=env, stdin="\n" * 8
    )

    project = tmp_path / "jupid-integration"
    secret = secret_of(project)
    assert done.returncode == 0
    assert secret.decode()[4:] not in done.stdout + done.stderr
    assert list(
        home.glob(".cookiecutter_replay/*.json")
    )  # it is among what was searched
    assert files_that_hold(secret, tmp_path) == [project / ".env"]
    if os.name == "posix":
        assert (project / ".env").stat().st_mode & 0o777 == 0o600


def test_git_adds_everything_but_the_secret(home: Path) -> None:
    env = repository.git_environment(home)
    project = helpers.bake(home)
    files = set(helpers.files_of(project))
    helpers.must("git", "init", "-q", cwd=project, env=env)

    added = helpers.must("git", "add", "-An", cwd=project, env=env)

    names = re.findall(r"^add '(.*)'$", added, re.MULTILINE)
    assert set(names) == files - {".env"}


@pytest.mark.skipif(os.name != "posix", reason="Windows has no umask")
def test_umask_opens_the_secret_to_nobody(home: Path, tmp_path: Path) -> None:
    command = f'umask 0; exec "{sys.executable}" -m cookiecutter --no-input "$0"'
    env = helpers.environment(home)

    helpers.must("sh", "-c", command, helpers.ROOT, cwd=tmp_path, env=env)

    assert (tmp_path / "jupid-integration/.env").stat().st_mode & 0o777 == 0o600


def test_each_bake_has_a_secret_of_its_own(tmp_path: Path) -> None:
    secrets = {secret_of(helpers.bake(tmp_path / str(n))) for n in range(3)}

    assert len(secrets) == 3


def test_cruft_neither_keeps_nor_shows_the_secret(home: Path, tmp_path: Path) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    env = repository.git_environment(home) | {"TMPDIR": str(temp), "TEMP": str(temp)}
    template = repository.make_repository(tmp_path / "template", env)
    project = tmp_path / "jupid-integration"
    said = helpers.must(*CRUFT, "create", "--no-input", template, cwd=tmp_path, env=env)
    secret = secret_of(project)
    helpers.must("git", "init", "-q", cwd=project, env=env)
    repository.commit(project, env)
    (project / "README.md").write_text("# Ours\n", "utf-8")

    for command in (["diff"], ["check"], ["update", "-y"]):
        done = helpers.run(*CRUFT, *command, cwd=project, env=env)
        said += done.stdout + done.stderr

    assert "-# Ours" in said or "+# Ours" in said  # cruft diff did say something
    assert secret.decode()[4:] not in said
    assert files_that_hold(secret, tmp_path) == [project / ".env"]
    assert "secret" not in (project / ".cruft.json").read_text("utf-8").lower()


def test_running_the_project_writes_the_secret_nowhere(home: Path) -> None:
    project = helpers.bake(home)
    secret = secret_of(project)
    python = sys.executable
    said = ""

    for command in (
        ["manage.py", "check", "--deploy"],
        ["manage.py", "migrate", "--run-syncdb"],
        ["manage.py", "jupid_token", "nobody"],
        [
            "-m",
            "pytest",
            "-q",
            "-m",
            "not browser",
            "-k",
            "view",
            "--log-level=DEBUG",
            "-rA",
        ],
    ):
        done = helpers.run(python, *command, cwd=project, env=helpers.environment(home))
        said += done.stdout + done.stderr

    assert "jupid_embed.E008" in said
    assert " passed" in said
    assert secret.decode()[4:] not in said
    assert files_that_hold(secret, home) == [project / ".env"]
