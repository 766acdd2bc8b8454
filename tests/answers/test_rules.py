"""One rule a question: what it takes, and what it says of the rest."""

from __future__ import annotations

import pytest

from jupid_answers.paths import quote
from jupid_answers.rules import RULES, parse_payload
from jupid_answers.together import problem, problems, tidied

from ..helpers import DEFAULTS, NAMES, QUESTIONS
from .tables import BAD, GOOD


def line(name: str, value: object, **others: object) -> str | None:
    return problem(name, {**DEFAULTS, **others, name: value})


@pytest.mark.parametrize(
    ("name", "typed", "rendered"),
    [(name, *pair) for name, table in GOOD.items() for pair in table.items()],
)
def test_good_answers_are_taken_and_tidied(
    name: str, typed: str, rendered: str
) -> None:
    others = {"user_id_field": "reference"} if name == "name_field" else {}
    assert line(name, typed, **others) is None
    assert tidied(name, typed) == rendered
    assert tidied(name, rendered) == rendered


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [(name, *pair) for name, table in BAD.items() for pair in table.items()],
)
def test_wrong_answers_are_explained_in_one_line(
    name: str, typed: object, reason: str
) -> None:
    found = line(name, typed)
    assert found == f"{name} {quote(typed)}: {reason}."
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("https://a:0", "a port is a number from 1 to 65535"),
        ("https://a:65536", "a port is a number from 1 to 65535"),
        ("https://a/?b=http://c", 'write the origin alone, without "/?b=http://c"'),
        ("https://a/b/c?d#e", 'write the origin alone, without "/b/c?d#e"'),
    ],
)
def test_app_url_beyond_the_edge_is_refused(answer: str, reason: str) -> None:
    assert str(line("app_url", answer)).startswith(f'app_url "{answer}": {reason}')


def test_the_tables_have_every_question() -> None:
    assert list(GOOD) == list(BAD) == list(RULES) == NAMES


def test_the_default_answers_are_good() -> None:
    assert problems(DEFAULTS) == []
    assert {name: tidied(name, DEFAULTS[name]) for name in NAMES} == DEFAULTS


def test_every_question_is_asked_in_words_and_checked_at_once() -> None:
    assert list(QUESTIONS["__prompts__"]) == NAMES
    keys = [key for key in QUESTIONS if key not in ("__prompts__", "_extensions")]
    for name in NAMES:
        after = keys[keys.index(name) + 1]
        assert QUESTIONS[after] == f"{{{{ check('{name}') if check is defined }}}}"


def test_the_payload_keeps_its_order() -> None:
    assert list(parse_payload("z=a,a=z,m")) == ["z", "a", "m"]
