"""What the two hooks print and write, run as Cookiecutter runs them."""

from __future__ import annotations

import importlib.util
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupid_answers.together import hexed

from ..helpers import DEFAULTS, ROOT, TEMPLATE, cookiecutter_command, environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

CLOSING = """
Your Jupid Embed integration is in {folder}. Next, in that folder:

  1. Run its tests:     uv run pytest
  2. See it work:       uv run manage.py demo
  3. Wire it in:        README.md, "Adopt it in your project"
  4. Ask Jupid for your staging values: partner ID, app URL and secret
"""
REAL = ["partner_id=acme", "app_url=https://app.jupid.com"]
SECRET = re.compile(rb"JUPID_EMBED_SECRET=dev-([A-Za-z0-9_-]{64})\n")


def load(name: str) -> ModuleType:
    """Import a hook as it stands, with its Jinja in it."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "hooks" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    path = sys.path.copy()
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


@pytest.mark.parametrize("name", ["pre_gen_project", "post_gen_project"])
def test_a_hook_loads_unrendered(name: str) -> None:
    assert callable(load(name).main)


@pytest.mark.parametrize("name", ["pre_gen_project", "post_gen_project"])
def test_a_hook_imports_nothing_from_the_shared_temporary_folder(name: str) -> None:
    lines = (ROOT / "hooks" / f"{name}.py").read_text("utf-8").splitlines()
    code = [line for line in lines if line and not line.startswith(("#", '"""'))]
    assert code[:2] == ["import sys", "sys.path[:1] = []"]


# --- pre_gen ---


def pre_gen(tmp_path: Path, refusal: str) -> tuple[int, str, str]:
    """Run the hook with this text in the place of its Jinja."""
    source = (ROOT / "hooks/pre_gen_project.py").read_text("utf-8")
    jinja = "{{ cookiecutter | refusal | hexed }}"
    assert source.count(jinja) == source.count("{{") == 1
    hook = tmp_path / "hook.py"
    hook.write_text(source.replace(jinja, hexed(refusal)), "utf-8")
    done = subprocess.run(
        [sys.executable, hook],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_pre_gen_prints_every_problem_and_the_command_on_standard_error(
    tmp_path: Path,
) -> None:
    refusal = 'a "x": wrong.\nb "y": wrong.\nRun again: cookiecutter .'
    assert pre_gen(tmp_path, refusal) == (1, "", f"{refusal}\n")


def test_pre_gen_is_silent_when_all_is_good(tmp_path: Path) -> None:
    assert pre_gen(tmp_path, "") == (0, "", "")


# --- post_gen ---


@pytest.fixture
def run_here(home: Path, tmp_path: Path) -> Callable[..., str]:
    """Runs Cookiecutter in the test's folder, and returns what it printed."""

    def invoke(*arguments: str, code: int = 0) -> str:
        options = ["--no-input", *arguments]
        done = cookiecutter_command(*options, home=home, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        assert done.stderr == ""
        return done.stdout

    return invoke


def test_the_closing_message_says_what_to_do_next(run_here: Callable[..., str]) -> None:
    assert run_here(*REAL) == CLOSING.format(folder="jupid-integration")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "partner_id, app_url"),
        (REAL[:1], "app_url"),
        (REAL[1:], "partner_id"),
    ],
)
def test_the_closing_message_names_the_placeholders_that_are_left(
    arguments: list[str], named: str, run_here: Callable[..., str]
) -> None:
    assert run_here("project_slug=acme", *arguments) == (
        CLOSING.format(folder="acme") + f"     Placeholders to replace then: {named}\n"
    )


def test_the_closing_message_is_ascii(run_here: Callable[..., str]) -> None:
    assert run_here().isascii()


def test_the_secret_is_in_env_for_its_owner_alone(
    run_here: Callable[..., str], tmp_path: Path
) -> None:
    printed = run_here()
    env = tmp_path / "jupid-integration/.env"
    found = SECRET.fullmatch(env.read_bytes())
    assert found
    assert found[1].decode() not in printed
    if os.name == "posix":
        assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_each_project_has_a_secret_of_its_own(
    run_here: Callable[..., str], tmp_path: Path
) -> None:
    run_here("project_slug=one")
    run_here("project_slug=two")
    assert (tmp_path / "one/.env").read_bytes() != (tmp_path / "two/.env").read_bytes()


@pytest.mark.parametrize("flags", [["-f"], ["-f", "-s"]])
def test_env_is_kept_by_a_second_run(
    flags: list[str], run_here: Callable[..., str], tmp_path: Path
) -> None:
    run_here()
    env = tmp_path / "jupid-integration/.env"
    env.write_text("MINE=1\n", "utf-8")
    printed = run_here(*flags, *REAL)
    assert env.read_text("utf-8") == "MINE=1\n"
    assert printed == (
        CLOSING.format(folder="jupid-integration")
        + "\n.env holds no JUPID_EMBED_SECRET: make one as README.md says.\n"
    )


def test_a_second_run_without_flags_is_refused(
    run_here: Callable[..., str], tmp_path: Path
) -> None:
    run_here()
    before = (tmp_path / "jupid-integration/.env").read_bytes()
    assert "already exists" in run_here(code=1)
    assert (tmp_path / "jupid-integration/.env").read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no pipe to close early")
def test_a_closed_output_does_not_lose_the_project(home: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "cookiecutter", str(ROOT), "--no-input"],
            cwd=tmp_path,
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert "Traceback" not in done.stderr
    made = tmp_path / "jupid-integration"
    assert SECRET.fullmatch((made / ".env").read_bytes())
    names = {path.name for path in made.iterdir()}
    assert names == {path.name for path in TEMPLATE.iterdir()} | {".env"}


def test_the_defaults_are_the_documentation_s_placeholders() -> None:
    assert DEFAULTS["partner_id"] == "your-partner-id"
    assert DEFAULTS["app_url"] == "https://jupid-staging-app.example.com"
