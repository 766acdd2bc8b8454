"""The extension within Cookiecutter: its environment, its command line, its prompts."""

from __future__ import annotations

import io
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner, Result
from cookiecutter.cli import main
from cookiecutter.environment import StrictEnvironment
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter
from jinja2 import DictLoader, FileSystemLoader, TemplateSyntaxError

from jupid_answers import extension
from jupid_answers.extension import wrapped

from .. import helpers
from ..helpers import NAMES, QUESTIONS, ROOT
from .tables import A_SLUG, A_URL, AN_AUDIENCE, AN_ID

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


def test_nobody_is_asked_but_by_the_prompts() -> None:
    environment = StrictEnvironment(context={"cookiecutter": QUESTIONS})
    first = next(text for text in QUESTIONS.values() if "check_settings" in text)
    assert environment.from_string(first).render(cookiecutter={}) == ""
    last = environment.from_string(QUESTIONS["__payload_fields"])
    answers = {**helpers.DEFAULTS, "partner_id": "a b"}
    with pytest.raises(FailedHookException, match=f'^partner_id "a b": {AN_ID}.$'):
        last.render(cookiecutter=answers)


ROOMS = ["paths", "rules", "together", "shape", "extension"]


def test_the_package_makes_room_for_another_version_of_itself() -> None:
    rooms = {file.stem for file in (ROOT / "jupid_answers").glob("*.py")}
    assert rooms == {"__init__", *ROOMS}
    StrictEnvironment(context={"cookiecutter": QUESTIONS})
    assert not [name for name in sys.modules if name.startswith("jupid_answers")]


TWO_VERSIONS = """
import json, os, sys
import cruft  # as in its own process
from cookiecutter.environment import StrictEnvironment

template, *rooms = sys.argv[1:]
sys.path.append(template)
context = {"cookiecutter": json.load(open(f"{template}/cookiecutter.json"))}
for room in rooms:
    StrictEnvironment(context=context)
    file = f"{template}/jupid_answers/{room}.py"
    before = os.stat(file)
    text = open(file).read()
    with open(file, "w") as written:
        written.write(text.replace(f"'{room} one'", f"'{room} two'"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
StrictEnvironment(context=context)
"""


def test_a_changed_room_is_read_anew_in_the_same_folder_process_and_second(
    tmp_path: Path,
) -> None:
    template = helpers.copy_template(tmp_path / "template")
    for room in ROOMS:
        with open(template / f"jupid_answers/{room}.py", "a", encoding="utf-8") as file:
            file.write(f"\nprint('{room} one')\n")
    command = [sys.executable, "-c", TWO_VERSIONS, str(template), *ROOMS]
    said = helpers.must(*command, cwd=tmp_path)
    versions = [
        [
            f"{room} {'two' if place < changed else 'one'}"
            for place, room in enumerate(ROOMS)
        ]
        for changed in range(len(ROOMS) + 1)
    ]
    assert said.splitlines() == [line for version in versions for line in version]


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


FITS_HEAD = f"{'v' * 40} = {'w' * 44}("
FITS_CALL = f"{'v' * 70}.call({'w' * 7})"
FITS_PATH = f"{'v' * 40}.first().{'w' * 26}.last().x"


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
        ("{a}{b} = c.call({a}, x=1)", ["{a}{b} = (", "    c.call({a}, x=1)", ")"]),
        (
            "{a}{b} = {a}.call({b}, x=1)",
            ["{a}{b} = (", "    {a}.call(", "        {b}, x=1", "    )", ")"],
        ),
        # 88 characters wide once they are broken
        (f"{FITS_HEAD}x=1)", [FITS_HEAD, "    x=1", ")"]),
        (f"{{a}}{{b}} = {FITS_CALL}", ["{a}{b} = (", f"    {FITS_CALL}", ")"]),
        (f"longer_name = {FITS_PATH}", ["longer_name = (", f"    {FITS_PATH}", ")"]),
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


