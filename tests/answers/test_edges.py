"""Good answers at the very edge of a rule, and what is said just beyond it."""

from __future__ import annotations

import pytest

from jupid_answers.together import problem, problems, refusal, tidied

from ..helpers import DEFAULTS


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("audience", "URN:Jupid/Embed", "URN:Jupid/Embed"),
        ("app_url", "https://a:1", "https://a:1"),
        ("app_url", "https://a:65535", "https://a:65535"),
        ("email_field", "profile.email()", "profile.email()"),
        ("payload_fields", "Plan=plan,planB=plan", "Plan=plan,planB=plan"),
    ],
)
def test_answer_at_the_edge_is_good(name: str, answer: str, expected: str) -> None:
    assert tidied(name, answer) == expected


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
    line = problem("app_url", DEFAULTS | {"app_url": answer})

    assert str(line).startswith(f'app_url "{answer}": {reason}')


@pytest.mark.parametrize("name", ["pk", "id"])
def test_key_behind_a_relation_is_no_method(name: str) -> None:
    line = problem("email_field", DEFAULTS | {"email_field": f"profile.{name}()"})

    assert line == (
        f'email_field "profile.{name}()": "{name}" is a field; write "profile.{name}".'
    )


def test_field_called_like_the_key_of_another_field_is_one_of_its_own() -> None:
    fields = "a=profile.company_id(),b=profile.company"

    assert problems(DEFAULTS | {"payload_fields": fields}) == []


def test_command_to_run_again_names_this_folder_where_no_template_is_known() -> None:
    said = refusal({**DEFAULTS, "partner_id": "a b", "audience": "a"})

    assert (
        "\nRun again: cookiecutter . project_slug=jupid-integration audience=a " in said
    )
