"""The project's own run depends on nothing around it: variables, plugins, folders."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure import find_chromium

from .. import helpers

PRODUCTION = {
    "JUPID_EMBED_PARTNER_ID": "live-partner",
    "JUPID_EMBED_AUDIENCE": "live-audience",
    "JUPID_EMBED_APP_URL": "https://app.jupid.com",
    "JUPID_EMBED_SECRET": "live-" + "s" * 60,
}
DEBUG = {
    **dict.fromkeys(("", "1", "True", "true", "on", "yes", "*", "acme:*"), "True"),
    **dict.fromkeys(("0", "False", "false", "off", "no", "False ", "0\r"), "False"),
}
# What shells, containers and other projects set.
VARIABLES: dict[str, dict[str, str]] = {
    "debug, empty": {"DEBUG": ""},
    "no debug": {"DEBUG": "0"},
    "settings of another project": {
        "DJANGO_SETTINGS_MODULE": "acme.settings",
        "SECRET_KEY": "another",
        "DATABASE_URL": "postgres://nowhere/acme",
        "ALLOWED_HOSTS": "acme.example",
    },
    "production": PRODUCTION,
    "production, emptied": dict.fromkeys(PRODUCTION, ""),
    "options for pytest": {"PYTEST_ADDOPTS": "-x --tb=short -ra --color=yes"},
    "no plugins by themselves": {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    "warnings are errors": {"PYTHONWARNINGS": "error"},
    "development mode": {"PYTHONDEVMODE": "1"},
    "another day": {"TZ": "Pacific/Kiritimati"},
    "no such zone": {"TZ": "Nowhere/Nothing"},
    "the C locale": {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
    "a locale of ASCII": {
        "LC_ALL": "POSIX",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    },
    "a locale that is not here": {"LC_ALL": "xx_YY.UTF-8", "LANGUAGE": "xx"},
    "a safe path": {"PYTHONSAFEPATH": "1"},
    "proxies": {
        name: "http://127.0.0.1:9"
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY")
    },
    "colours and a narrow terminal": {
        "FORCE_COLOR": "1",
        "DJANGO_COLORS": "dark",
        "COLUMNS": "20",
    },
    "no home": {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"},
}
# Two sets, as pytest-env and pytest-dotenv cannot stand each other.
PLUGINS = {
    "popular": [
        *("anyio", "hypothesis", "pytest-asyncio", "pytest-env", "pytest-mock"),
        *(
            "pytest-cov",
            "pytest-playwright",
            "pytest-randomly",
            "pytest-sugar",
            "pytest-timeout",
        ),
        *("pytest-xdist", "pytest-rerunfailures", "pytest-socket", "pytest-aiohttp"),
    ],
    "older": [
        *("pytest<9", "pytest-asyncio<1", "pytest-dotenv", "pytest-xdist<3.8"),
        *(
            "pytest-bdd",
            "pytest-cov<6",
            "pytest-html",
            "pytest-freezer",
            "pytest-subtests",
        ),
    ],
}
# Where a wrong environment shows first: the settings and the endpoint.
SLICE = [f"src/jupid_embed/tests/test_{name}.py" for name in ("checks", "views")]


def must_pass(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


@pytest.mark.parametrize("value", DEBUG)
def test_debug_is_read_as_people_mean_it(value: str, project: Path) -> None:
    env = helpers.environment(DEBUG=value)
    said = helpers.must(
        *(sys.executable, "manage.py", "diffsettings", "--all"), cwd=project, env=env
    )
    assert re.findall(r"^\W*DEBUG = (\w+)$", said, re.MULTILINE) == [DEBUG[value]]


@pytest.mark.parametrize("row", VARIABLES)
def test_a_variable_decides_nothing(row: str, project: Path) -> None:
    variables = VARIABLES[row]
    must_pass(helpers.run_suite(project, *SLICE, **variables))
    env = helpers.environment() | variables
    said = helpers.must(sys.executable, "manage.py", "check", cwd=project, env=env)
    assert said == "System check identified no issues (0 silenced).\n"


def test_all_of_them_together_decide_nothing(project: Path) -> None:
    """The whole suite, and a page in the browser against the sandbox."""
    variables = {k: v for row in VARIABLES.values() for k, v in row.items()}
    variables["JUPID_EMBED_AUDIENCE"] = "'quoted'"  # as docker's --env-file keeps it
    must_pass(helpers.run_suite(project, **variables))
    if find_chromium() or os.environ.get("CI") == "true":
        flow = ["-m", "browser", "tests/test_browser_flow.py", "-k", "signs_in"]
        must_pass(helpers.run_suite(project, *flow, **variables))


def test_every_warning_may_be_an_error(project: Path) -> None:
    """Other people's too, as long as nothing that we build on gives one."""
    must_pass(helpers.run_suite(project, "-W", "error"))


@pytest.mark.xdist_group("plugins")
@pytest.mark.parametrize("plugins", PLUGINS)
def test_plugins_that_are_there_decide_nothing(
    plugins: str, project: Path, tmp_path: Path
) -> None:
    python = helpers.make_environment(tmp_path / "env", project, *PLUGINS[plugins])
    for options in ([], ["-n2", "--cov=jupid_embed", "--cov-report="]):
        env = {"COVERAGE_FILE": str(tmp_path / "coverage")}
        must_pass(helpers.run_suite(project, *options, python=python, **env))


