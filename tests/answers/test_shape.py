"""What the answers mean, as plain data."""

from __future__ import annotations

import pytest

from jupid_answers import shape
from jupid_answers.together import problems

from ..helpers import DEFAULTS


def test_behind_relations_are_known() -> None:
    answers = {**DEFAULTS, "email_field": "profile.email", "payload_fields": "x,y.z"}
    assert shape.behind_relations(answers) == ["email", "payload.z"]


@pytest.mark.parametrize(
    ("paths", "models"),
    [
        ("profile.x", {"User", "Profile"}),
        ("profile.work_address.x", {"User", "Profile", "WorkAddress"}),
        ("a=abstract_user.x,b=none.x", {"User", "AbstractUser2", "None2"}),
        ("a=i.x,b=o.x,c=L.x", {"User", "I2", "O2", "L"}),
        ("a=team.x,b=profile.team.x", {"User", "Team", "Profile", "Team2"}),
        ("a=fooBar.x,b=foo.foo_bar.x", {"User", "Foo", "FooBar", "FooBar2"}),
    ],
)
def test_each_relation_has_a_model_of_its_own_name(
    paths: str, models: set[str]
) -> None:
    made = shape.models({**DEFAULTS, "payload_fields": paths})
    names = [model.name for model in made]
    assert set(names) == models
    assert len(names) == len(models)


def test_as_many_relations_of_one_name_as_fit_each_have_a_model() -> None:
    paths = ",".join(f"c{number}=r{number}.x.x.f" for number in range(50))
    answers = DEFAULTS | {"payload_fields": paths}
    assert problems(answers) == []
    names = [model.name for model in shape.models(answers)]
    numbered = {f"X{number}" for number in range(2, 101)}
    assert {name for name in names if name.startswith("X")} == {"X", *numbered}
    assert len(names) == len(set(names))
