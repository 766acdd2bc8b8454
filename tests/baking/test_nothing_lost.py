"""Whatever goes wrong, what was there before stays as it was, byte for byte."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .. import helpers

if TYPE_CHECKING:
    from collections.abc import Callable

resource = pytest.importorskip("resource", reason="a full disk needs limits to files")

FLAGS = {"plain": [], "-f": ["-f"], "-s": ["-s"], "-f -s": ["-f", "-s"]}
SLUG = "jupid-integration"

# What somebody keeps in a folder that was baked before: files of their own, and files of
# the template that they have changed, all of them between others of the template.
OWN = {
    ".env": b"JUPID_EMBED_SECRET=mine\r\nOTHER=1",
    "notes.txt": b"\xff\x00 not text",
    "src/jupid_embed/mine.py": b"MINE = 1\n",
    "example/fixtures/users.json": b"[]",
    "db.sqlite3": b"SQLite format 3\0",
}
CHANGED = {
    "README.md": b"# Ours now\n",
    "src/jupid_embed/identity.py": b"def build_jupid_sub(user): return 'ours'\n",
    "src/jupid_embed/tests/users.py": b"",
}

Tree = dict[str, tuple[bytes, int]]


def tree_of(folder: Path) -> Tree:
    """Each file below ``folder`` with its bytes and mode; a folder by its name and /."""
    return {
        path.relative_to(folder).as_posix() + "/" * path.is_dir(): (
            b"" if path.is_dir() else path.read_bytes(),
            path.stat().st_mode & 0o7777,
        )
        for path in folder.rglob("*")
    }


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder beside which and in which there are files already."""
    work = tmp_path / "up" / "work"
    work.mkdir(parents=True)
    (work / "keep.txt").write_bytes(b"keep")
    (work.parent / "x").mkdir()
    (work.parent / "x" / "keep.txt").write_bytes(b"keep")
    return work


@pytest.fixture(scope="module")
def old_project(baked: Callable[..., Path]) -> Path:
    """A project of other answers than those that the runs below give."""
    return baked(project_slug=SLUG, partner_id="old", payload_fields="none")


def make_existing(work: Path, old_project: Path) -> None:
    project = work / SLUG
    shutil.copytree(old_project, project)
    for name, content in {**OWN, **CHANGED}.items():
        file = project / name
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(content)
        file.chmod(0o640)


# --- What goes wrong: each starts a command as this system lets it ---


