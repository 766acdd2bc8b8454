"""Run what is baked, and the template, on every version that is supported and found here.

    python -m tests.matrix           all of it
    python -m tests.matrix --slice   each version once, as tests/test_matrix.py does

The environments stay in the user's cache, and so the second run is quick. No Python is
downloaded: those that are installed, with pyenv or otherwise, are what is run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import helpers

if TYPE_CHECKING:
    from collections.abc import Callable

Version = tuple[int, int]

# Each Django with the oldest Python that it takes, and its lowest patch that we take.
DJANGOS: dict[str, Version] = {"5.2": (3, 10), "6.0": (3, 12), "6.1": (3, 12)}
LOWEST = {"5.2": "5.2.19", "6.0": "6.0.10", "6.1": "6.1.3", "PyJWT": "2.4.0"}
# All that pyproject.toml names, as old as it may be and as new as there is.
RESOLUTIONS = {"lowest": "--resolution=lowest-direct", "newest": "--resolution=highest"}
COOKIECUTTERS = {"lowest": "cookiecutter==2.4.0", "newest": "cookiecutter"}

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
ENVIRONMENTS = CACHE / "jupid-template" / "matrix"


class Cell(NamedTuple):
    """One run of the generated suite."""

    django: str
    python: Version
    dependencies: str

    def __str__(self) -> str:
        major, minor = self.python
        return f"Django {self.django}, Python {major}.{minor}, {self.dependencies}"


def all_cells(pythons: list[Version]) -> list[Cell]:
    """Every combination that Django allows of what is here."""
    return [
        Cell(django, python, dependencies)
        for (django, oldest), python, dependencies in product(
            DJANGOS.items(), pythons, RESOLUTIONS
        )
        if python >= oldest
    ]


def covering(cells: list[Cell]) -> list[Cell]:
    """Few of ``cells`` in which each version stands at least once."""
    chosen: list[Cell] = []
    missing = {version for cell in cells for version in cell}
    while missing:
        best = max(cells, key=lambda cell: len(missing & set(cell)))
        missing -= set(best)
        chosen.append(best)
    return chosen


def environment_for(name: str, project: Path, python: str, *requirements: str) -> Path:
    """Return the Python of an environment that has what ``project``'s tests need.

    It is made once for the same needs, whoever else makes it at the same time; what was
    made for others is thrown away after a day.
    """
    needs = "\n".join([python, *requirements, (project / "pyproject.toml").read_text()])
    digest = hashlib.sha256(needs.encode()).hexdigest()[:16]
    folder = ENVIRONMENTS / f"{name}-{digest}"
    if not folder.exists():
        ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
        for old in ENVIRONMENTS.glob(f"{name}-{'?' * len(digest)}"):
            if time.time() - old.stat().st_mtime > 24 * 60 * 60:
                shutil.rmtree(old, ignore_errors=True)
        made = Path(tempfile.mkdtemp(dir=ENVIRONMENTS)) / name
        helpers.make_environment(made, project, *requirements, python=python)
        with suppress(OSError):  # somebody else was quicker
            made.rename(folder)
        shutil.rmtree(made.parent)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment_of(cell: Cell, project: Path) -> Path:
    """Return the Python of an environment with these very versions."""
    name = f"django{cell.django}-python{cell.python[0]}.{cell.python[1]}"
    return environment_for(
        f"{name}-{cell.dependencies}",
        project,
        helpers.interpreters()[cell.python],
        f"Django=={cell.django}.*",
        RESOLUTIONS[cell.dependencies],
    )


def check_suite(cell: Cell, project: Path, *arguments: str) -> None:
    """Fail unless the generated suite passes in this cell, on these very versions."""
    python = environment_of(cell, project)
    code = (
        "import sys, django, jwt;"
        "print(*sys.version_info[:2], django.__version__, jwt.__version__)"
    )
    *version, django, pyjwt = helpers.must(python, "-c", code, cwd=project).split()
    assert version == [*map(str, cell.python)]
    assert django.startswith(f"{cell.django}.")
    if cell.dependencies == "lowest":
        assert (django, pyjwt) == (LOWEST[cell.django], LOWEST["PyJWT"])

    done = helpers.run_suite(project, *arguments, python=python)
    assert done.returncode == 0, f"{cell}\n{done.stdout}\n{done.stderr}"


def check_pip(project: Path, folder: Path) -> None:
    """Fail unless the suite passes where pip and venv are all there is, as in README.md."""
    env = helpers.environment(PATH=os.defpath)
    helpers.must(sys.executable, "-m", "venv", folder, env=env)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "--quiet",
        "--disable-pip-version-check",
        "install",
    ]
    readme = (project / "README.md").read_text("utf-8")
    for command in (
        ["--upgrade", "pip>=25.1"],
        ["--editable", ".", "--group", "dev"],
    ):
        told = " ".join(f'"{word}"' if ">" in word else word for word in command)
        assert f"-m pip install {told}\n" in readme
        helpers.must(*pip, *command, cwd=project, env=env)
    done = helpers.run_suite(project, python=python)
    assert done.returncode == 0, f"bare pip\n{done.stdout}\n{done.stderr}"
    said = helpers.must(python, "manage.py", "check", cwd=project, env=env)
    assert said == "System check identified no issues (0 silenced).\n"


def check_cookiecutter(which: str, project: Path, folder: Path) -> None:
    """Fail unless this Cookiecutter makes the very files of ``project``, and refuses."""
    env = ENVIRONMENTS / f"cookiecutter-{which}"
    python = env / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (env / "complete").exists():
        env.parent.mkdir(parents=True, exist_ok=True)
        base = ["--quiet", "--no-project", "--clear", "--python", sys.executable]
        made = helpers.uv("venv", *base, env)
        assert made.returncode == 0, made.stderr
        options = ["--quiet", "--python", str(python), "--upgrade"]
        made = helpers.uv("pip", "install", *options, COOKIECUTTERS[which])
        assert made.returncode == 0, made.stderr
        (env / "complete").touch()
    home = folder / "home"
    home.mkdir(parents=True)

    bad = helpers.cookiecutter_command(
        *["--no-input", "partner_id=a b", "project_slug=../x"],
        home=home,
        cwd=folder,
        python=str(python),
    )
    assert bad.returncode == 1
    assert [line.split(":")[0] for line in bad.stdout.splitlines()] == [
        'project_slug "../x"',
        'partner_id "a b"',
    ]
    assert "Traceback" not in bad.stderr
    assert list(folder.iterdir()) == [home]

    typed = "Bad Slug\n" + "\n" * 8
    good = helpers.cookiecutter_command(
        home=home, cwd=folder, stdin=typed, python=str(python)
    )
    assert good.returncode == 0, good.stderr
    assert 'project_slug "Bad Slug": write lower-case words' in good.stdout
    made_files = helpers.files_of(folder / "jupid-integration")
    expected = helpers.files_of(project)
    assert made_files.keys() == expected.keys()
    assert {name for name in expected if made_files[name] != expected[name]} == {".env"}


def main() -> None:
    """Run the matrix, say how each run ends, and exit 1 unless all are good."""
    pythons = [version for version in helpers.interpreters() if version >= (3, 10)]
    cells = all_cells(pythons)
    if sys.argv[1:] == ["--slice"]:
        cells = covering(cells)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = helpers.bake(folder)
        places = {which: folder / which for which in COOKIECUTTERS}
        runs: dict[str, Callable[[], None]] = {
            **{str(cell): partial(check_suite, cell, project) for cell in cells},
            "bare pip": partial(check_pip, project, folder / "pip"),
            **{
                f"{which} Cookiecutter": partial(
                    check_cookiecutter, which, project, place
                )
                for which, place in places.items()
            },
        }
        failed = 0
        for title, check in runs.items():
            try:
                check()
            except AssertionError:
                failed += 1
                print(f"FAILED  {title}", flush=True)
                traceback.print_exc(file=sys.stdout)
            else:
                print(f"passed  {title}", flush=True)
    print(f"{len(runs)} runs, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
