"""The steps of README.md run by real tools: nothing but ``jupid_embed`` comes along."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from .. import helpers
from .host import MANAGE, SETTINGS, blocks
from .shapes import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {
    "manage.py": MANAGE,
    "host/__init__.py": "",
    "host/urls.py": "urlpatterns = []\n",
    "people/__init__.py": "",
    "people/models.py": "from django.contrib.auth.models import AbstractUser\n\n\n"
    "class User(AbstractUser):\n    pass\n",
    "apps/__init__.py": "",
    "pyproject.toml": '[project]\nname = "host"\nversion = "1"\n'
    'requires-python = ">=3.10"\ndependencies = ["Django>=5.2"]\n',
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
    lines = "".join(blocks(place.readme, "Bring it in", "console")).splitlines()
    [add] = [line for line in lines if line.startswith("uv add ")]
    [copy] = [line for line in lines if line.startswith("cp ")]
    app = "apps.jupid_embed" if way == "copied" else "jupid_embed"
    if way == "uv":
        place.does(add)
    elif way == "copied":
        [needed] = re.findall(r"add `(PyJWT[^`]+)` to your", place.readme)
        place.does(copy, f"uv add '{needed}'")
    else:
        [pip] = re.findall(r"\(`pip (install --editable [^`]+)` without", place.readme)
        helpers.must(sys.executable, "-m", "venv", ".venv", cwd=place.host)
        options = ["--quiet", "--disable-pip-version-check"]
        command = [place.python(), "-m", "pip", *pip.split(), *options]
        helpers.must(*command, cwd=place.host)
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