def full_disk() -> None:
    """Let no file grow beyond what the replay file and the hooks need."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


def closed_output() -> None:
    os.close(1)


def broken_pipe() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 1)


def template_with(folder: Path, hook: str, lines: str) -> Path:
    """A copy of the template in which a hook stops, behind all that it does."""
    copy = helpers.copy_template(folder / "template")
    file = copy / "hooks" / f"{hook}_project.py"
    file.write_text(file.read_text("utf-8") + lines, "utf-8")
    return copy


STOP = "\nsys.exit('stopped')\n"
KILLED = "\nimport signal\nos.kill(os.getpid(), signal.SIGKILL)\n"

TROUBLES = [
    "none",
    "bad answer",
    "pre_gen stopped",
    "post_gen stopped",
    "post_gen killed",
    "disk full",
    "folder not writable",
    "output closed",
    "output pipe broken",
    "console of ASCII",
]
FAIL = TROUBLES[1:7]


def cookiecutter(
    trouble: str, work: Path, tmp_path: Path, *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Run Cookiecutter in ``work`` while ``trouble`` is there."""
    template = helpers.ROOT
    answers = ["partner_id=new"]
    before: Callable[[], None] | None = None
    start: list[str] = []
    env = helpers.environment(tmp_path / "home", TMPDIR=str(tmp_path))
    if trouble == "bad answer":
        answers = ["partner_id=bäd \u202eid"]
    elif "stopped" in trouble or "killed" in trouble:
        lines = STOP if "stopped" in trouble else KILLED
        template = template_with(tmp_path, trouble.split()[0], lines)
    elif trouble == "disk full":
        before = full_disk
        env |= {"PYTHONDONTWRITEBYTECODE": "1"}  # half of it would be written
    elif trouble == "folder not writable":
        target = work / SLUG if (work / SLUG).exists() else work
        for folder in [target, *(path for path in target.rglob("*") if path.is_dir())]:
            folder.chmod(0o555)
        if os.geteuid() == 0:  # whom no mode stops, but for this
            dropped = "-dac_override,-dac_read_search,-fowner"
            start = ["setpriv", f"--bounding-set={dropped}"]
            start += [f"--inh-caps={dropped}"]
    elif trouble == "output closed":
        before = closed_output
    elif trouble == "output pipe broken":
        before = broken_pipe
    elif trouble == "console of ASCII":
        env |= {"PYTHONIOENCODING": "ascii"}
        answers = ["partner_id=new", "audience=bäd \u202e\U0001f600"]
    command = [
        *start,
        sys.executable,
        "-m",
        "cookiecutter",
        str(template),
        "--no-input",
    ]
    return subprocess.run(
        [*command, *arguments, *answers],
        cwd=work,
        env=env,
        capture_output=True,
        preexec_fn=before,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("folder", ["new", "existing"])
def test_what_was_there_stays(
    folder: str, flags: str, trouble: str, work: Path, tmp_path: Path, old_project: Path
) -> None:
    if folder == "existing":
        make_existing(work, old_project)
    before = tree_of(work.parent)

    done = cookiecutter(trouble, work, tmp_path, *FLAGS[flags])

    for path in [work, *(path for path in work.rglob("*") if path.is_dir())]:
        if trouble == "folder not writable":
            path.chmod(0o755)
    after = tree_of(work.parent)
    project = f"work/{SLUG}/"
    refused = folder == "existing" and "-f" not in flags
    asks_wrongly = trouble in ("bad answer", "console of ASCII")
    # With -f files are written in place, and with -f -s there is nothing to write.
    writes = {"disk full": flags != "-f -s", "folder not writable": False}
    fails = refused or trouble in FAIL or asks_wrongly
    if folder == "existing" and not refused:
        fails = fails and writes.get(trouble, True)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr

    # Whatever was there is there, with the same bytes and the same mode …
    overwritten = {
        name
        for name in before.keys() & after.keys()
        if before[name][0] != after[name][0]
        or (trouble != "folder not writable" and before[name][1] != after[name][1])
    }
    assert before.keys() <= after.keys()
    if flags != "-f" or refused or asks_wrongly or trouble == "pre_gen stopped":
        assert overwritten == set()
    # … but for the files of the template, which -f says that it overwrites.
    template_files = {f"{project}{name}" for name in tree_of(old_project)}
    own = {f"{project}{name}" for name in OWN}
    assert overwritten <= template_files - own
    if (folder, flags, trouble) == ("existing", "-f", "none"):
        assert {f"{project}{name}" for name in CHANGED} <= overwritten

    # Nothing half made is left (but by a full disk, where Cookiecutter itself stops in
    # the middle and clears nothing away), and a whole project is whole.
    if fails and folder == "new" and trouble != "disk full":
        assert after == before
    if asks_wrongly or refused:
        assert after == before
    if not fails:
        assert {name.removeprefix(project) for name in after} >= set(
            tree_of(old_project)
        )
        secret, mode = after[f"{project}.env"]
        if folder == "new":
            assert (secret[:23], mode) == (b"JUPID_EMBED_SECRET=dev-", 0o600)


def test_bad_answer_is_shown_on_a_console_of_ascii(work: Path, tmp_path: Path) -> None:
    done = cookiecutter("console of ASCII", work, tmp_path)

    line = done.stdout.decode("ascii").strip()
    assert line.startswith(
        'audience "b\\xe4d \\u202e\\U0001f600": an audience is 1 to 128 '
    )
    assert done.stderr == b""


def test_disk_that_is_full_at_the_secret_leaves_no_empty_secret(
    work: Path, tmp_path: Path, old_project: Path
) -> None:
    project = work / SLUG
    shutil.copytree(old_project, project)
    (project / ".env").unlink()
    copy = template_with(tmp_path, "post_gen", "")
    hook = copy / "hooks" / "post_gen_project.py"
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))\n"
    hook.write_text(
        hook.read_text("utf-8").replace("NEXT_STEPS =", f"{limit}NEXT_STEPS =")
    )
    command = [sys.executable, "-m", "cookiecutter", "--no-input", "-f"]
    env = helpers.environment(tmp_path / "home")

    failed = helpers.run(*command, copy, cwd=work, env=env)
    left = (project / ".env").exists()
    again = helpers.run(*command, helpers.ROOT, cwd=work, env=env)

    assert failed.returncode == 1
    assert not left
    assert again.returncode == 0
    assert (project / ".env").read_bytes().startswith(b"JUPID_EMBED_SECRET=dev-")


