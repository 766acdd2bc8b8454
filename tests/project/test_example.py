"""The example site: its own tests, within a baked project; and what manage.py refuses."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from .. import helpers

INSIDE = Path(__file__).parent / "inside" / "example_site.py"
OLD_PYTHON = """
import runpy, sys
sys.hexversion, sys.version = 0x03090DF0, '3.9.13 (main)'
runpy.run_path('manage.py', run_name='__main__')
"""


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    """The project with the tests of its example, which it does not bring along."""
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    shutil.copy(INSIDE, folder / "tests" / "test_example.py")
    return folder


def test_the_example_s_own_tests_pass_and_are_clean(copy: Path) -> None:
    done = helpers.run_suite(copy, "tests/test_example.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 passed" in done.stdout
    helpers.must(sys.executable, "-m", "mypy", cwd=copy)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("-c", OLD_PYTHON),
            "This project needs Python 3.10 or newer, and this is 3.9.13. With uv, "
            "`uv run manage.py demo` finds or fetches a newer one.\n",
        ),
        (
            ("-S", "manage.py", "demo"),
            "Not installed for this Python: django, dotenv, jwt. Run "
            "`uv run manage.py demo`, which installs what is missing, or "
            "`python -m pip install --editable . --group dev` first.\n",
        ),
    ],
    ids=["old Python", "no Django"],
)
def test_a_python_that_will_not_do_gets_one_line(
    project: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = helpers.run(sys.executable, "-I", *arguments, cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
