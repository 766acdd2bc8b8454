"""The questions as a person meets them: at a terminal, and where there is none."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..helpers import (
    DEFAULTS,
    NAMES,
    QUESTIONS,
    ROOT,
    cookiecutter_command,
    environment,
    uv,
)

if sys.platform != "win32":
    import pexpect

if TYPE_CHECKING:
    from collections.abc import Callable

needs_terminal = pytest.mark.skipif(
    sys.platform == "win32", reason="there is no pseudo-terminal on Windows"
)

# For each question a wrong answer, the reason, and a right one.
TALK = {
    "project_slug": (
        "My Folder",
        'write lower-case words joined by "-" or "_", at most 50 characters, as in '
        "jupid-integration",
        "acme-jupid",
    ),
    "partner_id": (
        "acme inc",
        'a partner ID is 1 to 128 letters, digits, ".", "_" or "-", and starts with a '
        "letter or digit",
        "acme",
    ),
    "audience": (
        "jupid embed",
        'an audience is 1 to 128 letters, digits, ".", "_", "-", ":" or "/", and starts '
        "with a letter or digit",
        "jupid-embed",
    ),
    "app_url": (
        "app.jupid.com",
        "an app URL starts with https://, as in https://app.jupid.com",
        "https://APP.jupid.com/",
    ),
    "user_id_field": (
        "email",
        '"email" can change; Jupid maps users by this value, so name one that never '
        "does, such as pk",
        "account.public_id",
    ),
    "email_field": (
        "user.email",
        'a path starts at the user already; write "email"',
        "profile.work_email",
    ),
    "name_field": (
        "get_full_name",
        '"get_full_name" is a method; write "get_full_name()"',
        "display_name()",
    ),
    "payload_fields": (
        "plan=account.plan,plan=tier",
        'the claim "plan" is given twice',
        " plan = account.plan , tier",
    ),
}
TIDIED = {name: right for name, (_, _, right) in TALK.items()} | {
    "app_url": "https://app.jupid.com",
    "payload_fields": "plan=account.plan,tier=tier",
}


def line_of(name: str) -> str:
    wrong, reason, _ = TALK[name]
    return f'{name} "{wrong}": {reason}.'


@pytest.fixture(scope="session", params=["newest", "2.4.0"])
def command(request: pytest.FixtureRequest) -> list[str]:
    """Cookiecutter's command line: the one that is installed, and the oldest we serve."""
    if request.param == "newest":
        return [sys.executable, "-m", "cookiecutter"]
    tool = ["tool", "run", "--from", f"cookiecutter=={request.param}"]
    script = "import sys; print(sys.executable)"
    found = uv(*tool, "--python", sys.executable, "python", "-c", script)
    assert found.returncode == 0, found.stderr
    return [found.stdout.strip(), "-m", "cookiecutter"]


