"""The template comes from wherever a partner may take it, and cruft keeps it current."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .. import helpers, repository

if sys.platform != "win32":
    import pexpect

COOKIECUTTER = [sys.executable, "-m", "cookiecutter"]
CRUFT = [sys.executable, "-m", "cruft"]
SLUG = "jupid-integration"

pytestmark = pytest.mark.xdist_group("sources")  # they share one repository


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What GitHub serves: ``v1`` as it stands here, and a newer main."""
    served = tmp_path_factory.mktemp("github")
    env = repository.git_environment(served / "home")
    made = repository.make_repository(served / "org/jupid-template.git", env)
    (made / helpers.TEMPLATE.name / "NEWS.md").write_text("Newer than v1.\n", "utf-8")
    repository.commit(made, env)
    return served


@pytest.fixture
def env(home: Path, served: Path) -> dict[str, str]:
    return repository.git_environment(home, served)


def files(project: Path) -> dict[str, bytes]:
    """The files of a project, but for what differs from one bake to the next."""
    own = (".env", ".cruft.json")
    found = helpers.files_of(project)
    return {name: content for name, content in found.items() if name not in own}


def v1(folder: Path) -> dict[str, bytes]:
    return files(helpers.bake(folder / "expected"))


def main(folder: Path) -> dict[str, bytes]:
    return v1(folder) | {"NEWS.md": b"Newer than v1.\n"}


def test_github(tmp_path: Path, env: dict[str, str]) -> None:
    helpers.must(
        *COOKIECUTTER, "gh:org/jupid-template", "--no-input", cwd=tmp_path, env=env
    )

    assert files(tmp_path / SLUG) == main(tmp_path)


def test_tag_of_github(tmp_path: Path, env: dict[str, str]) -> None:
    command = ["gh:org/jupid-template", "--checkout", "v1", "--no-input"]
    helpers.must(*COOKIECUTTER, *command, cwd=tmp_path, env=env)

    assert files(tmp_path / SLUG) == v1(tmp_path)


def test_tag_after_main_is_in_the_cache(tmp_path: Path, env: dict[str, str]) -> None:
    command = [*COOKIECUTTER, "gh:org/jupid-template", "--no-input"]
    helpers.must(*command, cwd=tmp_path, env=env)
    helpers.must(
        *command, "--checkout", "v1", "project_slug=second", cwd=tmp_path, env=env
    )
    shutil.rmtree(tmp_path / SLUG)
    (tmp_path / "second").rename(tmp_path / SLUG)

    helpers.must(*command, "project_slug=third", cwd=tmp_path, env=env)

    assert "NEWS.md" not in files(tmp_path / SLUG)
    assert "NEWS.md" in files(tmp_path / "third")


@pytest.mark.parametrize(
    ("template", "typed"),
    [
        ("gh:org/jupid-template", "n\ny\n"),  # do not download again, use what is there
        ("gh:org/jupid-template", "y\n"),  # download again
        ("jupid-template", ""),  # by its name in the cache
    ],
    ids=["kept", "downloaded again", "by name"],
)
def test_second_run_with_the_first_in_the_cache(
    template: str, typed: str, tmp_path: Path, env: dict[str, str]
) -> None:
    first = [*COOKIECUTTER, "gh:org/jupid-template", "--no-input"]
    helpers.must(*first, cwd=tmp_path, env=env)
    expected = files(tmp_path / SLUG)
    shutil.rmtree(tmp_path / SLUG)

    done = helpers.run(
        *COOKIECUTTER, template, cwd=tmp_path, env=env, stdin=typed + "\n" * 8
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert files(tmp_path / SLUG) == expected


def test_replay_of_the_last_run(tmp_path: Path, env: dict[str, str]) -> None:
    command = [*COOKIECUTTER, "gh:org/jupid-template"]
    answers = ["partner_id=acme", "app_url=HTTPS://App.Jupid.com:443/"]
    helpers.must(*command, "--no-input", *answers, cwd=tmp_path, env=env)
    expected = files(tmp_path / SLUG)
    shutil.rmtree(tmp_path / SLUG)

    done = helpers.run(*command, "--replay", cwd=tmp_path, env=env, stdin="y\n")

    assert (done.returncode, done.stderr) == (0, "")
    assert files(tmp_path / SLUG) == expected


def test_zip(tmp_path: Path, served: Path, env: dict[str, str]) -> None:
    archive = tmp_path / "jupid-template-1.zip"
    command: list[str | Path] = [
        "archive",
        "--format=zip",
        "--prefix=jupid-template-1/",
        "-o",
        archive,
    ]
    repo = served / "org/jupid-template.git"
    helpers.must("git", *command, "v1", cwd=repo, env=env)

    for _ in "first run", "second, with the first in the cache":
        helpers.must(*COOKIECUTTER, archive, "--no-input", "-f", cwd=tmp_path, env=env)

    assert files(tmp_path / SLUG) == v1(tmp_path)
    helpers.must(sys.executable, "manage.py", "check", cwd=tmp_path / SLUG)


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
def test_local_path(
    relative: bool, tmp_path: Path, served: Path, env: dict[str, str]
) -> None:
    # Windows forbids double quotes in a name.
    the = "the" if sys.platform == "win32" else '"the"'
    template = tmp_path / f"it's {the} {{{{ template }}}} $(id) é"
    shutil.copytree(served / "org/jupid-template.git", template)
    work = tmp_path / "work"
    work.mkdir()

    given = os.path.relpath(template, work) if relative else str(template)
    helpers.must(*COOKIECUTTER, given, "--no-input", cwd=work, env=env)

    assert files(work / SLUG) == main(tmp_path)


def test_uvx(tmp_path: Path, env: dict[str, str]) -> None:
    command = ["tool", "run", "cookiecutter", "gh:org/jupid-template", "--no-input"]
    uv = shutil.which("uv")
    start = [uv] if uv else [sys.executable, "-m", "uv"]

    done = helpers.run(*start, *command, cwd=tmp_path, env=env)

    if (
        done.returncode
        and "Failed to fetch" in done.stderr
        and not os.environ.get("CI")
    ):
        pytest.skip("uv cannot reach the package index")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / SLUG) == main(tmp_path)


