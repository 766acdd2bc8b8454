"""Any string whatever is refused in one line, or rendered as itself; none runs as code.

A small run by default. The full one, of more than 10,000 cases, says how they end, and
takes about a quarter of an hour on two cores:

    ANY_STRING_CASES=10000 pytest tests/test_any_string.py
"""

from __future__ import annotations

import ast
import io
import json
import os
import re
import sys
import tempfile
import types
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import urlsplit

import click
import pytest
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter
from dotenv import dotenv_values
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .. import helpers
from ..helpers import replay_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A case that fails is shown whole, and some are 100 kB long.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

CASES = int(os.environ.get("ANY_STRING_CASES", "140"))
FULL = CASES >= 10_000

run_cases = settings(
    max_examples=-(-CASES // (len(helpers.NAMES) + 1)),
    deadline=None,
    database=None,
    derandomize=not FULL,
    phases=[Phase.generate],  # to shrink a case of a whole bake takes minutes
    suppress_health_check=list(HealthCheck),
)

# What breaks out of a string, a line, a tag, a template or a file in some language.
NASTY = [
    *"'\"\\`$#%&;|<>(){}[]=,:/.-_@~! \t\n\r\0\x07\x1b\x7f\x85\xa0",
    "\u2028",
    "\u2029",
    "\u200b",
    "\u200f",
    "\u202e",
    "\ufeff",
    "\ud800",
    "\udfff",
    "\U0001f600",
    "é",
    "ﬁ",
    "ⅰ",
    "٣",
    '"""',
    "'''",
    "\\\\",
    "\\u0041",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ 7 * 7 }}",
    "{{ cookiecutter }}",
    "{{ check('partner_id') }}",
    "{% raw %}",
    "{% endraw %}",
    "${HOME}",
    "$(id)",
    "%s",
    "{0}",
    "</script>",
    "-->",
    "\x1b[31m",
]

CHANGES_LITTLE = ("pk", "id", "uid", "public_id", "key", "profile.pk", "a.b.c.d")
WORDS = (
    *("email", "get_full_name()", "company_name", "profile.company_name"),
    *("profile.get_plan_display()", "account.plan.name", "a.b.c.d", "x1", "Über"),
    *("company", "profile.company_id", "profile.company.name", "user_id", "is_staff"),
)


def good_answers(name: str) -> st.SearchStrategy[str]:
    """Strings that are good answers, nearly all of them."""
    paths = st.sampled_from(WORDS) | st.from_regex(
        r"[a-z][a-z0-9_]{0,8}(\.[A-Za-z][a-z0-9]{0,9}){0,3}(\(\))?", fullmatch=True
    )
    pair = st.builds(
        "{}={}".format, st.from_regex(r"[a-z]\w{0,9}", fullmatch=True), paths
    )
    made: dict[str, st.SearchStrategy[str]] = {
        "project_slug": st.from_regex(r"[a-z0-9]+([-_][a-z0-9]+){0,3}", fullmatch=True),
        "partner_id": st.from_regex(
            r"[A-Za-z0-9][A-Za-z0-9._-]{0,130}", fullmatch=True
        ),
        "audience": st.from_regex(
            r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,130}", fullmatch=True
        ),
        "app_url": st.builds(
            "{}{}{}{}".format,
            st.sampled_from(["https://", "HTTPS://", "http://"]),
            st.sampled_from(["localhost", "127.0.0.1", "[::1]", "App.Jupid.com", "1.2"])
            | st.from_regex(r"[a-z0-9]+([.-][a-z0-9]+){1,3}", fullmatch=True),
            st.sampled_from(["", ":443", ":80", ":8443", ":0443", ":0", ":99999"]),
            st.sampled_from(["", "/"]),
        ),
        "user_id_field": st.sampled_from(CHANGES_LITTLE) | paths,
        "payload_fields": st.just("none")
        | st.lists(pair | paths, min_size=1, max_size=6).map(", ".join),
    }
    return made.get(name, paths)


def any_answers(name: str) -> st.SearchStrategy[str]:
    """Any string: noise, nasty pieces, good answers whole and spoilt, and 100 kB of each."""
    good = good_answers(name)
    nasty = st.sampled_from(NASTY)
    spoilt = st.builds(
        lambda text, piece, place: text[: place % 50] + piece + text[place % 50 :],
        good,
        nasty,
        st.integers(0, 49),
    )
    noise = st.text(st.characters()) | st.lists(nasty, max_size=9).map("".join)
    padded = st.builds(
        "{1}{0}{1}".format, good, st.sampled_from(["", " ", "\t", "\u2028"])
    )
    small = st.one_of(good, padded, spoilt, noise)
    huge = st.one_of(good, nasty, noise).map(
        lambda text: ((text or "x") * 100_000)[:100_000]
    )
    return st.one_of(small, small, small, small, small, small, small, small, huge)


