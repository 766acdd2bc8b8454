"""The extension within Cookiecutter: its environment, its command line, its prompts."""

from __future__ import annotations

import io
import json
import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner, Result
from cookiecutter.cli import main
from cookiecutter.environment import StrictEnvironment
from cookiecutter.exceptions import FailedHookException
from jinja2 import FileSystemLoader, TemplateSyntaxError

from jupid_answers import extension
from jupid_answers.extension import hexed, wrapped

from .. import helpers
from ..helpers import NAMES, QUESTIONS, ROOT
from .tables import A_SLUG, A_URL, AN_ID

if TYPE_CHECKING:
    from collections.abc import Callable


def test_wrong_answers_end_the_run_with_a_line_each(tmp_path: Path) -> None:
    with pytest.raises(FailedHookException) as caught:
        helpers.bake(tmp_path, partner_id="a b", user_id_field="email", app_url="")
    assert str(caught.value).splitlines() == [
        f'partner_id "a b": {AN_ID}.',
        f'app_url "": {A_URL}.',
        'user_id_field "email": "email" can change; Jupid maps users by this value, so '
        "name one that never does, such as pk.",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_python_that_is_too_old_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(FailedHookException) as caught:
        helpers.bake(tmp_path)
    assert str(caught.value) == (
        "This template needs Python 3.10 or newer; Cookiecutter runs on 3.9."
    )


def test_the_oldest_python_that_is_served_is_not_too_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    StrictEnvironment(context={"cookiecutter": QUESTIONS})


def test_the_package_makes_room_for_another_version_of_itself() -> None:
    StrictEnvironment(context={"cookiecutter": QUESTIONS})
    assert not [name for name in sys.modules if name.startswith("jupid_answers")]


def test_answers_end_as_they_are_tidied(tmp_path: Path) -> None:
    made = helpers.bake(tmp_path, project_slug=" acme ", app_url="HTTPS://A.example/")
    assert made.name == "acme"
    assert '"https://a.example"' in (made / "src/jupid_embed/conf.py").read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{cookiecutter.project_slug}}",
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# #}",
    ],
)
def test_jinja_in_an_answer_is_text(text: str, tmp_path: Path) -> None:
    with pytest.raises(FailedHookException) as caught:
        helpers.bake(tmp_path, project_slug=text, partner_id=text)
    assert str(caught.value).splitlines() == [
        f'project_slug "{text}": {A_SLUG}.',
        f'partner_id "{text}": {AN_ID}.',
    ]


def test_whatever_a_hook_reads_is_plain_hex() -> None:
    said = "\"'\\\n{{ \u2028\udc80"
    assert re.fullmatch("[0-9a-f]+", hexed(said))
    assert bytes.fromhex(hexed(said)).decode() == said[:-1] + "\\udc80"


@pytest.mark.parametrize(
    "code",
    [
        f"x = {'v' * 84}",
        f"x = call({'v' * 71}, w)",
        f'"""What ``{"v" * 90}`` leads to."""',
        f"name = {'v' * 85}",
        f"name = {'v' * 60}.first().{'v' * 60}",
        f"name = {'v' * 60}.first().{'v' * 60}()",
    ],
)
def test_a_line_that_fits_or_that_nothing_can_break_stays(code: str) -> None:
    assert wrapped(f"{code}\n    {code}") == f"{code}\n    {code}"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("x = call({a}, {b})", ["x = call(", "    {a}, {b}", ")"]),
        ("x = call({a}, {b}b)", ["x = call(", "    {a}, {b}b", ")"]),
        ("x = call({a}a, {b}b)", ["x = call(", "    {a}a, {b}b", ")"]),
        ("x = call({a}a, {b}bb)", ["x = call(", "    {a}a,", "    {b}bb,", ")"]),
        (
            "    x = c.call({a}, {a})",
            ["    x = c.call("] + ["        {a},"] * 2 + ["    )"],
        ),
        ("longer_name = {a}{b}", ["longer_name = (", "    {a}{b}", ")"]),
        ("longer_name = {a}{b}aaaa", ["longer_name = (", "    {a}{b}aaaa", ")"]),
        ("longer_name = {a}{b}aaaaa", ["longer_name = {a}{b}aaaaa"]),
        ("x[1] = {a}{b}aaaaa", ["x[1] = (", "    {a}{b}aaaaa", ")"]),
        ("x[1] = {a}()()", ["x[1] = {a}()()"]),
        (
            "x[1] = {a}.{a}().b().c",
            ["x[1] = (", "    {a}.{a}()", "    .b()", "    .c", ")"],
        ),
        ("    {a} = {a}.first()", ["    {a} = (", "        {a}.first()", "    )"]),
    ],
)
def test_a_long_line_is_broken_as_a_formatter_would(
    code: str, lines: list[str]
) -> None:
    def filled(text: str) -> str:
        return text.format(a="a" * 40, b="b" * 40)

    assert wrapped(filled(code)) == "\n".join(map(filled, lines))


