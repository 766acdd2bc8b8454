"""Canaries: each would leave a file where it ran, or a word where it broke out."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter

from .. import helpers
from ..helpers import replay_file
from .reading import check_refusal, itself, read_back

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


def test_nobody_is_asked_within_the_command_of_another_program(tmp_path: Path) -> None:
    with (
        click.Context(click.Command("other")),
        pytest.raises(FailedHookException, match=r'^partner_id "a b": '),
    ):
        helpers.bake(tmp_path, partner_id="a b")
