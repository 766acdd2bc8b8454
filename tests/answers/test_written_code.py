"""The code that is written from good answers, word for word.

The files in written/ hold it for answers of each kind. Where it is to change, write them
anew, and read what is different before you keep it:

    python -m tests.test_written_code
"""

from __future__ import annotations

from pathlib import Path

import pytest

from jupid_answers import shape
from jupid_answers.paths import FieldPath

from .. import helpers

WRITTEN = Path(__file__).parent / "written"

ANSWERS = {
    "defaults": {},
    "every-kind-of-path": {
        "user_id_field": "account.public_id",
        "email_field": "profile.work_email",
        "name_field": "profile.get_label()",
        "payload_fields": "plan=account.plan.name,plan_key=account.plan_id,"
        "tier=account.plan.get_tier_display(),seats=account.plan.owner.seats,"
        "login=username,staff=is_staff,full=get_full_name(),joined=date_joined,"
        "key=profile.pk,company_name,truth=true.value,mine=user_id,first=first_name,"
        "short=get_short_name(),on=is_active,root=is_superuser,last=last_name,"
        "named=get_username(),back=profile.user_id,again=email,number=id,"
        "ident=account.id,other=profile.other_id,lie=false.value,own=pk",
    },
    "methods-alone": {
        "user_id_field": "get_key()",
        "email_field": "get_mail()",
        "name_field": "get_label()",
        "payload_fields": "none",
    },
    "methods-behind-relations": {
        "user_id_field": "account.get_key()",
        "email_field": "profile.get_mail()",
        "name_field": "display_name",
        "payload_fields": "size=get_size(),company=profile.company_name",
    },
    "fields-alone": {
        "user_id_field": "public_id",
        "email_field": "work_email",
        "name_field": "profile.display_name",
        "payload_fields": "company_name,x=a.b,uid=public_id",
    },
}


def written(answers: dict[str, str]) -> str:
    """All that is written from ``answers``, part by part."""
    parts = [
        shape.read_into(answers, "user_id_field", "user_id"),
        shape.read_into(answers, "email_field", "email"),
        shape.read_into(answers, "name_field", "name"),
        shape.read_payload(answers),
        shape.example_models(answers),
        shape.complete_fields(answers),
        shape.expected_claims(answers),
        shape.without_email(answers),
        *map(" = ".join, shape.payload(answers)),
        *shape.claims_behind_relations(answers),
    ]
    return "\n".join(parts) + "\n"


@pytest.mark.parametrize("name", ANSWERS)
def test_code_is_written_as_it_is_kept(name: str) -> None:
    expected = (WRITTEN / f"{name}.txt").read_text("utf-8")

    assert written(helpers.DEFAULTS | ANSWERS[name]) == expected


@pytest.mark.parametrize(
    ("arguments", "after", "expected"),
    [
        (["x"], "", "call(x)"),
        (["a" * 40, "b" * 40], "", "call({}, {})"),
        (["a" * 40, "b" * 40], ",", "call(\n    {}, {}\n),"),
        (["a" * 40, "b" * 41], "", "call(\n    {}, {}\n)"),
        (["a" * 41, "b" * 41], "", "call(\n    {}, {}\n)"),
        (["a" * 41, "b" * 42], "", "call(\n    {},\n    {},\n)"),
    ],
)
def test_long_call_stands_on_more_lines(
    arguments: list[str], after: str, expected: str
) -> None:
    code = shape.code_call("call", arguments, after=after)

    assert code == expected.format(*arguments)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("v" * 80, f"    x = {'v' * 80}"),
        ("v" * 81, f"    x = {'v' * 81}"),
        ("v" * 79, f"    x = {'v' * 79}"),
    ],
)
def test_value_behind_a_plain_name_keeps_its_line(value: str, expected: str) -> None:
    assert shape.code_assignment("x", value, 4) == expected


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        ("long_name", "v" * 76, "long_name = {}"),
        ("long_name", "v" * 77, "long_name = (\n    {}\n)"),
        ("long_name", "v" * 84, "long_name = (\n    {}\n)"),
        ("long_name", "v" * 85, "long_name = {}"),
        ('a["claim"]', "v" * 75, 'a["claim"] = {}'),
        ('a["claim"]', "v" * 76, 'a["claim"] = (\n    {}\n)'),
        ('a["claim"]', "v" * 85, 'a["claim"] = (\n    {}\n)'),
    ],
)
def test_long_value_stands_between_parentheses(
    target: str, value: str, expected: str
) -> None:
    line = shape.code_assignment(target, value, 0)

    assert line == expected.format(value)


@pytest.mark.parametrize(("length", "lines"), [(59, 1), (60, 3)])
def test_test_of_a_long_relation_stands_on_three_lines(length: int, lines: int) -> None:
    relation = "r" * length
    path = FieldPath((relation, "x"), False)

    code = shape.code_reads([("t", path)])

    subject = f"user.{relation}"
    test = {
        1: f"        if {subject} is not None:\n",
        3: f"        if (\n            {subject}\n            is not None\n        ):\n",
    }
    assert test[lines] in code


def write() -> None:
    """Write the files anew, from what the code writes now."""
    for name, answers in ANSWERS.items():
        text = written(helpers.DEFAULTS | answers)
        (WRITTEN / f"{name}.txt").write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    write()