# --- The same at the command line, within this process ---


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs ``cookiecutter <template>`` with what is typed, in an empty folder."""
    config = tmp_path / "config.json"
    home = {"cookiecutters_dir": "clones", "replay_dir": str(tmp_path / "replays")}
    config.write_text(json.dumps(home), "utf-8")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def invoke(*arguments: str, typed: str | io.BytesIO = "") -> Result:
        options = ["--config-file", str(config), str(ROOT), *arguments]
        return CliRunner(env={"COLUMNS": "400"}).invoke(main, options, input=typed)

    return invoke


def test_a_wrong_answer_is_asked_again_until_it_is_good(
    command: Callable[..., Result],
) -> None:
    done = command(typed="My Folder\nother folder\nmine" + "\n" * 8)
    assert done.exit_code == 0, done.output
    assert f'project_slug "My Folder": {A_SLUG}.\n' in done.output
    assert f'project_slug "other folder": {A_SLUG}.\n' in done.output
    sentence = QUESTIONS["__prompts__"]["project_slug"]
    asked = f"  [1/8] {sentence} (jupid-integration): "
    assert done.output.count(asked) == 3
    assert [path.name for path in Path().iterdir()] == ["mine"]


def test_a_wrong_answer_ends_the_run_when_nobody_types_on(
    command: Callable[..., Result],
) -> None:
    done = command(typed="My Folder\n")
    assert done.exit_code == 1
    assert done.output.endswith(f'project_slug "My Folder": {A_SLUG}.\n')
    assert not list(Path().iterdir())


class Keyboard(io.BytesIO):
    """What is typed at a terminal."""

    def isatty(self) -> bool:
        return True


def test_ctrl_d_after_a_wrong_answer_ends_as_it_does_elsewhere(
    command: Callable[..., Result],
) -> None:
    done = command(typed=Keyboard(b"My Folder\n"))
    assert done.exit_code == 1
    assert done.output.count(f'project_slug "My Folder": {A_SLUG}.') == 1
    assert done.output.endswith(": \nAborted!\n")
    assert not list(Path().iterdir())


@pytest.mark.parametrize("options", [[], ["--no-input"]])
def test_a_name_that_nothing_asks_for_is_refused(
    options: list[str], command: Callable[..., Result]
) -> None:
    done = command(*options, "partnerid=acme", "audience=x", "colour=red")
    assert done.exit_code == 1
    assert done.output == (
        '"partnerid" is no question of this template; did you mean partner_id?\n'
        '"colour" is no question of this template; write one of '
        f"{', '.join(NAMES)}.\n"
    )
    assert not list(Path().iterdir())


def test_another_program_s_extra_context_is_its_own() -> None:
    with click.Context(click.Command("create")) as context:
        context.params = {"extra_context": '{"colour": "red"}'}
        StrictEnvironment(context={"cookiecutter": QUESTIONS})


def test_a_replay_with_wrong_answers_writes_nothing(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    assert command("--no-input").exit_code == 0
    [replay] = (tmp_path / "replays").iterdir()
    kept = json.loads(replay.read_text("utf-8"))
    assert kept["cookiecutter"]["__project_slug"] == ""
    kept["cookiecutter"] |= {"project_slug": "../x", "partner_id": "a b"}
    replay.write_text(json.dumps(kept), "utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = command("--replay")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[:2] == [
        f'project_slug "../x": {A_SLUG}.',
        f'partner_id "a b": {AN_ID}.',
    ]
    assert done.stderr.splitlines()[2].startswith("Run again: cookiecutter ")
    assert len(done.stderr.splitlines()) == 3
    assert done.stdout == "Nothing was written.\n"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("options", "asks"),
    [
        ({"no_input": False, "replay": None}, True),
        ({"no_input": True, "replay": None}, False),
        ({"no_input": False, "replay": True}, False),
        ({"no_input": False}, True),
    ],
)
def test_cookiecutter_s_options_say_whether_to_ask(
    options: dict[str, object], asks: bool
) -> None:
    with click.Context(click.Command("cookiecutter")) as context:
        context.params = options
        assert extension.can_ask() is asks


@pytest.mark.parametrize("is_click_s", [True, False])
@pytest.mark.parametrize(
    ("words", "is_terminal", "asks"),
    [
        ([], True, True),
        ([], False, False),
        (["--no-input"], True, False),
        (["-y"], True, False),
        (["-y"], False, False),
    ],
)
def test_another_program_s_words_and_terminal_say_whether_to_ask(
    words: list[str],
    is_terminal: bool,
    asks: bool,
    is_click_s: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["cruft", "create", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: is_terminal)
    context = click.Context(click.Command("create")) if is_click_s else nullcontext()
    with context:
        assert extension.can_ask() is asks


def test_a_fault_in_a_template_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "fault.py"
    file.write_text("# {{ cookiecutter }}\n{% fi %}\n", "utf-8")
    environment = StrictEnvironment(
        context={"cookiecutter": QUESTIONS}, loader=FileSystemLoader(tmp_path)
    )

    with pytest.raises(TemplateSyntaxError) as fault:
        environment.get_template("fault.py")

    found = (fault.value.filename, fault.value.name, fault.value.lineno)
    assert found == (str(file), "fault.py", 2)