def in_any_order(claims: Mapping[str, object]) -> str:
    """The payload's claims and paths; in the code they stand by their relations."""
    return ",".join(sorted(f"{claim}={path}" for claim, path in claims.items()))


def itself(name: str, answer: str) -> str:
    """The good answer as it must come back: the same, but for what may be tidied."""
    answer = answer.strip()
    if name == "app_url":
        url = urlsplit(answer)
        host = f"[{url.hostname}]" if ":" in str(url.hostname) else url.hostname
        default = {"https": 443, "http": 80}[url.scheme]
        port = "" if url.port in (None, default) else f":{url.port}"
        return f"{url.scheme}://{host}{port}"
    if name == "payload_fields":
        items = [] if answer.lower() == "none" else "".join(answer.split()).split(",")
        pairs = [item.rpartition("=") for item in items]
        claims = {
            claim or path.removesuffix("()").split(".")[-1]: path
            for claim, _, path in pairs
        }
        return in_any_order(claims)
    return "".join(answer.split()) if name.endswith("_field") else answer


class User:
    """Stands for a user: each value that is read from it is the path that led there."""

    def __init__(self, path: str = "") -> None:
        self.__path = path

    def __getattr__(self, name: str) -> User:
        return User(f"{self.__path}.{name}".lstrip("."))

    def __call__(self) -> User:
        return User(f"{self.__path}()")

    def __str__(self) -> str:
        return self.__path


def execute(file: Path) -> dict[str, Any]:
    """Run a rendered Python file, with nothing of the environment and no Django."""
    exceptions = types.ModuleType("django.core.exceptions")
    vars(exceptions)["ObjectDoesNotExist"] = LookupError
    vars(exceptions)["ImproperlyConfigured"] = Exception
    names_of_django = ("django", "django.conf", "django.core", "django.http")
    modules = {name: mock.Mock() for name in names_of_django}
    names: dict[str, Any] = {}
    with (
        mock.patch.dict(sys.modules, {**modules, "django.core.exceptions": exceptions}),
        mock.patch.dict(os.environ, clear=True),
    ):
        exec(compile(file.read_bytes(), file, "exec"), names)  # noqa: S102
    return names


class Balanced(HTMLParser):
    """Fails for a tag that is not closed by its own."""

    void = ("br", "hr", "img", "input", "link", "meta")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += [tag] * (tag not in self.void)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_html(text: str) -> None:
    """Fail unless ``text``, without what Django takes out, closes what it opens."""
    parser = Balanced()
    parser.feed(re.sub(r"\{[{%#].*?[}%#]\}", "", text))
    assert not parser.open, text


