"""Baking the template, and running what was baked, away from the developer's own home."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from cookiecutter.main import cookiecutter

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
QUESTIONS = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))
NAMES = [name for name in QUESTIONS if not name.startswith("_")]
DEFAULTS = {name: QUESTIONS[name] for name in NAMES}

# PYTHONPATH for code that runs in a baked project without pytest or manage.py.
PACKAGES = f"src{os.pathsep}."

# What a developer may have set, and what would change the runs below.
OURS = (
    "COOKIECUTTER",
    "COV_",
    "DEBUG",
    "DJANGO_",
    "JUPID_EMBED_",
    "PYTEST_",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
    "VIRTUAL_ENV",
)


@cache
def bytecode() -> str:
    """The folder for the bytecode of all child processes, away from what they run."""
    folder = tempfile.mkdtemp(prefix="jupid-bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def environment(home: Path | None = None, **extra: str) -> dict[str, str]:
    """Return the environment of a child process: nothing of ours, no bytecode of theirs.

    With ``home``, that folder is the home; uv and pip keep their caches and settings,
    which live in the real one.
    """
    kept = {name: v for name, v in os.environ.items() if not name.startswith(OURS)}
    kept |= {"PYTHONPYCACHEPREFIX": bytecode(), "PYTHONUTF8": "1"}
    if home:
        home.mkdir(parents=True, exist_ok=True)
        real = Path.home()
        kept |= {"HOME": str(home), "USERPROFILE": str(home)}
        kept.setdefault("UV_CACHE_DIR", uv("cache", "dir").stdout.strip())
        kept.setdefault("PYENV_ROOT", str(real / ".pyenv"))
    return kept | extra


def run(
    *command: str | Path,
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
    stdin: str = "",
    timeout: float = 300,
) -> subprocess.CompletedProcess[str]:
    """Run a command with no terminal, and return what it said, as text."""
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=env or environment(),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        timeout=timeout,
        check=False,
    )


def must(
    *command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> str:
    """Run a command that must succeed, and return its standard output."""
    done = run(*command, cwd=cwd, env=env)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def uv(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run uv with the developer's own home, and so with its cache."""
    found = shutil.which("uv")
    command = [found] if found else [sys.executable, "-m", "uv"]
    return run(
        *command, *arguments, cwd=cwd, env=environment(UV_PYTHON_DOWNLOADS="never")
    )


def bake(folder: Path, **answers: object) -> Path:
    """Bake the template into ``folder`` within this process; return the project.

    Raises ``cookiecutter.exceptions.FailedHookException`` for wrong answers. The clone
    and replay folders stand in ``folder/home``.
    """
    home = folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    config = home / "config.json"
    places = {"cookiecutters_dir": str(home / "c"), "replay_dir": str(home / "r")}
    config.write_text(json.dumps(places), "utf-8")
    made = cookiecutter(
        str(ROOT),
        no_input=True,
        extra_context=answers,
        output_dir=str(folder),
        config_file=str(config),
    )
    return Path(made)


def replay_file(folder: Path, **answers: object) -> Path:
    """Write a replay file as Cookiecutter would, and edit answers in it by hand."""
    file = folder / "replay.json"
    file.write_text(json.dumps({"cookiecutter": QUESTIONS | answers}), "utf-8")
    return file


def copy_template(folder: Path) -> Path:
    """Copy what Cookiecutter reads, and nothing else, into the new ``folder``."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "cookiecutter.json", folder)
    for name in ("jupid_answers", "hooks", TEMPLATE.name):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder


def cookiecutter_command(
    *arguments: str,
    home: Path,
    cwd: Path,
    stdin: str = "",
    python: str = sys.executable,
) -> subprocess.CompletedProcess[str]:
    """Run ``cookiecutter <template> …`` in a process of its own, without a terminal."""
    command = [python, "-m", "cookiecutter", str(ROOT), *arguments]
    return run(*command, cwd=cwd, env=environment(home), stdin=stdin)


def run_suite(
    project: Path,
    *arguments: str,
    python: str | Path = sys.executable,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run a baked project's own tests, but for the browser's, and leave no caches.

    ``variables`` are added to the environment.
    """
    options = ["-q", "-p", "no:cacheprovider", "-m", "not browser", *arguments]
    env = environment() | variables
    return run(python, "-m", "pytest", *options, cwd=project, env=env)


def files_of(project: Path) -> dict[str, bytes]:
    """Return each file under ``project`` with its bytes, by its path with slashes."""
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file()
    }


@cache
def interpreters() -> dict[tuple[int, int], str]:
    """Find the CPythons of this machine, a path for each version, the oldest first."""
    places = os.environ.get("PATH", "").split(os.pathsep)
    candidates = [
        Path(place) / f"python3.{n}" for place in places for n in range(8, 20)
    ]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates += pyenv.glob("versions/*/bin/python")
    listed = uv("python", "list", "--only-installed", "--output-format", "json").stdout
    candidates += [Path(one["path"]) for one in json.loads(listed or "[]")]
    found = {sys.version_info[:2]: sys.executable}
    code = (
        "import sys; assert sys.implementation.name == 'cpython';"
        "print('%d.%d' % sys.version_info[:2])"
    )
    for candidate in candidates:
        if candidate.is_file() and (done := run(candidate, "-c", code)).returncode == 0:
            major, minor = map(int, done.stdout.strip().split("."))
            found.setdefault((major, minor), str(candidate))
    return dict(sorted(found.items()))


def make_environment(
    folder: Path, project: Path, *requirements: str, python: str = sys.executable
) -> Path:
    """Make a virtual environment with all that a baked project's tests need.

    ``requirements`` narrow what the project asks for, such as ``Django==5.2.*``. Returns
    the path of the environment's Python.
    """
    made = uv("venv", "--quiet", "--no-project", "--python", python, folder)
    assert made.returncode == 0, made.stderr
    binary = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    options = ["--quiet", "--python", str(binary), "--requirements", "pyproject.toml"]
    filled = uv(
        "pip", "install", *options, "--group", "dev", *requirements, cwd=project
    )
    assert filled.returncode == 0, filled.stderr
    return binary
