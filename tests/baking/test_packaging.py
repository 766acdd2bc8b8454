"""What an install puts on the path, and what the archives hold: jupid_embed, no more."""

from __future__ import annotations

import os
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..helpers import TEMPLATE, files_of, must, uv

if TYPE_CHECKING:
    pass

# What lies about in a developer's copy, beside the package and within it.
LITTER = [
    ".env.production",
    "prod.sqlite3",
    "db.sqlite3",
    "db.sqlite3-wal",
    "src/jupid_embed/.env",
    "src/jupid_embed/.env.local",
    "src/jupid_embed/production.env",
    "src/jupid_embed/db.sqlite3-journal",
    "src/jupid_embed/identity.py.rej",
    "src/jupid_embed/tests/.coverage",
]
PACKAGE = {
    name.removeprefix("src/")
    for name in files_of(TEMPLATE / "src")
    if not name.endswith(".pyc")
}

pytestmark = pytest.mark.xdist_group("packaging")


@pytest.fixture(scope="module")
def littered(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """A project with secrets and data in it, below a folder that ignores much."""
    above = tmp_path_factory.mktemp("packaging")
    (above / ".gitignore").write_text("static/\ntemplates/\n", "utf-8")
    littered = above / "project"
    shutil.copytree(project, littered)
    (littered / ".gitignore").unlink()
    for name in LITTER:
        file = littered / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("JUPID_EMBED_SECRET=live\n", "utf-8")
    return littered


@pytest.mark.parametrize("options", [[], ["--wheel"]], ids=["from sdist", "alone"])
def test_archives_hold_the_package_and_nothing_else(
    options: list[str], littered: Path, tmp_path: Path
) -> None:
    assert "jupid_embed/py.typed" in PACKAGE

    built = uv("build", "--quiet", "--out-dir", tmp_path, *options, cwd=littered)

    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        everything = b"".join(map(archive.read, archive.namelist()))
    assert names == PACKAGE
    assert b"SECRET=live" not in everything
    for sdist in tmp_path.glob("*.tar.gz"):
        with tarfile.open(sdist) as archive:
            names = {member.name.partition("/")[2] for member in archive}
        # Its builder adds the .gitignore that holds for the folder.
        about = {"PKG-INFO", "README.md", "pyproject.toml", ".gitignore"}
        assert names == {f"src/{name}" for name in PACKAGE} | about
    assert len(list(tmp_path.glob("*.tar.gz"))) == (not options)


@pytest.mark.parametrize("editable", [[], ["--editable"]], ids=["plain", "editable"])
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_install_puts_one_name_on_the_path(
    tool: str, editable: list[str], littered: Path, tmp_path: Path
) -> None:
    """A host's own ``tests``, ``example`` or ``sandbox`` stay what they were."""
    folder = tmp_path / "env"
    pip = [] if tool == "pip" else ["--without-pip"]
    must(sys.executable, "-m", "venv", *pip, folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    before = importable(python, tmp_path)
    options: list[str | Path] = ["--quiet", "--no-deps", *editable, littered]

    if tool == "pip":
        must(python, "-m", "pip", "install", *options)
    else:
        done = uv("pip", "install", "--python", str(python), *options)
        assert done.returncode == 0, done.stderr

    assert importable(python, tmp_path) - before == {"jupid_embed"}


def importable(python: Path, folder: Path) -> set[str]:
    """Every top-level name that this Python could import when started in ``folder``."""
    code = "import pkgutil; print(*(module.name for module in pkgutil.iter_modules()))"
    return set(must(python, "-c", code, cwd=folder).split())