def read_back(project: Path) -> dict[str, str]:
    """Parse every file of a baked project, and read the answers that it was made with."""
    for file in project.rglob("*"):
        if file.suffix == ".py":
            ast.parse(file.read_bytes())
        elif file.suffix == ".json":
            json.loads(file.read_bytes())
        elif file.suffix == ".toml":
            tomllib.loads(file.read_text("utf-8"))
        elif file.suffix == ".html":
            check_html(file.read_text("utf-8"))
    app = project / "src/jupid_embed"
    read = execute(app / "conf.py")["DEFAULTS"]
    identity = execute(app / "identity.py")
    payload = identity["build_jupid_payload"](User())
    answers = {
        "project_slug": project.name,
        "partner_id": read["JUPID_EMBED_PARTNER_ID"],
        "audience": read["JUPID_EMBED_AUDIENCE"],
        "app_url": read["JUPID_EMBED_APP_URL"],
        "user_id_field": identity["build_jupid_sub"](User()),
        "email_field": identity["build_jupid_email"](User()),
        "name_field": identity["build_jupid_name"](User()),
        "payload_fields": in_any_order(payload),
    }
    assert read["JUPID_EMBED_SECRET"] == ""
    readme = (project / "README.md").read_text("utf-8")
    snippets = re.findall(r"^```html\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    for snippet in snippets:
        check_html(snippet)
    assert f'<script src="{answers["app_url"]}/embed.js"></script>\n' in snippets[-1]
    assert f' appUrl: "{answers["app_url"]}",\n' in snippets[-1]
    assert f' partnerId: "{answers["partner_id"]}",\n' in snippets[-1]
    assert dotenv_values(project / ".env.example") == {
        "JUPID_EMBED_PARTNER_ID": answers["partner_id"],
        "JUPID_EMBED_AUDIENCE": answers["audience"],
        "JUPID_EMBED_APP_URL": answers["app_url"],
        "JUPID_EMBED_SECRET": "",
    }
    assert list(dotenv_values(project / ".env")) == ["JUPID_EMBED_SECRET"]
    return answers


def check_refusal(line: str, name: str, answer: str) -> None:
    """Fail unless ``line`` is one printable line that quotes ``answer``."""
    assert line.isprintable()
    assert len(line) < 500
    assert line.startswith(f'{name} "')
    assert line.endswith(".")
    start = re.match(r"[ -~]{0,57}", answer)
    assert line.startswith(f'{name} "{start[0] if start else ""}')
    if start and start[0] == answer:
        assert line.startswith(f'{name} "{answer}": ')


@pytest.fixture
def tally(
    request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> Iterator[Counter[str]]:
    """Counts how a test's cases end, and says so where their number was asked for."""
    ends: Counter[str] = Counter()
    yield ends
    if "ANY_STRING_CASES" in os.environ:
        with capfd.disabled():
            print(
                f"{request.node.name}: {ends.total()} cases, {ends['refused']} refused, "
                f"{ends['rendered']} rendered",
                file=sys.stderr,
            )


@pytest.fixture(autouse=True)
def nobody_at_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())


def bake_or_refuse(answers: dict[str, str], tally: Counter[str]) -> None:
    """Bake with ``answers``: each is refused with a line, or the project holds them all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mock.patch("tempfile.tempdir", name):
            try:
                project = helpers.bake(folder, **answers)
            except FailedHookException as refusal:
                lines = str(refusal).split("\n")
                named = [line.partition(" ")[0] for line in lines]
                assert set(named) <= set(answers)
                assert named == [name for name in helpers.NAMES if name in named]
                for question, line in zip(named, lines, strict=True):
                    check_refusal(line, question, answers[question])
                assert {path.name for path in folder.iterdir()} <= {"home"}
                tally["refused"] += 1
            else:
                expected = {
                    question: itself(question, answer)
                    for question, answer in (helpers.DEFAULTS | answers).items()
                }
                assert read_back(project) == expected
                tally["rendered"] += 1


@pytest.mark.parametrize("name", helpers.NAMES)
def test_any_string_is_refused_in_a_line_or_rendered_as_itself(
    name: str, tally: Counter[str]
) -> None:
    @run_cases
    @given(answer=any_answers(name))
    def check(answer: str) -> None:
        bake_or_refuse({name: answer}, tally)

    check()


def test_any_strings_together_are_refused_in_a_line_each_or_rendered(
    tally: Counter[str],
) -> None:
    @run_cases
    @given(
        answers=st.fixed_dictionaries(
            {name: good_answers(name) | any_answers(name) for name in helpers.NAMES}
        )
    )
    def check(answers: dict[str, str]) -> None:
        bake_or_refuse(answers, tally)

    check()


def test_nobody_is_asked_within_the_command_of_another_program(tmp_path: Path) -> None:
    with (
        click.Context(click.Command("other")),
        pytest.raises(FailedHookException, match=r'^partner_id "a b": '),
    ):
        helpers.bake(tmp_path, partner_id="a b")


# --- Canaries: each would leave a file where it ran, or a word where it broke out ---

CANARY = "canary-that-must-not-sing"
CANARIES = [
    f'"; open("{CANARY}", "w"); "',
    f"'; open('{CANARY}', 'w'); '",
    f'""" + str(open("{CANARY}", "w")) + r"""',
    f'\\"""); open("{CANARY}", "w")  #',
    f"'''); open('{CANARY}', 'w')  #",
    f'acme\\"+open("{CANARY}", "w").name+\\"',
    f'{{open("{CANARY}", "w")}}',
    f'pk or __import__("os").system("touch {CANARY}")',
    f'{{{{ cycler.__init__.__globals__.os.system("touch {CANARY}") }}}}',
    f'{{{{ "".__class__.__mro__[1].__subclasses__() }}}}{{# {CANARY} #}}',
    f'{{% set x = lipsum.__globals__["os"].popen("touch {CANARY}").read() %}}',
    f"{{% include '{CANARY}' %}}{{{{",
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"acme; touch {CANARY} #",
    f"acme & type nul > {CANARY}",
    f'"><script>"{CANARY}"</script>',
    f"</script><img src=x onerror=alert('{CANARY}')>",
    f"${{HOME}}#{CANARY}",
    f"--output-dir={CANARY}",
]
LINES = [f"acme\nJUPID_EMBED_SECRET={CANARY}", f"acme\r\nX={CANARY}\r\n", f"{CANARY}\0"]


def polluted(folder: Path) -> list[Path]:
    """What below ``folder`` is a canary's file, or holds a canary's name."""
    return [
        path
        for path in folder.rglob("*")
        if CANARY in path.name
        or (path.is_file() and CANARY.encode() in path.read_bytes())
    ]


