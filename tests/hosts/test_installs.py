"""The steps of README.md run by real tools: nothing but ``jupid_embed`` comes along."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .. import helpers
from .host import MANAGE, PRODUCTION, SETTINGS, VIEWS, blocks, edits_of
from .shapes import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {
    "manage.py": MANAGE,
    "host/__init__.py": "",
    "host/urls.py": "from django.urls import include, path\n\nurlpatterns = []\n",
    "people/__init__.py": "",
    "people/models.py": "from django.contrib.auth.models import AbstractUser\n\n\n"
    "class User(AbstractUser):\n    pass\n",
    "people/views.py": VIEWS,
    "apps/__init__.py": "",
    "pyproject.toml": '[project]\nname = "host"\nversion = "1"\n'
    'requires-python = ">=3.10"\ndependencies = [\n    "Django>=5.2",\n]\n',
    # No package, so that any other folder called tests on the path would win.
    "tests/factories.py": "NAME = 'Ada'\n",
    "people/tests.py": """
from django.test import TestCase

from people.models import User
from tests.factories import NAME


class OwnTest(TestCase):
    def test_user(self):
        User.objects.create_user(NAME)
""",
}
LOOK = """
import jupid_embed, sys, tests.factories
from importlib.util import find_spec

print(tests.factories.__file__)
print([n for n in ("example", "sandbox", "pytest", "model_bakery") if find_spec(n)])
"""


class Place(NamedTuple):
    """A host beside the project, as README.md assumes it."""

    host: Path
    project: Path
    readme: str

    def does(self, *lines: str) -> None:
        """Run lines of README.md, each as the command that it is."""
        for line in lines:
            program, *arguments = shlex.split(line)
            if program == "cp":
                _, source, target = arguments
                found = (self.host / source).resolve()
                shutil.copytree(found, self.host / target / found.name)
            else:
                assert program == "uv", line
                done = helpers.uv(*arguments, cwd=self.host)
                assert done.returncode == 0, done.stderr

    def brings_in(self, way: str) -> str:
        """Take jupid_embed in by uv, by pip or as a copy; return its package."""
        lines = "".join(blocks(self.readme, "Bring it in", "console")).splitlines()
        [add] = [line for line in lines if line.startswith("uv add ")]
        [copy] = [line for line in lines if line.startswith("cp ")]
        if way == "uv":
            self.does(add)
        elif way == "copied":
            [needed] = re.findall(r"add `(PyJWT[^`]+)` to your", self.readme)
            self.does(copy, f"uv add '{needed}'")
        else:
            [told] = re.findall(
                r"\(`pip (install --editable [^`]+)` without", self.readme
            )
            helpers.must(sys.executable, "-m", "venv", ".venv", cwd=self.host)
            options = ["--quiet", "--disable-pip-version-check"]
            pip = told.split()
            helpers.must(self.python(), "-m", "pip", *pip, *options, cwd=self.host)
        return "apps.jupid_embed" if way == "copied" else "jupid_embed"

    def manage(self, *arguments: str) -> str:
        """Run the host's manage.py, which must succeed; return what it printed."""
        env = helpers.environment(None, **PRODUCTION)
        return helpers.must(
            self.python(), "manage.py", *arguments, cwd=self.host, env=env
        )

    def files(self) -> dict[str, bytes]:
        """Return what git would keep of the host."""
        ignored = (".venv/", "db.sqlite3")
        found = helpers.files_of(self.host).items()
        return {name: text for name, text in found if not name.startswith(ignored)}

    def python(self) -> Path:
        [found] = [
            *self.host.glob(".venv/bin/python"),
            *self.host.glob(".venv/*/python.exe"),
        ]
        return found


@pytest.fixture
def place(baked: Callable[..., Path], tmp_path: Path) -> Place:
    project = baked(**NONE)
    copy = shutil.copytree(project, tmp_path / project.name)
    host = tmp_path / "host"
    files = {**FILES, "host/settings.py": SETTINGS}
    for name, text in files.items():
        file = host / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return Place(host, copy, (copy / "README.md").read_text("utf-8"))