# --- Folders ---


def above(folder: Path) -> None:
    """Lay the settings of another project above this one."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (folder / "conftest.py").write_text("raise RuntimeError('not ours')\n")
    (folder / "mypy.ini").write_text("[mypy]\nplugins = no_such_plugin\n")
    (folder / "ruff.toml").write_text("no-such-setting = 1\n")
    (folder / "setup.cfg").write_text("[tool:pytest]\naddopts = --no-such-option\n")
    (folder / "tox.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (folder / "tests").mkdir()
    (folder / "tests/__init__.py").write_text("raise RuntimeError('not ours')\n")
    (folder / "__init__.py").write_text("raise RuntimeError('not ours')\n")
    (folder / ".env").write_text("DJANGO_SETTINGS_MODULE=acme.settings\n")
    (folder / "manage.py").write_text("raise RuntimeError('not ours')\n")


@pytest.fixture
def moved(project: Path, tmp_path: Path) -> Path:
    """The project in a folder of another name, below another project."""
    folder = tmp_path / "it's ours, né Öçé 株式"
    folder.mkdir()
    above(folder)
    shutil.copytree(project, folder / "the project")
    return folder / "the project"


def test_folders_above_decide_nothing(moved: Path) -> None:
    must_pass(helpers.run_suite(moved))
    for command in (
        ["ruff", "check", "--no-cache"],
        ["mypy", "--cache-dir", os.devnull],
    ):
        helpers.must(sys.executable, "-m", *command, cwd=moved)


@pytest.mark.parametrize("start", ["pytest", "python -m pytest"])
def test_it_runs_from_another_folder(start: str, moved: Path, tmp_path: Path) -> None:
    pytest_command = [str(Path(sys.executable).parent / "pytest")]
    command = pytest_command if start == "pytest" else [sys.executable, "-m", "pytest"]
    options = ["-q", "-p", "no:cacheprovider", "-m", "not browser"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    must_pass(helpers.run(*command, *options, moved, cwd=elsewhere))
    said = helpers.must(sys.executable, moved / "manage.py", "check", cwd=elsewhere)
    assert said == "System check identified no issues (0 silenced).\n"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no modes of files")
def test_a_checkout_that_nobody_may_write_to_is_enough(moved: Path) -> None:
    start: list[str] = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root writes everywhere, and setpriv is not here")
        dropped = "-dac_override,-dac_read_search,-fowner"
        start = ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}"]
    folders = [moved, *(path for path in moved.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    env = helpers.environment()
    del env["PYTHONPYCACHEPREFIX"]

    done = helpers.run(
        *(*start, sys.executable, "-m", "pytest", "-q", "-m", "not browser"),
        cwd=moved,
        env=env,
    )

    for folder in folders:
        folder.chmod(0o755)
    must_pass(done)


# --- uv ---


def workspace(folder: Path, members: str) -> None:
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "acme"\nversion = "1"\nrequires-python = ">=3.10"\n'
        f"[tool.uv.workspace]\nmembers = [{members}]\n",
        "utf-8",
    )


@pytest.mark.parametrize("members", ['"packages/*"', '"*"'], ids=["apart", "member"])
def test_a_workspace_above_decides_nothing(
    members: str, project: Path, tmp_path: Path
) -> None:
    """It may take the project for a member: then they share one environment."""
    (tmp_path / "packages").mkdir()
    workspace(tmp_path, members)
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    options = ["-q", "-p", "no:cacheprovider", "-m", "not browser", *SLICE]
    must_pass(
        helpers.uv("run", "--python", sys.executable, "pytest", *options, cwd=copy)
    )
    assert (copy / ".venv").exists() == (members != '"*"')


# --- .env ---

SECRET = "JUPID_EMBED_SECRET=dev-a-secret-of-these-tests-and-of-nothing-else"


@pytest.mark.parametrize(
    "content",
    [
        f"{SECRET}\n".encode("utf-8-sig"),
        f"X=é 株\r\n{SECRET}\r\n".encode(),
        f"export {SECRET}".encode(),
    ],
    ids=["byte order mark", "carriage returns", "export"],
)
def test_an_env_that_an_editor_saved_is_read(
    content: bytes, project: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    (copy / ".env").write_bytes(content)
    for variables in ({}, {"PYTHONUTF8": "0", "LC_ALL": "C"}):
        env = helpers.environment() | variables
        said = helpers.must(sys.executable, "manage.py", "check", cwd=copy, env=env)
        assert said == "System check identified no issues (0 silenced).\n"


@pytest.mark.parametrize(
    "content",
    [
        f"{SECRET}\n".encode("utf-16"),
        f"{SECRET}\n".encode("utf-16-le"),
        f"X=é\n{SECRET}\n".encode("latin-1"),
        f"{SECRET}\0\n".encode(),
    ],
    ids=["UTF-16", "UTF-16 without a mark", "Latin-1", "NUL"],
)
def test_an_env_that_is_no_text_gets_one_line(
    content: bytes, project: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    (copy / ".env").write_bytes(content)
    for command in (["manage.py", "check"], ["-m", "pytest", "-q"]):
        done = helpers.run(sys.executable, *command, cwd=copy)
        assert (done.returncode, done.stdout, done.stderr) == (
            1,
            "",
            f"{copy / '.env'} cannot be read: save it as text in UTF-8.\n",
        )