@pytest.mark.parametrize("way", ["key=value", "user config", "replay file"])
@pytest.mark.parametrize("hooks", [True, False], ids=["hooks", "no hooks"])
@pytest.mark.parametrize("canary", CANARIES + LINES)
def test_no_canary_runs_where_nobody_is_asked(
    canary: str,
    hooks: bool,
    way: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    answers = dict.fromkeys(helpers.NAMES, canary)
    config: dict[str, object] = {
        "cookiecutters_dir": str(tmp_path / "clones"),
        "replay_dir": str(tmp_path / "replays"),
    }
    if way == "user config":
        config["default_context"] = answers
    (tmp_path / "config.yaml").write_text(json.dumps(config), "utf-8")

    with pytest.raises(FailedHookException) as refusal:
        cookiecutter(
            str(helpers.ROOT),
            no_input=way != "replay file",
            extra_context=answers if way == "key=value" else None,
            replay=str(replay_file(tmp_path, **answers))
            if way == "replay file"
            else None,
            config_file=str(tmp_path / "config.yaml"),
            output_dir=str(work),
            accept_hooks=hooks,
        )

    lines = str(refusal.value).split("\n")
    if way == "replay file":
        assert lines == ["Nothing was written."]
        lines = capfd.readouterr().err.splitlines()
        assert lines.pop() == f"Run again: cookiecutter {helpers.ROOT}"
    for name, line in zip(helpers.NAMES, lines, strict=True):
        check_refusal(line, name, canary)
    assert list(work.iterdir()) == []


def test_no_canary_runs_at_the_prompts(home: Path, tmp_path: Path) -> None:
    typed = []
    for name in helpers.NAMES:
        typed += [*CANARIES, helpers.DEFAULTS[name]]

    done = helpers.cookiecutter_command(
        home=home, cwd=tmp_path, stdin="".join(f"{line}\n" for line in typed)
    )

    refused = [line for line in done.stdout.splitlines() if '": ' in line]
    expected = [(name, canary) for name in helpers.NAMES for canary in CANARIES]
    assert done.returncode == 0, done.stderr
    assert len(refused) == len(expected) == 160
    for line, (name, canary) in zip(refused, expected, strict=True):
        check_refusal(line[line.index(f'{name} "') :], name, canary)
    assert polluted(tmp_path) == []
    assert read_back(tmp_path / "jupid-integration") == {
        name: itself(name, answer) for name, answer in helpers.DEFAULTS.items()
    }


@pytest.mark.parametrize("hooks", ["yes", "no"])
def test_no_canary_runs_in_a_process_of_its_own(
    hooks: str, home: Path, tmp_path: Path
) -> None:
    canary = "".join(CANARIES)
    keys = [f"{name}={canary}" for name in helpers.NAMES]

    for arguments in (
        ["--no-input", *keys],
        [
            "--replay-file",
            str(replay_file(home, **dict.fromkeys(helpers.NAMES, canary))),
        ],
    ):
        done = helpers.cookiecutter_command(
            f"--accept-hooks={hooks}", *arguments, home=home, cwd=tmp_path
        )

        assert done.returncode == 1
        assert "Traceback" not in done.stdout + done.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"home"}


@pytest.mark.parametrize("value", [None, 7, True, 1.5, ["acme"], {"a": "b"}, []])
@pytest.mark.parametrize("name", helpers.NAMES)
def test_replay_file_with_something_other_than_text_is_refused(
    name: str, value: object, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FailedHookException, match=r"^Nothing was written\.$"):
        cookiecutter(
            str(helpers.ROOT),
            replay=str(replay_file(tmp_path, **{name: value})),
            output_dir=str(tmp_path / "out"),
            default_config=True,
        )

    line, again = capfd.readouterr().err.splitlines()
    assert line == (
        f'{name} "{value!r}": write text, in quotes where the file\'s format asks for them.'
    )
    assert again.startswith("Run again: cookiecutter ")
    assert name not in again
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["project_slug", "payload_fields"])
def test_question_that_a_replay_file_lacks_is_asked(
    name: str, home: Path, tmp_path: Path
) -> None:
    file = replay_file(tmp_path)
    kept = json.loads(file.read_text("utf-8"))
    del kept["cookiecutter"][name], kept["cookiecutter"][f"__{name}"]
    file.write_text(json.dumps(kept), "utf-8")

    good = helpers.cookiecutter_command(
        "--replay-file", str(file), home=home, cwd=tmp_path, stdin="plan\n"
    )
    bad = helpers.cookiecutter_command(
        "--replay-file", str(file), home=home, cwd=tmp_path, stdin="a b\n"
    )

    assert (good.returncode, good.stderr) == (0, "")
    made = "plan" if name == "project_slug" else "jupid-integration"
    expected = "plan" if name == "project_slug" else "plan=plan"
    assert read_back(tmp_path / made)[name] == expected
    assert bad.returncode == 1
    check_refusal(bad.stderr.splitlines()[0], name, "a b")
    assert "Traceback" not in bad.stderr