@pytest.mark.parametrize("way", ["uv", "pip", "copied"])
def test_the_host_s_own_tests_run_undisturbed(place: Place, way: str) -> None:
    app = place.brings_in(way)
    settings = place.host / "host/settings.py"
    settings.write_text(f'{SETTINGS}\nINSTALLED_APPS += ["{app}"]\n', "utf-8")
    urls = f'from django.urls import include, path\nu = include("{app}.urls")\n'
    urls += 'urlpatterns = [path("api/jupid/", u)]\n'
    (place.host / "host/urls.py").write_text(urls, "utf-8")

    look = LOOK.replace("import jupid_embed", f"import {app}")
    where, found = helpers.must(place.python(), "-c", look, cwd=place.host).splitlines()
    assert Path(where) == place.host / "tests/factories.py"
    assert found == "[]"
    done = helpers.run(place.python(), "manage.py", "test", cwd=place.host)
    assert "Ran 1 test" in done.stderr, done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("way", ["uv", "copied"])
def test_taken_out_it_leaves_the_host_as_it_was(place: Place, way: str) -> None:
    host = place.host
    place.does("uv sync")
    place.manage("makemigrations", "people")
    before = place.files()

    app = place.brings_in(way)
    for name, text in edits_of(place.readme, app).items():
        (host / name).parent.mkdir(exist_ok=True)
        (host / name).write_bytes(before.get(name, b"") + text.encode())
    assert "No changes" in place.manage("makemigrations", "--check", "--dry-run")
    place.manage("migrate")
    place.manage("createsuperuser", "--no-input", "--username=ada", "--email=a@b.de")
    assert "All nine claims satisfy" in place.manage("jupid_token", "ada")

    (host / "templates/accounting.html").unlink()
    for name in ("host/settings.py", "host/urls.py", "people/views.py"):
        (host / name).write_bytes(before[name])
    installed, needed = re.findall(r"`(uv remove [^`]+)`", place.readme)
    if way == "copied":
        shutil.rmtree(host / "apps/jupid_embed")
    place.does(needed if way == "copied" else installed)

    assert "no issues" in place.manage("check")
    assert "No changes" in place.manage("makemigrations", "--check", "--dry-run")
    assert "No migrations to apply" in place.manage("migrate")
    with closing(sqlite3.connect(host / "db.sqlite3")) as database:
        assert "people_user" in (dump := "\n".join(database.iterdump()))
        assert "jupid" not in dump
    assert place.files() == before


@pytest.mark.parametrize("number", [0, 1], ids=["wheel", "folder"])
def test_an_image_holds_what_the_dockerfile_says(
    place: Place, number: int, tmp_path: Path
) -> None:
    commands = blocks(place.readme, "Deploy", "console")[number]
    dockerfile = blocks(place.readme, "Deploy", "dockerfile")[number]
    (place.project / ".env").write_text("JUPID_EMBED_SECRET=one", "utf-8")
    place.does(*commands.splitlines())

    image = tmp_path / "image"
    image.mkdir()
    [ignored] = re.findall(r"`.dockerignore` holds `\*\*/([^`]+)`", place.readme)
    for line in dockerfile.splitlines():
        instruction, *words = line.split()
        if instruction == "RUN":
            assert words[0] == "uv"
            done = helpers.uv(*words[1:], cwd=image)
            assert done.returncode == 0, done.stderr
            continue
        *sources, target = words
        for source in sources:
            found = place.host / source
            if found.is_dir():
                hidden = shutil.ignore_patterns(ignored)
                shutil.copytree(found, image / target, ignore=hidden)
            else:
                shutil.copy(found, image / target)

    assert not list(image.glob("**/.env"))
    binary = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    code = "import jupid_embed; print(jupid_embed.__file__)"
    where = helpers.must(image / ".venv" / binary, "-c", code, cwd=tmp_path).strip()
    assert Path(where).is_relative_to(image)
    look = "from importlib.util import find_spec as f; print(f('sandbox'), f('tests'))"
    said = helpers.must(image / ".venv" / binary, "-c", look, cwd=tmp_path).strip()
    assert said == "None None"
