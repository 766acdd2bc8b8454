"""What the closing message says of a strange .env, and of what git would take."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .. import helpers, repository

if TYPE_CHECKING:
    from collections.abc import Callable

HOOK = (helpers.ROOT / "hooks/post_gen_project.py").read_text("utf-8")
GITIGNORE = (helpers.TEMPLATE / ".gitignore").read_text("utf-8")
GOOD = b"JUPID_EMBED_SECRET=dev-good\n"
AGAIN = "remove it, and make a secret as README.md says."
NO_SECRET = ".env holds no JUPID_EMBED_SECRET: make one as README.md says."
NO_UTF_8 = ".env is not in UTF-8: save it in that encoding."

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no modes of files")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the .gitignore that the template renders."""
    project = tmp_path / "project"
    project.mkdir()
    (project / ".gitignore").write_text(GITIGNORE, "utf-8")
    return project


@pytest.fixture
def notes(project: Path, home: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """Runs the hook in the project; returns what it prints behind what it always does."""
    hook = tmp_path / "hook.py"
    hook.write_text(HOOK.replace("{{ cookiecutter | placeholders }}", ""), "utf-8")
    env = repository.git_environment(home)

    def run(*start: str) -> list[str]:
        done = subprocess.run(
            [*start, sys.executable, hook],
            cwd=project,
            env=env,
            capture_output=True,
            encoding="ascii",
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "good" not in done.stdout
        usual, _, said = done.stdout.partition("app URL and secret\n")
        assert usual.startswith("\nYour Jupid Embed integration is in project. Next")
        assert not said or said.startswith("\n")
        return said[1:].splitlines()

    return run


# --- .env ---


def test_a_fresh_env_gets_no_word(notes: Callable[..., list[str]]) -> None:
    assert notes() == []


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        b"# ours\r\nexport JUPID_EMBED_SECRET = 'dev-good'\r\nX=1\r\n",
        b"X=1\nJUPID_EMBED_SECRET=dev-good",
        b"JUPID_EMBED_SECRET=\nJUPID_EMBED_SECRET='dev-good' # ours\n",
        GOOD + b"#" * 99_971 + "é".encode(),  # of which half is read
    ],
)
def test_an_env_with_a_secret_is_kept_without_a_word(
    content: bytes, project: Path, notes: Callable[..., list[str]]
) -> None:
    env = project / ".env"
    env.write_bytes(content)
    env.chmod(0o600)
    assert notes() == []
    assert env.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", NO_SECRET),
        (b"OTHER=good\n", NO_SECRET),
        (b"#JUPID_EMBED_SECRET=dev-good\n", NO_SECRET),
        (b"JUPID_EMBED_SECRET=\nX=1\n", NO_SECRET),
        (b'JUPID_EMBED_SECRET=""\n', NO_SECRET),
        (b"MY_JUPID_EMBED_SECRET=dev-good\n", NO_SECRET),
        (GOOD + b"JUPID_EMBED_SECRET=\n", NO_SECRET),
        (b'JUPID_EMBED_SECRET="" # good\n', NO_SECRET),
        (b"JUPID_EMBED_SECRET= # good\n", NO_SECRET),
        ("JUPID_EMBED_SECRET=\N{NO-BREAK SPACE}\n".encode(), NO_SECRET),
        (b"\xff" * 50, NO_UTF_8),
        (b"NAME=Zo\xeb\n" + GOOD, NO_UTF_8),
        (GOOD.decode().encode("utf-16"), NO_UTF_8),
        (GOOD.decode().encode("utf-16-le"), NO_UTF_8),
    ],
)
def test_an_env_without_a_secret_is_named(
    content: bytes, said: str, project: Path, notes: Callable[..., list[str]]
) -> None:
    env = project / ".env"
    env.write_bytes(content)
    env.chmod(0o600)
    assert notes() == [said]
    assert env.read_bytes() == content


def test_an_env_that_is_a_directory_is_named(
    project: Path, notes: Callable[..., list[str]]
) -> None:
    (project / ".env").mkdir()
    assert notes() == [f".env is a directory: {AGAIN}"]
    assert list((project / ".env").iterdir()) == []


@posix
def test_an_env_that_is_a_pipe_is_named_and_not_waited_for(
    project: Path, notes: Callable[..., list[str]]
) -> None:
    os.mkfifo(project / ".env")
    assert notes() == [f".env is no file: {AGAIN}"]


@posix
def test_an_env_that_is_a_link_is_named(
    project: Path, tmp_path: Path, notes: Callable[..., list[str]]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (project / ".env").symlink_to(elsewhere)
    assert notes() == [f".env is a link to nothing: {AGAIN}"]
    assert not elsewhere.exists()

    elsewhere.write_bytes(b"")
    elsewhere.chmod(0o640)
    assert notes() == [
        ".env is a link: see to it that git ignores what it leads to.",
        ".env is open to others (mode 0640): chmod 600 .env",
        NO_SECRET,
    ]
    assert elsewhere.read_bytes() == b""

    (project / ".env").unlink()
    (project / ".env").symlink_to(".env")
    assert notes() == [
        ".env is a link: see to it that git ignores what it leads to.",
        f".env cannot be read: {os.strerror(errno.ELOOP)}.",
    ]


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o777])
def test_an_env_that_others_can_open_is_named(
    mode: int, project: Path, notes: Callable[..., list[str]]
) -> None:
    env = project / ".env"
    env.write_bytes(GOOD)
    env.chmod(mode)
    assert notes() == [f".env is open to others (mode {mode:04o}): chmod 600 .env"]
    assert env.stat().st_mode & 0o777 == mode