@pytest.mark.parametrize("wrong", [{}, {"audience": "a b"}])
def test_a_replay_that_holds_the_eight_answers_alone_asks_nothing(
    command: Callable[..., Result], tmp_path: Path, wrong: dict[str, str]
) -> None:
    answers = {name: QUESTIONS[name] for name in NAMES} | {"partner_id": " acme "}
    file = tmp_path / "replay.json"
    file.write_text(json.dumps({"cookiecutter": answers | wrong}), "utf-8")
    done = command("--replay-file", str(file))
    assert "[1/8]" not in done.output
    made = tmp_path / "here" / "jupid-integration"
    if wrong:
        assert done.exit_code == 1
        assert done.stderr.splitlines()[0] == f'audience "a b": {AN_AUDIENCE}.'
        assert not made.exists()
    else:
        assert (done.exit_code, done.stderr) == (0, "")
        conf = (made / "src/jupid_embed/conf.py").read_text("utf-8")
        assert '"JUPID_EMBED_PARTNER_ID": "acme",' in conf


class Typed(io.StringIO):
    """What is typed, at a terminal or not."""

    def __init__(self, text: str, is_terminal: bool) -> None:
        super().__init__(text)
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def run_from_python(folder: Path, **options: Any) -> Path:
    config = {"replay_dir": str(folder / "replays")}
    return Path(
        cookiecutter(
            str(ROOT), default_config=config, output_dir=str(folder), **options
        )
    )


@pytest.mark.parametrize("is_terminal", [True, False])
@pytest.mark.parametrize("program", [None, "cookiecutter", "cruft"])
def test_a_run_from_python_without_input_asks_nobody(
    program: str | None,
    is_terminal: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = Typed("acme\n", is_terminal)
    monkeypatch.setattr(sys, "stdin", typed)
    monkeypatch.setattr(sys, "argv", [program or "", "create"])
    context = click.Context(click.Command(program)) if program else nullcontext()
    answers = {"project_slug": "x", "partner_id": "a b"}
    with context, pytest.raises(FailedHookException) as caught:
        run_from_python(tmp_path, no_input=True, extra_context=answers)
    assert str(caught.value) == f'partner_id "a b": {AN_ID}.'
    assert typed.tell() == 0
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("is_terminal", [True, False])
@pytest.mark.parametrize("program", [None, "cruft"])
def test_a_run_from_python_asks_again_as_the_command_does(
    program: str | None,
    is_terminal: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", Typed("\na b\nacme" + "\n" * 7, is_terminal))
    context = click.Context(click.Command(program)) if program else nullcontext()
    with context:
        made = run_from_python(tmp_path)
    assert f'partner_id "a b": {AN_ID}.\n' in capsys.readouterr().out
    conf = (made / "src/jupid_embed/conf.py").read_text("utf-8")
    assert '"JUPID_EMBED_PARTNER_ID": "acme"' in conf


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which compiled templates are kept."""
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setattr(extension.COMPILED, "directory", str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return folder


def compiled(text: str, **options: Any) -> Any:
    environment = StrictEnvironment(context={}, **options)
    extension.JupidAnswers(environment)
    environment.loader = DictLoader({"file": text})
    return environment.get_template("file")


@pytest.mark.parametrize(
    ("options", "count"),
    [({}, 1), ({"autoescape": True}, 0), ({"enable_async": True}, 0)],
)
def test_only_what_is_compiled_as_usual_is_kept(
    options: dict[str, bool], count: int, kept: Path
) -> None:
    assert compiled("{{ cookiecutter }}", **options).render(cookiecutter="<") in "<&lt;"
    assert len(list(kept.iterdir())) == count


def test_nothing_is_kept_where_python_keeps_nothing(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled("{{ cookiecutter }}").render(cookiecutter="x") == "x"
    assert not list(kept.iterdir())


@pytest.mark.parametrize("length", [0, 10, 40, 200])
def test_what_was_kept_and_is_damaged_is_compiled_anew(kept: Path, length: int) -> None:
    compiled("{{ cookiecutter }}")
    [file] = kept.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:length])

    assert compiled("{{ cookiecutter }}").render(cookiecutter="x") == "x"
    assert file.read_bytes() == whole


def test_where_nothing_can_be_kept_all_is_compiled(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kept / "file"
    file.touch()
    monkeypatch.setattr(extension.COMPILED, "directory", str(file))
    assert compiled("{{ cookiecutter }}").render(cookiecutter="x") == "x"


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
