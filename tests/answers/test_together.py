"""Answers beside one another, and what a refusal says."""

from __future__ import annotations

import re

import pytest

from jupid_answers.together import (
    hexed,
    placeholders,
    problems,
    refusal,
    several_values,
)

from ..helpers import DEFAULTS, NAMES
from .tables import A_URL, AN_AUDIENCE, AN_ID, NO_NAME, SAME_AS_ID


@pytest.mark.parametrize(
    ("answers", "lines"),
    [
        (
            {"user_id_field": "key", "email_field": "key"},
            [f'email_field "key": {SAME_AS_ID}.'],
        ),
        (
            {"user_id_field": "key", "name_field": "key"},
            [f'name_field "key": {SAME_AS_ID}.'],
        ),
        (
            {"user_id_field": "key", "payload_fields": "key"},
            [],
        ),
        (
            {"email_field": "display", "name_field": "display"},
            [],
        ),
        (
            {"email_field": "contact", "name_field": "contact.name"},
            [
                'name_field "contact.name": "contact" is used as a value in "contact" and '
                'as a relation in "contact.name".'
            ],
        ),
        (
            {"name_field": "label()", "payload_fields": "label"},
            ['payload_fields "label": "label" and "label()" are both used.'],
        ),
        (
            {"user_id_field": "Account.key", "payload_fields": "plan=account.plan"},
            [
                'payload_fields "plan=account.plan": "account" and "Account" differ in '
                "capitals alone."
            ],
        ),
        # A wrong answer has a line of its own and puts none on the others.
        (
            {"user_id_field": "class", "email_field": "x()", "payload_fields": "x"},
            [
                f'user_id_field "class": "class" in "class" {NO_NAME}.',
                'payload_fields "x": "x" and "x()" are both used.',
            ],
        ),
        (
            {"partner_id": "a b", "audience": "", "app_url": "x"},
            [
                f'partner_id "a b": {AN_ID}.',
                f'audience "": {AN_AUDIENCE}.',
                f'app_url "x": {A_URL}.',
            ],
        ),
    ],
)
def test_answers_must_fit_each_other(answers: dict[str, str], lines: list[str]) -> None:
    assert problems({**DEFAULTS, **answers}) == lines


def test_missing_answers_are_wrong() -> None:
    text = "write text, in quotes where the file's format asks for them"
    assert problems({}) == [f'{name} "None": {text}.' for name in NAMES]


def test_field_called_like_the_key_of_another_field_is_one_of_its_own() -> None:
    fields = "a=profile.company_id(),b=profile.company"

    assert problems(DEFAULTS | {"payload_fields": fields}) == []


# --- A refusal ---


def test_a_refusal_ends_with_the_command_with_the_good_answers() -> None:
    answers = {**DEFAULTS, "partner_id": "a b", "payload_fields": " a = b() "}
    answers["_template"] = "gh:org/jupid template"
    assert refusal(answers) == (
        f'partner_id "a b": {AN_ID}.\n'
        "Run again: "
        "cookiecutter 'gh:org/jupid template' project_slug=jupid-integration "
        "audience=jupid-embed app_url=https://jupid-staging-app.example.com "
        "user_id_field=pk email_field=email 'name_field=get_full_name()' "
        "'payload_fields=a=b()'"
    )


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("https://me:to@ken@host.example/x.git", "https://host.example/x.git"),
        ("https://token@host.example/x@1.git", "https://host.example/x@1.git"),
        ("https://host.example/x@1.git", "https://host.example/x@1.git"),
        ("HTTPS://Token@host.example", "HTTPS://host.example"),
        ("https://me:to?ken#@host.example/x", "https://host.example/x"),
        (
            "https://host.example/x.zip?private_token=t&a=b",
            "https://host.example/x.zip",
        ),
        ("https://me@host.example/x.git?token=t#t", "https://host.example/x.git"),
        ("git+https://oauth2:t@host.example/x", "git+https://host.example/x"),
        ("ftp://me:pw@host.example/x", "ftp://host.example/x"),
        ("ssh://git@host.example/x.git", "ssh://git@host.example/x.git"),
        ("ssh://git:pw@host.example/x.git", "ssh://git@host.example/x.git"),
        ("git+SSH://git:pw@host.example/x", "git+SSH://git@host.example/x"),
        ("ssh://host.example/x.git?a=b", "ssh://host.example/x.git"),
        ("git@host.example:org/x.git", "git@host.example:org/x.git"),
        ("git:pw@host.example:org/x.git", "git@host.example:org/x.git"),
        ("git@host.example:org/x@1", "git@host.example:org/x@1"),
        ("gh:org/x", "gh:org/x"),
        ("gh:org/x@1?token=t", "gh:org/x@1"),
        ("file:///home/a@b/x", "file:///home/a@b/x"),
        ("/home/a@b/x?y#z", "'/home/a@b/x?y#z'"),
        ("./a@b?c", "'./a@b?c'"),
        ("a@b", "a@b"),
        ("C:\\a@b?c", "'C:\\a@b?c'"),
        ("", "''"),
    ],
)
def test_the_command_to_run_again_holds_no_credentials(
    template: str, shown: str
) -> None:
    said = refusal({**DEFAULTS, "partner_id": "a b", "_template": template})
    assert f"Run again: cookiecutter {shown} project_slug=" in said


def test_command_to_run_again_names_this_folder_where_no_template_is_known() -> None:
    said = refusal({**DEFAULTS, "partner_id": "a b", "audience": "a"})

    assert (
        "\nRun again: cookiecutter . project_slug=jupid-integration audience=a " in said
    )


def test_good_answers_are_not_refused() -> None:
    assert refusal(DEFAULTS) == ""


def test_placeholders_are_named() -> None:
    assert placeholders(DEFAULTS) == "partner_id, app_url"
    mine = {"partner_id": "acme", "app_url": "https://app.jupid.com"}
    assert placeholders({**DEFAULTS, **mine}) == ""


def test_whatever_a_hook_reads_is_plain_hex() -> None:
    said = "\"'\\\n{{ \u2028\udc80"
    assert re.fullmatch("[0-9a-f]+", hexed(said))
    assert bytes.fromhex(hexed(said)).decode() == said[:-1] + "\\udc80"


def test_values_that_would_be_lost_have_a_line_each() -> None:
    text = "write text, in quotes where the file's format asks for them"
    given: dict[str, object] = {"payload_fields": ["a", "b.c"], "audience": {"x": "y"}}
    given |= {"email_field": ["contact", "email"], "partner_id": 7}
    assert several_values(given) == [
        f"audience \"{{'x': 'y'}}\": {text}.",
        f"payload_fields \"['a', 'b.c']\": {text}.",
    ]
    assert several_values({**DEFAULTS, "payload_fields": "a"}) == []