def test_link_in_the_place_of_the_secret_is_not_followed(
    work: Path, tmp_path: Path, old_project: Path
) -> None:
    project = work / SLUG
    shutil.copytree(old_project, project)
    (project / ".env").unlink()
    (project / ".env").symlink_to(work / "elsewhere")

    done = cookiecutter("none", work, tmp_path, "-f")

    assert done.returncode == 0
    assert (project / ".env").is_symlink()
    assert not (work / "elsewhere").exists()


@pytest.mark.parametrize("hooks", ["yes", "no"])
def test_replay_file_that_switches_the_extension_off_runs_no_answer(
    hooks: str, work: Path, tmp_path: Path
) -> None:
    """It ends where our first filter is missing; the README says what is left then."""
    code = "{{ cycler.__init__.__globals__.os.mkdir('ran') }}"
    answers = {"_extensions": [], "project_slug": "../x", "partner_id": code}
    file = tmp_path / "replay.json"
    file.write_text(json.dumps({"cookiecutter": helpers.QUESTIONS | answers}))
    before = tree_of(work.parent)
    command: list[str | Path] = [sys.executable, "-m", "cookiecutter", helpers.ROOT]

    done = helpers.run(
        *[*command, "-f", "-s", f"--accept-hooks={hooks}", "--replay-file", file],
        cwd=work,
        env=helpers.environment(tmp_path / "home"),
    )

    assert done.returncode == 1
    assert "No filter named" in done.stderr
    after = tree_of(work.parent)
    assert not [name for name in after if name.endswith("ran/")]
    assert {name: after[name] for name in before} == before
    if hooks == "yes":
        assert after == before


SLUGS = [
    ".",
    "..",
    "../x",
    "/x",
    "a/b",
    "",
    " ",
    "~",
    "./x",
    "x/",
    "..\\x",
    "c:x",
    "con",
]


@pytest.mark.parametrize("way", ["key=value", "replay"])
@pytest.mark.parametrize("hooks", ["yes", "no"])
@pytest.mark.parametrize("flags", ["plain", "-f", "-f -s"])
def test_slug_that_leads_elsewhere_touches_nothing(
    flags: str, hooks: str, way: str, work: Path, tmp_path: Path
) -> None:
    before = tree_of(work.parent)
    root = set(Path("/").iterdir())
    main = (
        "import sys\n"
        "from cookiecutter.cli import main\n"
        "for arguments in {}:\n"
        "    try:\n"
        "        main(arguments)\n"
        "    except SystemExit as end:\n"
        "        print('ended with', end.code)\n"
    )
    runs = []
    for number, slug in enumerate([*SLUGS, str(work / "x"), str(work)]):
        run = [str(helpers.ROOT), f"--accept-hooks={hooks}", *FLAGS[flags]]
        if way == "replay":
            file = tmp_path / f"replay{number}.json"
            answers = helpers.QUESTIONS | {"project_slug": slug}
            file.write_text(json.dumps({"cookiecutter": answers}), "utf-8")
            run += ["--replay-file", str(file)]
        else:
            run += ["--no-input", f"project_slug={slug}"]
        runs.append(run)

    done = helpers.run(
        sys.executable,
        *("-c", main.format(runs)),
        cwd=work,
        env=helpers.environment(tmp_path / "home"),
    )

    assert done.stdout.count("ended with 1\n") == len(SLUGS) + 2, done.stderr
    assert (done.stdout + done.stderr).count('project_slug "') == len(SLUGS) + 2
    assert tree_of(work.parent) == before
    assert set(Path("/").iterdir()) == root
