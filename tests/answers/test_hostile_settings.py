"""Settings of Cookiecutter's that are not the user's to change: refused, or out of reach."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter
from jinja2 import UndefinedError

from jupid_answers.paths import quote

from ..helpers import QUESTIONS, ROOT, replay_file

CHANGED: dict[str, object] = {
    "_new_lines": "\r\n",
    "__settings": "{{ 7 * 7 }}",
    "__app_url": "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "__prompts__": {"partner_id": "Your password"},
}


def refused(name: str, value: object) -> str:
    return (
        f"{quote(name)} is set to {quote(json.dumps(value))}; the template alone sets it, "
        "so take it out of your configuration, replay file or command."
    )


def run_and_fail(folder: Path, **options: Any) -> list[str]:
    """Run Cookiecutter, which must fail before it writes; return what it said."""
    out = folder / "out"
    out.mkdir()
    with pytest.raises(FailedHookException) as caught:
        cookiecutter(str(ROOT), output_dir=str(out), **options)
    assert list(out.iterdir()) == []
    return str(caught.value).splitlines()


@pytest.mark.parametrize("way", ["configuration", "extra context"])
@pytest.mark.parametrize("name", ["_new_lines", "__app_url", "__prompts__"])
def test_a_setting_that_a_configuration_changes_is_refused(
    name: str, way: str, tmp_path: Path
) -> None:
    changed = {name: CHANGED[name]}
    config = {"replay_dir": str(tmp_path / "replays"), "default_context": changed}
    if way == "extra context":
        del config["default_context"]
    said = run_and_fail(
        tmp_path,
        no_input=True,
        default_config=config,
        extra_context=changed if way == "extra context" else None,
    )
    value = (
        QUESTIONS["__prompts__"] | changed[name] if "prompts" in name else changed[name]
    )
    assert said == [refused(name, value)]


@pytest.mark.parametrize("value", ["{{ 7 * 7 }}", None, 7])
def test_the_first_check_cannot_be_taken_away(
    value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = {"replay_dir": str(tmp_path / "replays")}
    given = {"__settings": value, "__payload_fields": "x"}
    said = run_and_fail(
        tmp_path, no_input=True, default_config=config, extra_context=given
    )
    kept = str(value) if isinstance(value, int) else value
    assert said == ["Nothing was written."]
    assert capsys.readouterr().err.splitlines() == [
        refused("__settings", kept),
        refused("__payload_fields", "x"),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        *({name: value} for name, value in CHANGED.items()),
        {"_extensions": ["jupid_answers.JupidAnswers", "jinja2.ext.do"]},
        {"_copy_without_render": ["*"]},
        {"_jinja2_env_vars": {"enable_async": True}},
        {"_jinja2_env_vars": {"autoescape": True}},
        {"__other": "x"},
    ],
    ids=str,
)
def test_a_setting_that_a_replay_file_changes_is_refused(
    changed: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replay = replay_file(tmp_path, **changed)
    config = {"replay_dir": str(tmp_path / "replays")}
    said = run_and_fail(tmp_path, replay=str(replay), default_config=config)
    assert said == ["Nothing was written."]
    [(name, value)] = changed.items()
    assert capsys.readouterr().err == f"{refused(name, value)}\n"


@pytest.mark.parametrize(
    "syntax",
    [
        {"variable_start_string": "[["},
        {"comment_start_string": "{{"},
        {"trim_blocks": True},
        {"line_statement_prefix": "%", "block_end_string": "%%"},
    ],
    ids=str,
)
def test_another_syntax_of_a_replay_file_is_refused_before_anything_is_read(
    syntax: dict[str, object], tmp_path: Path
) -> None:
    replay = replay_file(tmp_path, _jinja2_env_vars=syntax)
    config = {"replay_dir": str(tmp_path / "replays")}
    [said] = run_and_fail(tmp_path, replay=str(replay), default_config=config)
    assert said.startswith('"_jinja2_env_vars" is set to "{')
    for name in syntax:
        assert f'"{name}": ' in said


def test_what_cookiecutter_itself_keeps_in_a_replay_file_is_good(
    tmp_path: Path,
) -> None:
    replay = replay_file(tmp_path, _template="x", _checkout=None, _of_a_later_version=1)
    config = {"replay_dir": str(tmp_path / "replays")}
    made = cookiecutter(
        str(ROOT), output_dir=str(tmp_path), replay=str(replay), default_config=config
    )
    assert Path(made).is_dir()


JINJA = "{{ cycler.__init__.__globals__.os.mkdir('ran') }}"


@pytest.mark.parametrize("no_input", [True, False])
def test_without_the_extension_the_run_ends_before_an_answer_is_read(
    no_input: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n" * 8))
    given = {"_extensions": [], "project_slug": JINJA, "partner_id": JINJA}
    with pytest.raises(UndefinedError, match="^'jupid_answers_is_missing_in__ext"):
        cookiecutter(
            str(ROOT),
            no_input=no_input,
            default_config={"replay_dir": "replays", "default_context": given},
        )
    assert list(tmp_path.iterdir()) == []