# --- cruft ---


@pytest.fixture
def template(tmp_path: Path, served: Path) -> Path:
    """A template of this test's own, at its first version."""
    template = tmp_path / "template"
    shutil.copytree(served / "org/jupid-template.git", template)
    return template


def create(template: Path, work: Path, env: dict[str, str], **answers: str) -> Path:
    command = [*CRUFT, "create", "--no-input", str(template)]
    command += ["--extra-context", json.dumps(answers)]
    helpers.must(*command, cwd=work, env=env)
    project = work / answers.get("project_slug", SLUG)
    helpers.must("git", "init", "-q", cwd=project, env=env)
    repository.commit(project, env)
    return project


def cruft(
    project: Path, env: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return helpers.run(*CRUFT, *arguments, cwd=project, env=env)


def status(project: Path, env: dict[str, str]) -> list[str]:
    return helpers.must(
        "git", "status", "--short", "--ignored", cwd=project, env=env
    ).splitlines()


def test_cruft_makes_what_cookiecutter_makes(
    tmp_path: Path, template: Path, env: dict[str, str]
) -> None:
    project = create(template, tmp_path, env, payload_fields=" none ")
    shutil.rmtree(project / ".git")

    expected = helpers.bake(tmp_path / "expected", payload_fields="none")
    assert files(project) == files(expected) | {"NEWS.md": b"Newer than v1.\n"}


def test_cruft_refuses_a_wrong_answer_and_writes_nothing(
    tmp_path: Path, template: Path, env: dict[str, str]
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    answers = json.dumps({"partner_id": "a b", "project_slug": "../x"})
    command = ["create", "--no-input", str(template), "--extra-context", answers]

    done = cruft(work, env, *command)

    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert 'project_slug "../x": write lower-case words' in said
    assert 'partner_id "a b": a partner ID is' in said
    assert list(work.iterdir()) == []
    assert not (tmp_path / "x").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal on Windows")
@pytest.mark.parametrize("option", ["--no-input", "-y"])
def test_cruft_does_not_ask_at_a_terminal_either_when_told_so(
    option: str, tmp_path: Path, template: Path, env: dict[str, str]
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    command = ["-m", "cruft", "create", option, str(template)]
    child: Any = pexpect.spawn(
        sys.executable,
        [*command, "--extra-context", json.dumps({"partner_id": "a b"})],
        cwd=str(work),
        env={**env, "COLUMNS": "400", "TERM": "dumb", "NO_COLOR": "1"},
        encoding="utf-8",
        timeout=60,
    )

    child.expect(pexpect.EOF)
    child.close()

    said = str(child.before)
    assert child.exitstatus == 1, said
    assert 'partner_id "a b": a partner ID is' in said
    assert "Partner ID, which Jupid sends you" not in said
    assert list(work.iterdir()) == []


def test_cruft_with_nothing_new_changes_nothing(
    tmp_path: Path, template: Path, env: dict[str, str]
) -> None:
    project = create(template, tmp_path, env)
    before = helpers.files_of(project)

    check = cruft(project, env, "check")
    diff = cruft(project, env, "diff", "--exit-code")
    update = cruft(project, env, "update", "-y")

    assert (check.returncode, diff.returncode, update.returncode) == (0, 0, 0)
    assert "@@" not in diff.stdout
    assert helpers.files_of(project) == before
    assert status(project, env) == ["!! .env"]


def test_cruft_carries_changes_of_questions_rules_and_files_beside_the_partners_own(
    tmp_path: Path, template: Path, env: dict[str, str]
) -> None:
    project = create(template, tmp_path, env, partner_id="acme", email_field="mail")
    # The partner edits files that the template is about to change, and adds one.
    identity = project / "src/jupid_embed/identity.py"
    repository.replace(
        identity,
        'return str(email or "").strip()',
        'return str(email or "").strip().lower()',
    )
    readme = project / "README.md"
    readme.write_text(f"{readme.read_text('utf-8')}\nOurs.\n", "utf-8")
    (project / "ours.py").write_text("OURS = 1\n", "utf-8")
    repository.commit(project, env)
    kept = (project / ".env").read_bytes()

    # The template asks one question more, reads its answer by a rule and a filter that
    # the older jupid_answers lacks, and changes a file that the partner has edited.
    questions = template / "cookiecutter.json"
    repository.replace(
        questions,
        '  "payload_fields": "company',
        '  "region": "eu",\n  "__region": "{{ check(\'region\') }}",\n'
        '  "payload_fields": "company',
    )
    repository.replace(
        template / "jupid_answers/rules.py",
        '    "payload_fields": payload_fields,\n}',
        '    "region": str.upper,\n    "payload_fields": payload_fields,\n}',
    )
    repository.replace(
        template / "jupid_answers/extension.py",
        '"refusal": refusal,',
        '"refusal": refusal,\n            "twice": lambda a: a + a,',
    )
    rendered = template / helpers.TEMPLATE.name / "src/jupid_embed"
    settings = rendered / "conf.py"
    settings.write_text(
        settings.read_text("utf-8")
        + '\nREGION = "{{ cookiecutter.region | twice }}"\n',
        "utf-8",
    )
    repository.replace(
        rendered / "identity.py",
        '"""Which of the user\'s fields go into the token',
        '"""What of the user goes into the token.',
    )
    repository.commit(template, env)

    check = cruft(project, env, "check")
    update = cruft(project, env, "update", "-y")

    assert check.returncode == 1
    assert update.returncode == 0, update.stdout + update.stderr
    assert (project / ".env").read_bytes() == kept
    assert (project / "ours.py").exists()
    assert readme.read_text("utf-8").endswith("\nOurs.\n")
    merged = identity.read_text("utf-8")
    assert "user.mail" in merged
    assert 'return str(email or "").strip().lower()' in merged
    assert '"""What of the user goes into the token.' in merged
    new = (project / "src/jupid_embed/conf.py").read_text("utf-8")
    assert new.endswith('\nREGION = "EUEU"\n')
    assert list(project.rglob("*.rej")) == []
    assert {line[3:] for line in status(project, env)} == {
        ".cruft.json",
        ".env",
        "src/jupid_embed/identity.py",
        "src/jupid_embed/conf.py",
    }
    assert cruft(project, env, "check").returncode == 0

    repository.commit(project, env)
    again = cruft(project, env, "update", "-y")
    diff = cruft(project, env, "diff")

    assert again.returncode == 0
    assert status(project, env) == ["!! .env"]
    assert '-    return str(email or "").strip().lower()\n' in diff.stdout
    assert "JUPID_EMBED_SECRET=dev" not in diff.stdout


def test_cruft_names_a_kept_answer_that_a_new_rule_refuses_and_changes_nothing(
    tmp_path: Path, template: Path, env: dict[str, str]
) -> None:
    project = create(template, tmp_path, env, partner_id="acme")
    before = helpers.files_of(project)
    repository.replace(
        template / "jupid_answers/rules.py",
        "    if text in WINDOWS_NAMES:",
        '    if text == "jupid-integration":\n'
        '        raise Refused("this name is taken now")\n'
        "    if text in WINDOWS_NAMES:",
    )
    repository.commit(template, env)

    update = cruft(project, env, "update", "-y")

    said = update.stdout + update.stderr
    assert update.returncode == 1
    assert 'project_slug "jupid-integration": this name is taken now.' in said
    assert helpers.files_of(project) == before


def test_conflict_leaves_the_partners_lines_and_a_reject_that_git_ignores(
    tmp_path: Path, template: Path, env: dict[str, str]
) -> None:
    project = create(template, tmp_path, env)
    old = '"""Which of the user\'s fields go into the token'
    identity = project / "src/jupid_embed/identity.py"
    repository.replace(identity, old, '"""Ours.')
    repository.commit(project, env)
    source = template / helpers.TEMPLATE.name / "src/jupid_embed/identity.py"
    repository.replace(source, old, '"""Theirs.')
    repository.commit(template, env)

    update = cruft(project, env, "update", "-y")

    assert update.returncode == 0, update.stdout + update.stderr
    text = identity.read_text("utf-8")
    rejected = list(project.rglob("*.rej"))
    assert '"""Ours.' in text
    assert rejected or '"""Theirs.' in text
    if rejected:
        assert not [line for line in status(project, env) if line.startswith("??")]
