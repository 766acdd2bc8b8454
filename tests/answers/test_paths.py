"""A path from the user to a value, and the names that Django keeps for itself."""

from __future__ import annotations

import io
import sys

import pytest

from jupid_answers.paths import (
    MODEL_NAMES,
    USER_FIELDS,
    USER_METHODS,
    USER_NAMES,
    FieldPath,
    parse_path,
    quote,
)
from jupid_answers.together import problem

from ..helpers import DEFAULTS
from .tables import KEPT


def line(name: str, answer: str) -> str | None:
    return problem(name, DEFAULTS | {name: answer})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("pk", FieldPath(("pk",), False)),
        ("a.b()", FieldPath(("a", "b"), True)),
    ],
)
def test_a_path_is_its_names_and_whether_it_is_called(
    text: str, path: FieldPath
) -> None:
    assert parse_path(text) == path
    assert str(path) == text
    assert (*path.relation, path.name) == path.names


@pytest.mark.parametrize("name", ["pk", "id"])
def test_key_behind_a_relation_is_no_method(name: str) -> None:
    assert line("email_field", f"profile.{name}()") == (
        f'email_field "profile.{name}()": "{name}" is a field; write "profile.{name}".'
    )


# --- Names that Django keeps for itself ---


def test_names_of_every_model_are_kept_from_paths(
    django_names: tuple[set[str], set[str]],
) -> None:
    of_models, _ = django_names
    assert {name.lower() for name in of_models} - MODEL_NAMES == {"pk", "id"}


def test_names_of_a_user_are_fields_or_methods_or_kept(
    django_names: tuple[set[str], set[str]],
) -> None:
    of_models, of_users = django_names
    known = MODEL_NAMES | USER_NAMES | USER_FIELDS | USER_METHODS
    unknown = {name.lower() for name in of_users} - known
    assert {name for name in unknown if "password" not in name} == set()


def test_the_lists_name_nothing_that_django_has_not(
    django_names: tuple[set[str], set[str]],
) -> None:
    of_models, of_users = django_names
    assert of_users >= USER_FIELDS | USER_METHODS
    # `backend` is set on a user at login; Django 6.0 brought `notupdated`.
    ours = {"backend", "notupdated", "meta", "models", "self", "str", "uuid4"}
    had = {name.lower() for name in of_users | of_models}
    assert (MODEL_NAMES | USER_NAMES) - had <= ours


@pytest.mark.parametrize("name", sorted(MODEL_NAMES | USER_NAMES))
def test_a_kept_name_is_refused_as_a_value_and_as_a_relation(name: str) -> None:
    assert line("email_field", name) == (
        f'email_field "{name}": "{name}" in "{name}" {KEPT}.'
    )
    assert line("email_field", f"{name}.x") == (
        f'email_field "{name}.x": "{name}" in "{name}.x" {KEPT}.'
    )


# --- Messages fit for any terminal ---


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("acme", '"acme"'),
        ("", '""'),
        ("a\nb\tc\0", '"a\\nb\\tc\\x00"'),
        ("\x1b[31m", '"\\x1b[31m"'),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x", '"\\u202ex"'),
        ("\N{LINE SEPARATOR}", '"\\u2028"'),
        ("\ud800", '"\\ud800"'),
        ("a" * 60, f'"{"a" * 60}"'),
        ("a" * 61, f'"{"a" * 57}..."'),
        ("a" * 56 + "\n\n\n", f'"{"a" * 56}\\..."'),
        ("\U000e0001" * 100_000, '"' + r"\U000e0001" * 5 + r'\U000e0..."'),
        (7, '"7"'),
        (None, '"None"'),
        (["a\nb"], "\"['a\\nb']\""),
    ],
)
def test_a_quoted_answer_is_one_printable_line(value: object, shown: str) -> None:
    assert quote(value) == shown


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", '"caf\N{LATIN SMALL LETTER E WITH ACUTE}"'),
        ("cp1252", '"caf\N{LATIN SMALL LETTER E WITH ACUTE}"'),
        ("ascii", '"caf\\xe9"'),
    ],
)
def test_a_quoted_answer_can_be_printed_on_this_console(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", console)
    assert quote("caf\N{LATIN SMALL LETTER E WITH ACUTE}") == shown
    console.write(shown)


def test_a_quoted_answer_is_ascii_where_there_is_no_console(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert quote("\N{BULLET}") == '"\\u2022"'