@posix
def test_an_env_that_cannot_be_read_is_named(
    project: Path, notes: Callable[..., list[str]]
) -> None:
    start = []
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root reads everything, and setpriv is not here")
        dropped = "-dac_override,-dac_read_search"
        start = ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}"]
    env = project / ".env"
    env.write_bytes(GOOD)
    env.chmod(0)
    assert notes(*start) == [".env cannot be read: Permission denied."]


@posix
@pytest.mark.parametrize("umask", ["000", "022", "077", "277", "777"])
def test_a_fresh_env_has_its_mode_under_any_umask(
    umask: str, project: Path, notes: Callable[..., list[str]]
) -> None:
    assert notes("sh", "-c", f'umask {umask}; exec "$@"', "sh") == []
    assert (project / ".env").stat().st_mode & 0o777 == 0o600


# --- What git would take ---

ALL = "Add .env* and *.sqlite* to .gitignore: secrets and data lie there."
ENV = "Add .env* to .gitignore: secrets and data lie there."
DATA = "Add *.sqlite* to .gitignore: secrets and data lie there."
OLD = ".env\n*.sqlite3\n"  # as the first version had it


@pytest.mark.parametrize(
    ("lines", "outside", "within"),
    [
        (GITIGNORE, [], []),
        (GITIGNORE.replace("\n", "\r\n"), [], None),
        ("/.env*\n *.sqlite* \n", [], None),
        (OLD, [ALL], [ALL]),
        (".env\n.env.*\n*.sqlite3*\n", [ALL], []),
        (".env*\n*.sqlite3*\n", [DATA], []),
        (f"{GITIGNORE}!.env\n", [], [ENV]),
        ("*.log\n.env.example\n", [ALL], [ALL]),
        ("*\n", [ALL], []),
        ("", [ALL], [ALL]),
    ],
)
def test_a_gitignore_that_was_there_already_is_looked_at(
    lines: str,
    outside: list[str],
    within: list[str] | None,
    project: Path,
    home: Path,
    notes: Callable[..., list[str]],
) -> None:
    """By its lines alone outside a repository; by git within one."""
    (project / ".gitignore").write_bytes(lines.encode())
    assert notes() == outside

    env = repository.git_environment(home)
    helpers.must("git", "init", "-q", cwd=project.parent, env=env)
    if within is not None:
        assert notes() == within


def test_a_gitignore_that_cannot_be_read_loses_nothing(
    project: Path, notes: Callable[..., list[str]]
) -> None:
    (project / ".gitignore").unlink()
    assert notes() == [ALL]
    (project / ".gitignore").mkdir()
    assert notes() == [ALL]
    assert (project / ".env").exists()


def test_an_env_that_git_has_is_named(
    project: Path, home: Path, notes: Callable[..., list[str]]
) -> None:
    env = repository.git_environment(home)
    helpers.must("git", "init", "-q", cwd=project, env=env)
    notes()
    helpers.must("git", "add", "-f", ".env", cwd=project, env=env)
    assert notes() == [
        ".env is tracked by git: git rm --cached .env, and a new secret."
    ]


def test_a_repository_that_the_shell_names_is_not_asked(
    project: Path, home: Path, notes: Callable[..., list[str]], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / ".env").touch()
    env = repository.git_environment(home)
    for folder in (other, project):
        helpers.must("git", "init", "-q", cwd=folder, env=env)
    helpers.must("git", "add", ".env", cwd=other, env=env)
    names = (f"GIT_DIR={other}/.git", f"GIT_WORK_TREE={other}")
    assert notes("env", *names) == []


def test_a_repository_that_git_refuses_is_looked_at_by_its_lines(
    project: Path, notes: Callable[..., list[str]]
) -> None:
    (project / ".git").write_text("gitdir: nowhere\n", "utf-8")
    assert notes() == []
    (project / ".gitignore").write_text(OLD, "utf-8")
    assert notes() == [ALL]


@posix
def test_a_program_that_a_repository_names_is_not_run(
    project: Path, home: Path, notes: Callable[..., list[str]], tmp_path: Path
) -> None:
    env = repository.git_environment(home)
    program = f"touch '{tmp_path}/it-ran'; false"
    for command in (["init", "-q"], ["config", "core.fsmonitor", program]):
        helpers.must("git", *command, cwd=project, env=env)
    assert notes() == []
    assert not (tmp_path / "it-ran").exists()


@posix
def test_no_git_at_all_is_no_matter(
    project: Path, notes: Callable[..., list[str]], tmp_path: Path
) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text(OLD, "utf-8")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert notes("env", f"PATH={empty}") == [ALL]