class Terminal:
    """A run of Cookiecutter at a terminal that is wide enough to wrap nothing."""

    def __init__(self, command: list[str], home: Path, cwd: Path) -> None:
        self.child: Any = pexpect.spawn(
            command[0],
            command[1:],
            cwd=str(cwd),
            env=environment(home, TERM="dumb", COLUMNS="400", LINES="50", NO_COLOR="1"),
            encoding="utf-8",
            dimensions=(50, 400),
            timeout=60,
        )
        self.child.setecho(False)

    def asks(self, name: str) -> str:
        """Wait for the question; return what stood before it."""
        number = NAMES.index(name) + 1
        default = DEFAULTS[name]
        sentence = QUESTIONS["__prompts__"][name]
        self.child.expect_exact(f"  [{number}/8] {sentence} ({default}): ")
        return str(self.child.before)

    def types(self, text: str) -> None:
        self.child.sendline(text)

    def ends(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and what was said last."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus, self.child.before.replace("\r\n", "\n")


@pytest.fixture
def terminal(command: list[str], home: Path, tmp_path: Path) -> Terminal:
    return Terminal([*command, str(ROOT)], home, tmp_path)


def kept_answers(home: Path) -> dict[str, str]:
    """The answers that Cookiecutter kept for --replay."""
    [replay] = (home / ".cookiecutter_replay").iterdir()
    found = json.loads(replay.read_text("utf-8"))["cookiecutter"]
    return {name: found[name] for name in NAMES}


@needs_terminal
def test_each_wrong_answer_is_explained_and_asked_again_at_once(
    terminal: Terminal, home: Path, tmp_path: Path
) -> None:
    for name, (wrong, _, right) in TALK.items():
        terminal.asks(name)
        terminal.types(wrong)
        between = terminal.asks(name)
        said = [line for line in between.split("\r\n") if line and line != wrong]
        assert said == [line_of(name)]
        terminal.types(right)
    code, said_last = terminal.ends()
    assert code == 0, said_last
    assert "Your Jupid Embed integration is in acme-jupid." in said_last
    assert kept_answers(home) == TIDIED
    assert (tmp_path / "acme-jupid/.env").exists()


@needs_terminal
def test_enter_takes_the_default(
    terminal: Terminal, home: Path, tmp_path: Path
) -> None:
    for name in NAMES:
        terminal.asks(name)
        terminal.types("")
    assert terminal.ends()[0] == 0
    assert kept_answers(home) == DEFAULTS
    assert (tmp_path / "jupid-integration").is_dir()


@needs_terminal
def test_enter_takes_the_default_when_asked_again(
    terminal: Terminal, home: Path
) -> None:
    terminal.asks("project_slug")
    terminal.types("..")
    for name in NAMES:
        terminal.asks(name)
        terminal.types("")
    assert terminal.ends()[0] == 0
    assert kept_answers(home) == DEFAULTS


@needs_terminal
@pytest.mark.parametrize("again", [False, True])
def test_ctrl_d_ends_the_run_and_writes_nothing(
    again: bool, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.asks("project_slug")
    if again:
        terminal.types("My Folder")
        terminal.asks("project_slug")
    terminal.child.sendeof()
    code, said = terminal.ends()
    assert code == 1
    assert said.startswith("\n")
    assert said.strip() == "Aborted!"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


# --- From a program of one's own ---

PROGRAM = """
import sys
from cookiecutter.main import cookiecutter

cookiecutter(sys.argv[1], {options})
"""


@needs_terminal
def test_a_program_at_a_terminal_that_wants_no_input_fails_as_the_command_does(
    command: list[str], home: Path, tmp_path: Path
) -> None:
    program = PROGRAM.format(
        options="no_input=True, extra_context={'partner_id': 'a b'}"
    )
    run = Terminal([command[0], "-c", program, str(ROOT)], home, tmp_path)
    code, said = run.ends()
    assert code == 1
    assert 'FailedHookException: partner_id "a b": a partner ID is 1 to 128' in said
    assert QUESTIONS["__prompts__"]["partner_id"] not in said
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@needs_terminal
def test_a_program_at_a_terminal_asks_as_the_command_does(
    command: list[str], home: Path, tmp_path: Path
) -> None:
    program = PROGRAM.format(options="")
    run = Terminal([command[0], "-c", program, str(ROOT)], home, tmp_path)
    for name in NAMES:
        run.asks(name)
        wrong, _, right = TALK[name]
        run.types(wrong)
        run.asks(name)
        run.types(right)
    code, said_last = run.ends()
    assert code == 0, said_last
    assert kept_answers(home) == TIDIED


# --- Where nobody can be asked ---


def wrong_answers() -> list[str]:
    return [f"{name}={wrong}" for name, (wrong, _, _) in TALK.items()]


@pytest.fixture
def run_here(
    command: list[str], home: Path, tmp_path: Path
) -> Callable[..., tuple[int, list[str]]]:
    """Runs Cookiecutter; returns its exit code and the lines of both outputs."""

    def invoke(*arguments: str) -> tuple[int, list[str]]:
        done = cookiecutter_command(
            *arguments, home=home, cwd=tmp_path, python=command[0]
        )
        return done.returncode, (done.stdout + done.stderr).splitlines()

    return invoke


def test_no_input_has_a_line_for_each_wrong_answer(
    run_here: Callable[..., tuple[int, list[str]]], tmp_path: Path
) -> None:
    code, lines = run_here("--no-input", *wrong_answers())
    assert code == 1
    assert lines == [line_of(name) for name in TALK]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_an_edited_replay_has_a_line_for_each_wrong_answer(
    run_here: Callable[..., tuple[int, list[str]]], home: Path, tmp_path: Path
) -> None:
    code, _ = run_here("--no-input", "project_slug=first")
    assert code == 0
    [replay] = (home / ".cookiecutter_replay").iterdir()
    kept = json.loads(replay.read_text("utf-8"))
    wrong = {name: wrong for name, (wrong, _, _) in TALK.items()}
    kept["cookiecutter"] |= wrong | {"audience": "jupid-embed"}
    replay.write_text(json.dumps(kept), "utf-8")
    code, lines = run_here("--replay")

    assert code == 1
    problems = [line_of(name) for name in TALK if name != "audience"]
    again = f"Run again: cookiecutter {ROOT} audience=jupid-embed"
    assert sorted(lines) == sorted([*problems, again, "Nothing was written."])
    assert {path.name for path in tmp_path.iterdir()} == {"first", "home"}


def test_a_replay_with_good_answers_bakes_them_tidied(
    run_here: Callable[..., tuple[int, list[str]]], home: Path, tmp_path: Path
) -> None:
    assert run_here("--no-input", "project_slug=first")[0] == 0
    [replay] = (home / ".cookiecutter_replay").iterdir()
    kept = json.loads(replay.read_text("utf-8"))
    kept["cookiecutter"] |= {"project_slug": " second ", "partner_id": "acme"}
    replay.write_text(json.dumps(kept), "utf-8")
    assert run_here("--replay")[0] == 0
    written = (tmp_path / "second/src/jupid_embed/conf.py").read_text("utf-8")
    assert '"JUPID_EMBED_PARTNER_ID": "acme"' in written


def configure(home: Path, answers: dict[str, object]) -> None:
    config = {"default_context": answers}
    (home / ".cookiecutterrc").write_text(json.dumps(config), "utf-8")


def test_a_configuration_s_numbers_are_taken_as_text(
    run_here: Callable[..., tuple[int, list[str]]], home: Path
) -> None:
    # Of a list Cookiecutter offers a choice, and so takes the first.
    choice: list[object] = ["contact", "email"]
    given = {"project_slug": 7, "partner_id": 1.5}
    configure(home, {**given, "email_field": choice})
    code, lines = run_here("--no-input")
    assert code == 0, lines
    taken = {"project_slug": "7", "partner_id": "1.5"}
    assert kept_answers(home) == {**DEFAULTS, **taken, "email_field": "contact"}


def test_pairs_in_a_list_and_a_dictionary_are_refused_not_lost(
    run_here: Callable[..., tuple[int, list[str]]], home: Path
) -> None:
    configure(home, {"payload_fields": ["a=b.c", "d"], "app_url": {"https": "a.b"}})
    reason = "write text, in quotes where the file's format asks for them"
    for arguments in (["--no-input"], []):
        code, lines = run_here(*arguments)
        assert code == 1
        assert lines == [
            f"app_url \"{{'https': 'a.b'}}\": {reason}.",
            f"payload_fields \"['a=b.c', 'd']\": {reason}.",
        ]


def test_what_is_no_text_in_a_configuration_is_refused(
    run_here: Callable[..., tuple[int, list[str]]], home: Path
) -> None:
    configure(home, {"partner_id": None, "audience": True})
    code, lines = run_here("--no-input")
    assert code == 1
    reason = "write text, in quotes where the file's format asks for them"
    assert lines == [
        f'partner_id "None": {reason}.',
        f'audience "True": {reason}.',
    ]


JINJA = "{{ cookiecutter.__class__ }}{% raw %}{# x #}"


@pytest.mark.parametrize("source", ["key=value", "configuration"])
def test_jinja_in_an_answer_is_never_rendered(
    source: str, run_here: Callable[..., tuple[int, list[str]]], home: Path
) -> None:
    arguments = [f"audience={JINJA}"]
    if source == "configuration":
        configure(home, {"audience": JINJA})
        arguments = []
    code, lines = run_here("--no-input", *arguments)
    assert code == 1
    assert lines == [f'audience "{JINJA}": {TALK["audience"][1]}.']
